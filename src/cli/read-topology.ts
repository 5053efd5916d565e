import type { ClusterViews, Overview, OverviewScope } from '../cluster/index.ts';
import { apiRefused, is, networkUnknown } from '../errors/index.ts';
import { didYouMean } from '../plan/index.ts';
import { type Topology, topologyOf } from '../view/index.ts';
import { type ClusterArguments, type ScopeArguments, clusterFor, requestSignal, scopeFor } from './cluster-options.ts';

const longestMs = 300_000;

/**
 * Reads the attachments of the selected namespaces. Rejects with namespaceNotFound, kubeconfigUnusable, apiUnavailable,
 * apiRefused.
 */
export async function readTopology(options: ScopeArguments): Promise<Topology> {
  const cluster = await clusterFor(options);
  return topologyOf(await readOverview(cluster, scopeFor(options, cluster), options));
}

/** Reads one namespace or all, and prints what is missing for lack of permission. */
export async function readOverview(
  cluster: ClusterViews,
  scope: OverviewScope,
  options: ClusterArguments,
): Promise<Overview> {
  const signal = requestSignal(options, longestMs);
  const overview = await cluster.read(scope, signal);
  if (overview.pods.length === 0 && scope.namespace !== undefined)
    await cluster.assertNamespace(scope.namespace, signal);
  printNotes(overview.notes);
  return overview;
}

/** What was read, and how to read it again. */
export interface WidestOverview {
  readonly cluster: ClusterViews;
  readonly scope: OverviewScope;
  readonly overview: Overview;
}

/**
 * Reads all namespaces, so that networks count all of their pods; only the selected one, with a note, if the user may
 * not list the pods of all. The selector selects networks.
 */
export async function readWidest({ selector, ...options }: ScopeArguments): Promise<WidestOverview> {
  const cluster = await clusterFor(options);
  const { namespace } = scopeFor(options, cluster);
  if (options.namespace !== undefined)
    await cluster.assertNamespace(options.namespace, requestSignal(options, longestMs));
  const all: OverviewScope = { ...(selector !== undefined && { nadSelector: selector }) };
  try {
    return { cluster, scope: all, overview: await readOverview(cluster, all, options) };
  } catch (error) {
    if (namespace === undefined || !is(error, apiRefused) || error.context.status !== 403) throw error;
    const scope: OverviewScope = { ...all, namespace };
    const overview = await readOverview(cluster, scope, options);
    printNotes([`you may not read all namespaces, so only the pods of namespace ${namespace} count`]);
    return { cluster, scope, overview };
  }
}

/** Prints on stderr what a view does not show for lack of permission. */
function printNotes(notes: readonly string[]): void {
  for (const note of notes) process.stderr.write(`plexus: note: ${note}\n`);
}

/** The networks that match a name with or without namespace. Throws networkUnknown if there are none. */
export function networksNamed({ networks }: Topology, name: string): ReadonlySet<string> {
  const known = networks.map((each) => each.name);
  const found = known.filter((each) => each === name || each.endsWith(`/${name}`));
  if (found.length === 0)
    throw networkUnknown({ network: name, meant: didYouMean(name, [...known, ...known.map(shortName)]) });
  return new Set(found);
}

const shortName = (network: string): string => network.slice(network.indexOf('/') + 1);
