import { type Result, allows, pluginInput } from '../cni/index.ts';
import { type PlexusError, asPlexusError } from '../errors/index.ts';
import type { DelegateCall, RuntimeDeps } from './delegate.ts';
import { runPlugin } from './run-plugin.ts';

/** The outcome of one plugin's CHECK; `index` is its place in the chain. */
export interface PluginCheck {
  readonly index: number;
  readonly plugin: string;
  /** Absent when it succeeded. */
  readonly error?: PlexusError;
}
/** Called after each plugin's CHECK. Throwing ends the CHECK of the list. */
export type JudgeCheck = (check: PluginCheck) => void;

const believeAll: JudgeCheck = ({ error }) => {
  if (error !== undefined) throw error;
};

/**
 * Runs CHECK of a network configuration (CNI specification, section 3, "Checking an attachment"): each plugin in order
 * with the final result of the ADD, until `judge` throws, or without `judge` until the first error. Does nothing for
 * versions without CHECK or with disableCheck (CNI-31, CNI-59).
 */
export async function checkList(
  call: DelegateCall,
  result: Result,
  deps: RuntimeDeps & { readonly judge?: JudgeCheck },
  signal: AbortSignal,
): Promise<void> {
  const { configuration, runtimeConfig } = call;
  const judge = deps.judge ?? believeAll;
  if (configuration.disableCheck || !allows(configuration.cniVersion, 'CHECK')) return;
  for (const [index, plugin] of configuration.plugins.entries()) {
    const input = pluginInput({ configuration, plugin, prevResult: result, runtimeConfig });
    const error = await runPlugin({ command: 'CHECK', plugin: plugin.type, call, input }, deps, signal).then(
      () => undefined,
      asPlexusError,
    );
    judge({ index, plugin: plugin.type, ...(error !== undefined && { error }) });
  }
}
