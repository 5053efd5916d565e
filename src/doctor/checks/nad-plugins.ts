import { nameOfObject } from '../api-objects.ts';
import { type Check, type Seen, unknown } from '../check.ts';
import type { ClusterScene } from '../cluster-scene.ts';
import type { NodeReport } from '../node-reports.ts';
import { counted, fewOf } from '../state-files.ts';

/**
 * Whether all nodes have the plugins of all networks, according to reports of nodes, because the API server does not
 * know the files of nodes. Also names the nodes without a report.
 */
export const nadPlugins: Check<ClusterScene> = {
  id: 'PLX-D-NODE-PLUGINS',
  good: 'every node has the plugins of all networks',
  finds:
    'nodes that lack plugins, according to their reports (--reports), and nodes without a report, whose plugin folders are not visible here',
  fix: 'Run plexus doctor on the node as root, or save the output of plexus doctor --end node -o json of each node and pass the folder with --reports.',
  place: ({ node }) => (node === undefined ? 'all nodes' : `node ${node}`),
  look: async ({ nodes, nodeLookedAt, reports }) => {
    const names = (await nodes()).map(nameOfObject).filter((name) => name !== nodeLookedAt);
    const known = await reports();
    const unseen = names.filter((name) => !known.has(name));
    const told = names.flatMap((name) => fromReport(name, known.get(name)));
    if (unseen.length === 0) return told;
    const why = `the plugin folders of ${counted(unseen.length, 'node')} are not visible through the API server`;
    return [...told, unknown(why, { fix: nadPlugins.fix, evidence: fewOf(unseen) })];
  },
};

function fromReport(node: string, report: NodeReport | undefined): readonly Seen[] {
  if (report === undefined) return [];
  const place = `node ${node}`;
  if ('problem' in report)
    return [unknown(`the report of the node cannot be read: ${report.problem}`, { where: place })];
  const ofPlugins = report.findings.filter(({ id }) => id === 'PLX-D-PLUGINS');
  if (ofPlugins.length === 0) return [unknown('the report of the node does not contain plugins', { where: place })];
  return ofPlugins.flatMap(({ severity, what, where, fix, evidence }) =>
    severity === 'ok' ? [] : [{ severity, what, where: `${place}, ${where}`, fix, evidence }],
  );
}
