import { type Attached, allows, gcInput } from '../cni/index.ts';
import { type PlexusError, asPlexusError } from '../errors/index.ts';
import type { NetworkCall, RuntimeDeps } from './delegate.ts';
import { firstOf, runPlugin } from './run-plugin.ts';

/**
 * Runs GC of a network configuration: every plugin gets the attachments that are still valid. Continues after a failure
 * and throws the first error with all others in its cause. Does nothing with disableGC or below 1.1.0 (CNI-54, CNI-60).
 */
export async function gcList(
  call: NetworkCall,
  valid: readonly Attached[],
  deps: RuntimeDeps,
  signal: AbortSignal,
): Promise<void> {
  const { configuration } = call;
  if (configuration.disableGC || !allows(configuration.cniVersion, 'GC')) return;
  const errors: PlexusError[] = [];
  for (const plugin of configuration.plugins) {
    const job = { command: 'GC', plugin: plugin.type, call, input: gcInput(configuration, plugin, valid) } as const;
    await runPlugin(job, deps, signal).catch((thrown: unknown) => errors.push(asPlexusError(thrown)));
  }
  const error = firstOf(errors);
  if (error !== undefined) throw error;
}
