import { type Cluster, readStandIn, standInCluster, standInFile } from '../cluster/index.ts';
import type { Env, JsonObject } from '../cni/index.ts';
import type { PlexusError } from '../errors/index.ts';
import { type Settings, mergedConfig, parseSettings } from '../plan/index.ts';

interface CallSettings {
  readonly settings: Settings;
  readonly warnings: readonly string[];
  /** Instead of the cluster that the settings name. */
  readonly standIn?: Cluster;
}

/**
 * The settings of a call. When the shim has handed it over because the daemon is away (PLEXUS_DAEMON_AWAY), they are the daemon's,
 * and so are the networks: as it left them on the disk. Without that file no network is known, which DEL does not need. settingsInvalid.
 */
export async function settingsFor(config: JsonObject, env: Env): Promise<CallSettings> {
  const own = parseSettings(config);
  if (env['PLEXUS_DAEMON_AWAY'] !== '1') return own;
  const problems: string[] = [];
  const left = await readStandIn(standInFile(own.settings.cniDir)).catch((error: PlexusError) => {
    problems.push(error.message);
    return undefined;
  });
  const { settings, warnings } = parseSettings(mergedConfig(config, { ...left?.settings, cniDir: own.settings.cniDir } as JsonObject));
  const standIn = settings.manifestsDir === undefined ? { standIn: standInCluster(left?.nads ?? []) } : {};
  // as in the daemon, plugins come from the runtime's folders alone
  return { settings: { ...settings, binDir: [] }, warnings: [...warnings, ...problems], ...standIn };
}
