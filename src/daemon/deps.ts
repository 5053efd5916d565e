import type { Socket } from 'node:net';
import type { WatchedCluster } from '../cluster/index.ts';
import type { Tracing } from '../observe/index.ts';
import type { Report } from '../report/index.ts';
import type { DaemonOptions } from '../service/index.ts';

/** The dependencies of a daemon. */
export interface DaemonDeps {
  readonly program: string;
  readonly options: () => DaemonOptions;
  /** Connects to the cluster; resolves to undefined if none is configured. */
  readonly connect: (report: Report) => Promise<WatchedCluster | undefined>;
  /** Keeps 00-plexus.conflist in place until the signal is aborted. */
  readonly keepConfiguration: (report: Report, signal: AbortSignal) => Promise<void>;
  readonly peerUid: (socket: Socket) => number | undefined;
  readonly log: Report;
  /** Undefined: no tracing. */
  readonly tracing?: Tracing | undefined;
}
