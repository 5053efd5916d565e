import { nameOf } from '../api-objects.ts';
import { type Check, unknown } from '../check.ts';
import type { ClusterScene } from '../cluster-scene.ts';
import { counted, fewOf } from '../state-files.ts';

/** Says where the plugins of networks were not looked for: the API server knows no node's files. */
export const nadPlugins: Check<ClusterScene> = {
  id: 'PLX-D-NODE-PLUGINS',
  good: 'there is no node whose plugins were not looked at',
  finds: 'nodes whose plugin folders could not be looked into from here: whether the plugins of all networks are there is not known',
  fix: 'Run plexus doctor on the node, as root (PLX-D-PLUGINS says it there).',
  place: ({ node }) => (node === undefined ? 'all nodes' : `node ${node}`),
  look: async ({ nodes, nodeLookedAt }) => {
    const others = (await nodes()).map(nameOf).filter((name) => name !== nodeLookedAt);
    if (others.length === 0) return [];
    return [
      unknown(`the plugin folders of ${counted(others.length, 'node')} cannot be seen from the API server`, { fix: nadPlugins.fix, evidence: fewOf(others) }),
    ];
  },
};
