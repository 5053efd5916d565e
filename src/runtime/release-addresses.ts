import {
  type PluginConfiguration,
  type Result,
  compareVersions,
  isJsonObject,
  isPluginType,
  pluginInput,
  valueLikeGo,
} from '../cni/index.ts';
import type { DelegateCall, RuntimeDeps } from './delegate.ts';
import { runPlugin } from './run-plugin.ts';

/**
 * Runs DEL of the IPAM plugin that one plugin of a network configuration delegates to, with the same input as from that
 * plugin (CNI specification, section 4). Does nothing for a plugin without IPAM. Rejects as any plugin run does.
 */
export async function releaseAddresses(
  call: DelegateCall,
  index: number,
  {
    result,
    deps,
    signal,
  }: { readonly result: Result | undefined; readonly deps: RuntimeDeps; readonly signal: AbortSignal },
): Promise<void> {
  const { configuration, runtimeConfig } = call;
  const plugin = configuration.plugins[index];
  const type = plugin && ipamTypeOf(plugin);
  if (plugin === undefined || type === undefined) return;
  if (!isPluginType(type)) throw new Error('its IPAM plugin is not named by a bare file name');
  const prevResult = compareVersions(configuration.cniVersion, '0.4.0') >= 0 ? result : undefined;
  const input = pluginInput({ configuration, plugin, prevResult, runtimeConfig });
  await runPlugin({ command: 'DEL', plugin: type, call, input }, deps, signal);
}

/** The IPAM plugin that a plugin delegates to; undefined if there is none. */
export function ipamTypeOf({ json }: PluginConfiguration): string | undefined {
  const ipam = valueLikeGo(json, 'ipam');
  const type = isJsonObject(ipam) ? valueLikeGo(ipam, 'type') : undefined;
  return typeof type === 'string' && type !== '' ? type : undefined;
}
