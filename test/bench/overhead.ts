import { join } from 'node:path';
import { table } from '../../src/view/index.ts';
import { callCni, podArgs } from '../support/cni-runtime.ts';
import type { ClusterNode } from '../support/cluster-node.ts';
import { pluginsDir } from '../support/plugins-dir.ts';
import type { TestPod } from '../support/test-node.ts';
import { inTurn, ms, repetitions, timed } from './measure.ts';

/** How many networks beside the default one. */
export const furtherNetworks = [0, 1, 4, 8];

interface Figures {
  readonly add: number;
  readonly del: number;
}

export const network = (at: ClusterNode, index: number): Record<string, unknown> => at.node.bridge(`net${index}`, `10.${200 + index}.0.0/20`);

/** ADD and DEL of the plugins alone, one process each, as a runtime without a meta-plugin would run them for N+1 networks. */
export async function bare(at: ClusterNode, count: number, pod: TestPod): Promise<Figures> {
  const path = [await pluginsDir()];
  const calls = Array.from({ length: count + 1 }, (_, index) => ({ config: network(at, index), ifName: `eth${index}` }));
  const all = async (command: string, list: typeof calls): Promise<number> => {
    let sum = 0;
    for (const { config, ifName } of list) {
      const call = { command, config, containerId: `bare${pod.containerId}`, netns: pod.netns.path, ifName, path, nodeNetns: at.node.netns.path };
      sum += await timed(() => callCni({ ...call, executable: join(path[0] ?? '', 'bridge') }));
    }
    return sum;
  };
  return { add: await all('ADD', calls), del: await all('DEL', calls.toReversed()) };
}

const throughDaemon = async (at: ClusterNode, pod: TestPod): Promise<Figures> => ({
  add: await timed(() => at.call('ADD', pod)),
  del: await timed(() => at.call('DEL', pod)),
});

async function direct(at: ClusterNode, pod: TestPod): Promise<Figures> {
  const config = {
    cniVersion: '1.0.0',
    name: 'plexus',
    type: 'plexus-cni',
    kubeconfig: join(at.node.dir, 'kubeconfig'),
    cniDir: join(at.node.dir, 'state-of-direct-mode'),
    delegates: [network(at, 0)],
  };
  const path = [await pluginsDir()];
  const call = { config, containerId: `d${pod.containerId}`, netns: pod.netns.path, ifName: 'eth0', path, nodeNetns: at.node.netns.path };
  const args = podArgs(pod, call.containerId);
  return { add: await timed(() => callCni({ ...call, command: 'ADD', args })), del: await timed(() => callCni({ ...call, command: 'DEL', args })) };
}

/** The same networks run bare, through shim and daemon, and in direct mode. Milliseconds, whole processes. */
export async function compareOverhead(at: ClusterNode): Promise<string> {
  const rows: string[][] = [];
  for (const count of furtherNetworks) {
    const networks = Array.from({ length: count }, (_, index) => `net${index + 1}`).join(',');
    const figures = await inTurn(repetitions, async (repetition) => {
      const pod = await at.pod(`pod-${count}-${repetition}`, networks);
      const [one, two, three] = [await bare(at, count, pod), await throughDaemon(at, pod), await direct(at, pod)];
      await pod.netns.remove();
      return { bareAdd: one.add, add: two.add, directAdd: three.add, bareDel: one.del, del: two.del, directDel: three.del };
    });
    const { bareAdd, add, directAdd, bareDel, del, directDel } = figures;
    rows.push([String(count), ...[bareAdd, add, add - bareAdd, directAdd - bareAdd, bareDel, del, del - bareDel, directDel - bareDel].map(ms)]);
  }
  return table(['FURTHER', 'ADD BARE', 'PLEXUS', 'OVER', 'DIRECT OVER', 'DEL BARE', 'PLEXUS', 'OVER', 'DIRECT OVER'], rows);
}
