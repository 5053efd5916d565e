// Parts of long-running processes, shared by the daemon and the webhook: the configuration file, fair turns, limits on
// connections and memory, health endpoints. Knows nothing of attachments.
export { type ConfigurationSources, type LiveConfiguration, loadConfiguration } from './configuration.ts';
export { type ConnectionLimits, limitConnections } from './connection-limits.ts';
export { answerOf, type EndpointAnswer, type Health, plain, sharedMetrics } from './endpoints.ts';
export { fairQueue } from '../files/index.ts';
export { fairTurns } from './fair-turns.ts';
export { type HeldMemory, memoryHolder } from './held-memory.ts';
export { type DaemonOptions, daemonProperties, parseDaemonOptions } from './options.ts';
