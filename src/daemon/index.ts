// The node daemon: serves the host link with the engine. Knows no command line.
export { type RunningDaemon, startDaemon } from './daemon.ts';
export type { DaemonDeps } from './deps.ts';
export { type ConnectionLimits, limitConnections } from './connection-limits.ts';
export { answerOf, type Health } from './endpoints.ts';
export { fairTurns } from './fair-turns.ts';
export { type ConfigurationSources, type LiveConfiguration, loadConfiguration } from './configuration.ts';
export { type DaemonOptions, daemonProperties, parseDaemonOptions } from './options.ts';
export { memoryHolder } from './held-memory.ts';
export { nodeHeader } from './observe-socket.ts';
