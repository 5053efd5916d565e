import { type Topology, topologyOf } from '../view/index.ts';
import { type ScopeArguments, clusterFor, scopeFor } from './cluster-options.ts';

const longestMs = 300_000;

/** Reads the attachments of the selected namespaces. Rejects with kubeconfigUnusable, apiUnavailable, apiRefused. */
export async function readTopology(options: ScopeArguments): Promise<Topology> {
  const cluster = await clusterFor(options);
  const overview = await cluster.read(scopeFor(options, cluster), AbortSignal.timeout(longestMs));
  printNotes(overview.notes);
  return topologyOf(overview);
}

/** Prints on stderr what a view does not show for lack of permission. */
export function printNotes(notes: readonly string[]): void {
  for (const note of notes) process.stderr.write(`plexus: note: ${note}\n`);
}

/** The networks that match a name with or without namespace. */
export const networksNamed = ({ networks }: Topology, name: string): ReadonlySet<string> =>
  new Set([name, ...networks.map((each) => each.name).filter((each) => each === name || each.endsWith(`/${name}`))]);
