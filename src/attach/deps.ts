import type { Cluster } from '../cluster/index.ts';
import type { DeviceInfoFiles, Devices, NodeLinks } from '../devices/index.ts';
import type { Host } from '../host/index.ts';
import type { DeferredCalls, Journal, LockHolder, MultusState, SandboxLocks } from '../journal/index.ts';
import type { ConfPath } from '../cni/index.ts';
import type { Settings } from '../plan/index.ts';
import type { OperationInfo, Report, TraceContext } from '../report/index.ts';
import type { Turn } from './steps/turn.ts';

/** All dependencies of the engine. The engine has no other way to reach the node or the cluster. */
export interface AttachDeps {
  readonly settings: Settings;
  readonly host: Host;
  readonly journal: Journal;
  readonly locks: SandboxLocks;
  /** DELs that were answered but have not yet been carried out. */
  readonly deferred: Pick<DeferredCalls, 'has' | 'remove'>;
  /** The state files that Multus left on this node. */
  readonly multusState: MultusState;
  /** Undefined without a Kubernetes configuration; then only `delegates` run. */
  readonly cluster: Cluster | undefined;
  readonly devices: Devices;
  readonly deviceInfo: DeviceInfoFiles;
  /** Reads a network configuration file, or a folder of them. Never rejects. */
  readonly readConf: (path: string) => Promise<ConfPath>;
  /** Absent in a process that is not on the node. */
  readonly nodeLinks?: NodeLinks;
  readonly report: Report;
  /** Starts the span of an operation below the caller's span. Undefined if tracing is off. */
  readonly beginTrace?:
    | ((operation: Omit<OperationInfo, 'trace'>, parent: TraceContext | undefined) => TraceContext)
    | undefined;
  /** The span of the current operation. */
  readonly trace?: TraceContext;
  /** Identifies the current boot of the node. */
  readonly bootId: string;
  /** Shares planning time fairly between Kubernetes namespaces. Absent in a process that serves one call. */
  readonly turn?: Turn;
  /** Whether this process publishes pending statuses after their ADD. */
  readonly publishesLater?: boolean;
  /** Returns milliseconds since 1970. */
  readonly now: () => number;
  /** Asks the process that holds a sandbox to stop its ADD; that process undoes the ADD, then releases the sandbox. */
  readonly cancel: (holder: LockHolder) => void;
}
