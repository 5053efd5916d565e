// The node daemon: serves the host link with the engine. Knows no command line.
export { type RunningDaemon, startDaemon } from './daemon.ts';
export type { DaemonDeps } from './deps.ts';
export { nodeHeader } from './observe-socket.ts';
