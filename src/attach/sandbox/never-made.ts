import { refusalIn, isMetaPlugin } from '../../cni/index.ts';
import { asPlexusError, isNetnsMissing } from '../../errors/index.ts';
import type { Host, PluginExit } from '../../host/index.ts';
import type { AttachmentRecord, FailedAdd } from '../../plan/index.ts';
import { delList, ipamTypeOf, releaseAddresses } from '../../runtime/index.ts';
import { type DelegateDeps, type Operation, delegateCall, runtimeDeps } from '../steps/call.ts';
import { resultOf } from './recorded-result.ts';

// A plugin that refuses a configuration at ADD (an absent master, a mistyped address) refuses it at DEL as well.
// Nothing exists then, but DEL can never succeed, so the attachment would stay in the journal forever. It counts as
// undone when there is proof that it was never made: both refusals are the same, no link of its name is in the sandbox,
// and its IPAM plugin holds no address for it. Anything else (a plugin that was killed, timed out, crashed, or answered
// with another error) proves nothing and stays in the journal.

/** How one plugin run ended; `undefined`: unknown (the plugin was missing, killed, or not reached). */
export type PluginEnd = Pick<PluginExit, 'exitCode' | 'stdout'> | undefined;

/** All that is known of whether an attachment whose DEL has failed was ever made. */
export interface NeverMadeEvidence {
  readonly failedAdd: FailedAdd | undefined;
  /** How each plugin of the chain ended at DEL, in the chain's order. */
  readonly ends: readonly PluginEnd[];
  /** Whether a link of its name is in the sandbox. */
  readonly link: 'present' | 'absent' | 'unknown';
  /** Whether the IPAM plugin of the plugin that refused may hold an address for it. */
  readonly address: 'none' | 'unknown';
}

/** Whether an attachment was certainly never made, although its DEL fails. */
export function isNeverMade({ failedAdd, ends, link, address }: NeverMadeEvidence): boolean {
  return failedAdd !== undefined && link === 'absent' && address === 'none' && isSameRefusal(failedAdd, ends);
}

// those before the plugin that refused had succeeded, so they have to be undone; those after it have never run
const isSameRefusal = ({ plugin, answer }: FailedAdd, ends: readonly PluginEnd[]): boolean =>
  ends.slice(0, plugin).every((end) => end?.exitCode === 0) && refusalOf(ends[plugin]) === answer;

const refusalOf = (end: PluginEnd): string | undefined => end && refusalIn(end);

/**
 * Whether the DEL of a recorded attachment, which ended so, failed because there never was anything to undo. Never
 * rejects.
 */
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
  const left = await linkNow();
  if (left === 'present' && address === 'none')
    await delWithoutAddresses(record, failedAdd, operation, { deps, signal });
  return isNeverMade({ failedAdd, ends, link: left === 'present' ? await linkNow() : left, address });
}

// macvlan, for example, leaves its link when its IPAM plugin refuses, and its DEL runs that plugin first: without IPAM,
// DEL removes the link
async function delWithoutAddresses(
  record: AttachmentRecord,
  { plugin }: FailedAdd,
  operation: Operation,
  { deps, signal }: { readonly deps: DelegateDeps; readonly signal: AbortSignal },
): Promise<void> {
  const { configuration } = record.attachment;
  const plugins = configuration.plugins
    .filter((_, index) => index === plugin)
    .map((each) => ({ ...each, json: { ...each.json, ipam: {} } }));
  const call = { ...delegateCall(record.attachment, operation), configuration: { ...configuration, plugins } };
  await delList(call, resultOf(record), runtimeDeps(deps), signal).catch(() => {}); // the caller checks whether the link still exists
}

// without a namespace there is no sandbox any more, and so no link
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

// Only the IPAM plugin knows whether it holds an address. Its DEL releases one if there is one, as the plugin that
// refused would have made it do. A missing IPAM plugin never ran, and one that refuses with the answer of the ADD is
// the one that refused the ADD.
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

/** A host that keeps how each plugin run ended, in the order of the runs. */
export function watchedHost(host: Host): Host & { readonly ends: readonly PluginEnd[] } {
  const ends: PluginEnd[] = [];
  return {
    ...host,
    ends,
    runPlugin: async (run, signal) => {
      const index = ends.push(undefined) - 1;
      const exit = await host.runPlugin(run, signal);
      ends[index] = exit;
      return exit;
    },
  };
}

/** How an ADD failed, from the ends of its plugins; undefined unless the last of them refused with an error object. */
export function failedAddOf(ends: readonly PluginEnd[]): FailedAdd | undefined {
  const answer = refusalOf(ends.at(-1));
  return answer === undefined ? undefined : { plugin: ends.length - 1, answer };
}
