import { daemonProperties } from '../../src/service/index.ts';
import { settingsProperties } from '../../src/plan/index.ts';

/** The environment variables of the daemon, one per key of its configuration. */
export const variablesOfDaemon: readonly string[] = Object.keys({ ...daemonProperties, ...settingsProperties }).map(
  (key) => `PLEXUS_${key.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()}`,
);
