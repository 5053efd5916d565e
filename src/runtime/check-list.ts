import { type Result, allows, pluginInput } from '../cni/index.ts';
import type { DelegateCall, RuntimeDeps } from './delegate.ts';
import { runPlugin } from './run-plugin.ts';

/**
 * CHECK of a network configuration: every plugin in order with the final result of the ADD, stopping at the first
 * error. Does nothing for versions that have no CHECK and with disableCheck (CNI-31, CNI-59).
 * CNI specification, section 3, "Checking an attachment".
 */
export async function checkList(call: DelegateCall, result: Result, deps: RuntimeDeps, signal: AbortSignal): Promise<void> {
  const { configuration, runtimeConfig } = call;
  if (configuration.disableCheck || !allows(configuration.cniVersion, 'CHECK')) return;
  for (const plugin of configuration.plugins) {
    const input = pluginInput({ configuration, plugin, prevResult: result, runtimeConfig });
    await runPlugin({ command: 'CHECK', plugin: plugin.type, call, input }, deps, signal);
  }
}
