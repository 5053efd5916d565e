// The node daemon: serves the host link with the engine. Knows no command line.
export { type RunningDaemon, startDaemon } from './daemon.ts';
export type { DaemonDeps } from './deps.ts';
export { answerOf, type Health } from './endpoints.ts';
export { type ConfigurationSources, type LiveConfiguration, loadConfiguration } from './configuration.ts';
export { type DaemonOptions, daemonProperties, parseDaemonOptions } from './options.ts';
export { nodeHeader } from './observe-socket.ts';
