import { type Cluster, readStandIn, standInCluster, standInFile } from '../cluster/index.ts';
import type { Env, JsonObject } from '../cni/index.ts';
import { type PlexusError, type Warning, networksUnknown } from '../errors/index.ts';
import {
  type HostPaths,
  type Settings,
  hostPathKeys,
  mergedConfig,
  parseSettings,
  withHostPaths,
} from '../plan/index.ts';

interface CallSettings {
  readonly settings: Settings;
  readonly warnings: readonly Warning[];
  /** Instead of the cluster that the settings name. */
  readonly standIn?: Cluster;
}

/**
 * The settings of a call, with the host's paths whatever the call says. When the shim has handed it over because the
 * daemon is unavailable (PLEXUS_DAEMON_AWAY), the others are the daemon's, and so are the networks: as it left them on
 * the disk. Without that file no network is known, which DEL does not need. settingsInvalid, pathNotAllowed.
 */
export async function settingsFor(given: JsonObject, env: Env, host: HostPaths): Promise<CallSettings> {
  const isStandIn = env['PLEXUS_DAEMON_AWAY'] === '1';
  const { config, warnings: ignored } = withHostPaths(given, host, isStandIn);
  const own = parseSettings(config);
  if (!isStandIn) return own;
  const problems: Warning[] = [];
  const left = await readStandIn(standInFile(own.settings.cniDir)).catch((error: PlexusError) => {
    problems.push(networksUnknown({ error }));
    return undefined;
  });
  const { settings, warnings } = parseSettings(
    mergedConfig(config, { ...withoutPaths(left?.settings ?? {}), ...host.settings } as JsonObject),
  );
  const standIn = settings.manifestsDir === undefined ? { standIn: standInCluster(left?.nads ?? []) } : {};
  // as in the daemon, plugins come from the runtime's folders alone
  return { settings: { ...settings, binDir: [] }, warnings: [...warnings, ...ignored, ...problems], ...standIn };
}

// the daemon decides about networks, never about files of the host
const withoutPaths = (settings: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(settings).filter(([key]) => !hostPathKeys.some((each) => each.toLowerCase() === key.toLowerCase())),
  );
