import { allows, statusInput } from '../cni/index.ts';
import type { NetworkCall, RuntimeDeps } from './delegate.ts';
import { runPlugin } from './run-plugin.ts';

/**
 * Runs STATUS of a network configuration: each plugin in order; throws the first error with its code. Does nothing
 * below 1.1.0 (CNI-61).
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
