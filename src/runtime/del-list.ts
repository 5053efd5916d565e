import { type PluginConfiguration, type Result, compareVersions, pluginInput } from '../cni/index.ts';
import { type PlexusError, asPlexusError } from '../errors/index.ts';
import type { PluginRun } from '../host/index.ts';
import type { DelegateCall, RuntimeDeps } from './delegate.ts';
import { type PluginJob, firstOf, pluginRun, runPlugin } from './run-plugin.ts';

/**
 * Runs DEL of a network configuration (CNI specification, section 3, "Deleting an attachment"): each plugin in reverse
 * order with the final result of the ADD. Continues after a failure, so that one plugin never keeps the others'
 * resources, then throws the first error with all others in its cause (CNI-58).
 */
export async function delList(
  call: DelegateCall,
  result: Result | undefined,
  deps: RuntimeDeps,
  signal: AbortSignal,
): Promise<void> {
  const errors: PlexusError[] = [];
  for (const plugin of call.configuration.plugins.toReversed()) {
    try {
      await runPlugin(delJob(plugin, call, result), deps, signal);
    } catch (thrown) {
      errors.push(asPlexusError(thrown));
    }
  }
  const error = firstOf(errors);
  if (error !== undefined) throw error;
}

/** Returns the runs of delList. */
export const delRuns = (call: DelegateCall, result: Result | undefined): readonly PluginRun[] =>
  call.configuration.plugins.toReversed().map((plugin) => pluginRun(delJob(plugin, call, result)));

function delJob(plugin: PluginConfiguration, call: DelegateCall, result: Result | undefined): PluginJob {
  const { configuration, runtimeConfig } = call;
  // DEL has no prevResult before 0.4.0 (CNI-52).
  const prevResult = compareVersions(configuration.cniVersion, '0.4.0') >= 0 ? result : undefined;
  const input = pluginInput({ configuration, plugin, prevResult, runtimeConfig });
  return { command: 'DEL', plugin: plugin.type, call, input };
}
