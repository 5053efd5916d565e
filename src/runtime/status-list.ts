import { allows, statusInput } from '../cni/index.ts';
import type { NetworkCall, RuntimeDeps } from './delegate.ts';
import { runPlugin } from './run-plugin.ts';

/**
 * STATUS of a network configuration: every plugin in order, the first error thrown with its code. Nothing below 1.1.0
 * (CNI-61).
 */
export async function statusList(call: NetworkCall, deps: RuntimeDeps, signal: AbortSignal): Promise<void> {
  const { configuration } = call;
  if (!allows(configuration.cniVersion, 'STATUS')) return;
  for (const plugin of configuration.plugins) {
    await runPlugin(
      { command: 'STATUS', plugin: plugin.type, call, input: statusInput(configuration, plugin) },
      deps,
      signal,
    );
  }
}
