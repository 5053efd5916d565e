import { type Node, nameOfObject } from '../api-objects.ts';
import { type Check, type Seen, unknown } from '../check.ts';
import { type ClusterScene, isPodReady } from '../cluster-scene.ts';
import { fewOf } from '../state-files.ts';

/** Whether every node has a ready daemon. */
export const nodes: Check<ClusterScene> = {
  id: 'PLX-D-NODES',
  good: 'every node has a ready daemon',
  finds: 'nodes without a ready daemon: their pods get no additional networks, or do not start',
  fix: 'Let the DaemonSet tolerate the taints of these nodes (by default it tolerates all), and check with kubectl describe why a pod is not ready.',
  place: ({ node }) => (node === undefined ? 'all nodes' : `node ${node}`),
  look: async (scene) => {
    if (scene.node !== undefined && !(await scene.allNodes()).some((each) => nameOfObject(each) === scene.node))
      return [await noSuchNode(scene)];
    const [all, pods, set] = await Promise.all([scene.nodes(), scene.daemonPods(), scene.plexus()]);
    if (set === undefined) return [unknown('there is no DaemonSet of Plexus')];
    const podOn = (node: Node) => pods.filter(({ spec }) => spec?.nodeName === node.metadata?.name);
    const without = all.filter((node) => podOn(node).length === 0);
    const waiting = all.filter((node) => podOn(node).length > 0 && !podOn(node).some(isPodReady));
    return [
      ...(without.length === 0
        ? []
        : [
            {
              severity: 'error' as const,
              what: `${without.length} of ${all.length} nodes without a daemon`,
              evidence: fewOf(without.map(withTaints)),
            },
          ]),
      ...(waiting.length === 0
        ? []
        : [
            {
              severity: 'error' as const,
              what: `${waiting.length} of ${all.length} nodes whose daemon is not ready`,
              evidence: fewOf(waiting.map(nameOfObject)),
            },
          ]),
    ];
  },
};

const noSuchNode = async ({ allNodes }: ClusterScene): Promise<Seen> => ({
  severity: 'error',
  what: 'this node does not exist',
  fix: 'Correct --node: pass a name that kubectl get nodes shows.',
  evidence: fewOf((await allNodes()).map(nameOfObject)),
});

function withTaints(node: Node): string {
  const taints = (node.spec?.taints ?? []).map(
    ({ key, value, effect }) => `${key ?? ''}${value ? `=${value}` : ''}:${effect ?? ''}`,
  );
  return taints.length === 0 ? nameOfObject(node) : `${nameOfObject(node)} (taints ${taints.join(', ')})`;
}
