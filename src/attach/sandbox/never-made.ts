import { refusalIn, isMetaPlugin, withKeys } from '../../cni/index.ts';
import { asPlexusError, isNetnsMissing } from '../../errors/index.ts';
import type { Host, PluginExit } from '../../host/index.ts';
import type { AttachmentRecord, FailedAdd } from '../../plan/index.ts';
import { delList, ipamTypeOf, releaseAddresses } from '../../runtime/index.ts';
import { type DelegateDeps, type Operation, delegateCall, runtimeDeps } from '../steps/call.ts';
import { resultOf } from './recorded-result.ts';

// A plugin that rejects a configuration at ADD (an absent master, a mistyped address) rejects it at DEL as well.
// Nothing exists then, but DEL can never succeed, so the attachment would stay in the journal forever. It counts as
// undone if three facts prove that it was never made: both plugin runs returned the same error, the sandbox has no link
// of its name, and its IPAM plugin holds no address for it. Any other failure (a plugin that was killed, timed out,
// crashed, or returned another error) proves nothing, so the attachment stays in the journal.

/** How one plugin run ended; undefined if unknown: the plugin was missing, killed, or not reached. */
export type PluginEnd = Pick<PluginExit, 'exitCode' | 'stdout'> | undefined;

/** The facts that show whether an attachment whose DEL failed was ever made. */
export interface NeverMadeEvidence {
  readonly failedAdd: FailedAdd | undefined;
  /** How each plugin of the chain ended at DEL, in the chain's order. */
  readonly ends: readonly PluginEnd[];
  /** Whether the sandbox has a link of its name. */
  readonly link: 'present' | 'absent' | 'unknown';
  /** Whether the IPAM plugin of the failed plugin may hold an address for it. */
  readonly address: 'none' | 'unknown';
}

/** Returns whether an attachment was certainly never made, although its DEL fails. */
export function isNeverMade({ failedAdd, ends, link, address }: NeverMadeEvidence): boolean {
  return failedAdd !== undefined && link === 'absent' && address === 'none' && isSameRefusal(failedAdd, ends);
}

// plugins before the failed one succeeded at ADD, so their DEL must succeed; plugins after it never ran
const isSameRefusal = ({ plugin, answer }: FailedAdd, ends: readonly PluginEnd[]): boolean =>
  ends.slice(0, plugin).every((end) => end?.exitCode === 0) && refusalOf(ends[plugin]) === answer;

const refusalOf = (end: PluginEnd): string | undefined => end && refusalIn(end);

/** Returns whether the DEL of a recorded attachment failed because there never was anything to undo. Never rejects. */
export async function wasNeverMade(
  record: AttachmentRecord,
  ends: readonly PluginEnd[],
  operation: Operation,
  { deps, signal }: { readonly deps: DelegateDeps; readonly signal: AbortSignal },
): Promise<boolean> {
  const failedAdd = record.state === 'attached' ? undefined : record.failedAdd;
  if (failedAdd === undefined || !isSameRefusal(failedAdd, ends)) return false;
  const { attachment } = record;
  const linkNow = (): Promise<NeverMadeEvidence['link']> =>
    linkIn(operation.netns, attachment.interfaceName, deps.host, signal);
  const address = await addressNow(record, failedAdd, operation, { deps, signal });
  const linkState = await linkNow();
  if (linkState === 'present' && address === 'none')
    await delWithoutAddresses(record, failedAdd, operation, { deps, signal });
  return isNeverMade({ failedAdd, ends, link: linkState === 'present' ? await linkNow() : linkState, address });
}

// Runs the DEL of the failed plugin without IPAM. macvlan, for example, leaves its link if its IPAM plugin fails at
// ADD, and its DEL runs the IPAM plugin first; without IPAM, DEL removes the link.
async function delWithoutAddresses(
  record: AttachmentRecord,
  { plugin }: FailedAdd,
  operation: Operation,
  { deps, signal }: { readonly deps: DelegateDeps; readonly signal: AbortSignal },
): Promise<void> {
  const { configuration } = record.attachment;
  const plugins = configuration.plugins
    .filter((_, index) => index === plugin)
    .map((each) => ({ ...each, json: withKeys(each.json, { ipam: {} }) }));
  const call = { ...delegateCall(record.attachment, operation), configuration: { ...configuration, plugins } };
  // the caller checks whether the link still exists
  await delList(call, resultOf(record), runtimeDeps(deps), signal).catch(() => {});
}

// without a namespace there is no sandbox, and so no link
async function linkIn(
  netns: string | undefined,
  name: string,
  host: Host,
  signal: AbortSignal,
): Promise<NeverMadeEvidence['link']> {
  if (netns === undefined) return 'absent';
  try {
    return (await host.listLinks(netns, signal)).some((link) => link.name === name) ? 'present' : 'absent';
  } catch (thrown) {
    return isNetnsMissing(thrown) ? 'absent' : 'unknown';
  }
}

// Returns whether the IPAM plugin may hold an address. Only the plugin itself knows, so this runs its DEL, which also
// releases an address if there is one. A missing IPAM plugin never ran. One that returns the error of the ADD is the
// one that failed the ADD.
async function addressNow(
  record: AttachmentRecord,
  { plugin, answer }: FailedAdd,
  operation: Operation,
  { deps, signal }: { readonly deps: DelegateDeps; readonly signal: AbortSignal },
): Promise<NeverMadeEvidence['address']> {
  const refused = record.attachment.configuration.plugins[plugin];
  if (refused === undefined || isMetaPlugin(ipamTypeOf(refused))) return 'unknown';
  const watched = watchedHost(deps.host);
  try {
    await releaseAddresses(delegateCall(record.attachment, operation), plugin, {
      result: resultOf(record),
      deps: runtimeDeps({ ...deps, host: watched }),
      signal,
    });
    return 'none';
  } catch (thrown) {
    const isSame = asPlexusError(thrown).id === 'PLX-PLUGIN-MISSING' || refusalOf(watched.ends.at(-1)) === answer;
    return isSame ? 'none' : 'unknown';
  }
}

/** Wraps a host so that it keeps how each plugin run ended, in the order of the runs. */
export function watchedHost(host: Host): Host & { readonly ends: readonly PluginEnd[] } {
  const ends: PluginEnd[] = [];
  return {
    ...host,
    ends,
    runPlugin: async (run, ...signals) => {
      const index = ends.push(undefined) - 1;
      const exit = await host.runPlugin(run, ...signals);
      ends[index] = exit;
      return exit;
    },
  };
}

/** Returns how an ADD failed; undefined unless its last plugin run ended with an error object. */
export function failedAddOf(ends: readonly PluginEnd[]): FailedAdd | undefined {
  const answer = refusalOf(ends.at(-1));
  return answer === undefined ? undefined : { plugin: ends.length - 1, answer };
}
