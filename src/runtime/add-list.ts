import { type PluginConfiguration, type Result, decodeResult, parseResult, pluginInput } from '../cni/index.ts';
import { at, asPlexusError } from '../errors/index.ts';
import type { PluginRun } from '../host/index.ts';
import type { DelegateCall, RuntimeDeps } from './delegate.ts';
import { type PluginJob, pluginRun, runPlugin } from './run-plugin.ts';

/**
 * Runs ADD of a network configuration (CNI specification, section 3, "Adding an attachment"): each plugin gets the
 * result of the previous one, and the first failure stops the list (CNI-57). Returns the last result. `initial` is the
 * prevResult of the first plugin, if any.
 */
export async function addList(
  call: DelegateCall,
  initial: Result | undefined,
  deps: RuntimeDeps,
  signal: AbortSignal,
): Promise<Result> {
  const { configuration } = call;
  let result = initial;
  for (const [index, plugin] of configuration.plugins.entries()) {
    const stdout = await runPlugin(addJob(plugin, call, result), deps, signal);
    result = resultFrom(stdout, plugin.type, call);
    await deps.onResult?.(result, index === configuration.plugins.length - 1);
  }
  return result ?? decodeResult(null, { source: 'no plugin', defaultVersion: configuration.cniVersion });
}

/** Returns the first run of addList without an initial result. */
export const firstAddRun = (call: DelegateCall): PluginRun | undefined => {
  const [first] = call.configuration.plugins;
  return first && pluginRun(addJob(first, call, undefined));
};

function addJob(plugin: PluginConfiguration, call: DelegateCall, prevResult: Result | undefined): PluginJob {
  const { configuration, runtimeConfig } = call;
  const input = pluginInput({ configuration, plugin, prevResult, runtimeConfig });
  return { command: 'ADD', plugin: plugin.type, call, input };
}

// `null` is an empty result. As in libcni, no output is not a result: a plugin that died silently has not succeeded
// (CNI-67).
function resultFrom(stdout: string, plugin: string, call: DelegateCall): Result {
  const source = `the answer of plugin ${plugin}`;
  try {
    return parseResult(stdout, { source, defaultVersion: call.configuration.cniVersion });
  } catch (thrown) {
    throw at(asPlexusError(thrown), {
      step: 'ADD',
      plugin,
      network: call.network,
      interfaceName: call.ifName,
      ...(call.pod !== undefined && { pod: call.pod }),
    });
  }
}
