import type { NetworkConfiguration, PluginConfiguration } from './configuration.ts';
import { foldedLikeGo, withKeys } from './folded-keys.ts';
import type { Attached } from './invocation.ts';
import type { JsonObject } from './json.ts';
import { encodeResult } from './result-codec.ts';
import type { Result } from './result.ts';

export interface PluginCall {
  readonly configuration: NetworkConfiguration;
  readonly plugin: PluginConfiguration;
  readonly prevResult?: Result | undefined;
  /** The runtimeConfig of the whole attachment; a plugin gets only the keys that it declares as capabilities. */
  readonly runtimeConfig?: JsonObject | undefined;
}

/**
 * Builds what one plugin reads on stdin for ADD, CHECK and DEL (CNI-48 to CNI-53). CNI specification, section 3,
 * "Deriving execution configuration".
 */
export function pluginInput({ configuration, plugin, prevResult, runtimeConfig }: PluginCall): JsonObject {
  const offered = Object.entries(runtimeConfig ?? {}).filter(([key]) => plugin.capabilities.includes(key));
  return {
    ...baseInput(configuration, plugin),
    ...(offered.length > 0 && { runtimeConfig: Object.fromEntries(offered) }),
    ...(prevResult !== undefined && { prevResult: encodeResult(prevResult, configuration.cniVersion) }),
  };
}

/** Builds what one plugin reads on stdin for STATUS (CNI-54). */
export const statusInput = (configuration: NetworkConfiguration, plugin: PluginConfiguration): JsonObject =>
  baseInput(configuration, plugin);

/**
 * Builds what one plugin reads on stdin for GC: the list under its specified key and under that of the first draft, as
 * libcni does (CNI-54).
 */
export function gcInput(
  configuration: NetworkConfiguration,
  plugin: PluginConfiguration,
  valid: readonly Attached[],
): JsonObject {
  const list = valid.map(({ containerId, ifName }) => ({ containerID: containerId, ifname: ifName }));
  return { ...baseInput(configuration, plugin), 'cni.dev/valid-attachments': list, 'cni.dev/attachments': list };
}

// The configuration as written, without the keys that only a runtime may set, because an author must not forge them
// (CNI-51).
function baseInput({ name, cniVersion }: NetworkConfiguration, plugin: PluginConfiguration): JsonObject {
  const written = Object.entries(plugin.json).filter(([key]) => !isReserved(foldedLikeGo(key)));
  return withKeys(Object.fromEntries(written), { name, cniVersion });
}

const isReserved = (folded: string): boolean => folded.startsWith('cni.dev/') || reserved.has(folded);
const reserved = new Set(['capabilities', 'runtimeConfig', 'prevResult'].map(foldedLikeGo));
