import type { Cluster } from '../cluster/index.ts';
import type { DeviceInfoFiles, Devices } from '../devices/index.ts';
import type { Host } from '../host/index.ts';
import type { DeferredCalls, Journal, LockHolder, MultusState, SandboxLocks } from '../journal/index.ts';
import type { ConfPath } from '../cni/index.ts';
import type { Settings } from '../plan/index.ts';
import type { OperationInfo, Report, TraceContext } from '../report/index.ts';
import type { Turn } from './steps/turn.ts';

/** Everything the engine works with; nothing of it is reached in another way. */
export interface AttachDeps {
  readonly settings: Settings;
  readonly host: Host;
  readonly journal: Journal;
  readonly locks: SandboxLocks;
  /** DELs of this node that were answered and still have to be carried out. */
  readonly deferred: Pick<DeferredCalls, 'has' | 'remove'>;
  /** What Multus left on this node. */
  readonly multusState: MultusState;
  /** Absent when no Kubernetes is configured: then only `delegates` run. */
  readonly cluster: Cluster | undefined;
  readonly devices: Devices;
  readonly deviceInfo: DeviceInfoFiles;
  /** Reads a network configuration file, or a folder of them. Never rejects. */
  readonly readConf: (path: string) => Promise<ConfPath>;
  readonly report: Report;
  /** Begins the span of an operation, below the one its caller gave. Absent when nobody traces. */
  readonly beginTrace?:
    | ((operation: Omit<OperationInfo, 'trace'>, parent: TraceContext | undefined) => TraceContext)
    | undefined;
  /** Of the operation that these are for. */
  readonly trace?: TraceContext;
  /** Of this start of the machine. */
  readonly bootId: string;
  /** Shares the time for planning between namespaces; absent where a process serves one call. */
  readonly turn?: Turn;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Asks the process that holds a sandbox to stop its ADD (it undoes it, then gives the sandbox free). */
  readonly cancel: (holder: LockHolder) => void;
}
