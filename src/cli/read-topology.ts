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

/**
 * Reads all namespaces, so that networks count all of their pods; only the selected one, with a note, if the user may
 * not list the pods of all.
 */
export async function readWholeTopology(options: ScopeArguments): Promise<Topology> {
  const cluster = await clusterFor(options);
  const scope = scopeFor(options, cluster);
  if (options.namespace !== undefined)
    await cluster.assertNamespace(options.namespace, requestSignal(options, longestMs));
  try {
    return topologyOf(await readOverview(cluster, {}, options));
  } catch (error) {
    if (scope.namespace === undefined || !is(error, apiRefused)) throw error;
    const overview = await readOverview(cluster, scope, options);
    printNotes([`you may not read all namespaces, so only the pods of namespace ${scope.namespace} count`]);
    return topologyOf(overview);
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
