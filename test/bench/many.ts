import { performance } from 'node:perf_hooks';
import { table } from '../../src/view/index.ts';
import type { ClusterNode } from '../support/cluster-node.ts';
import type { TestPod } from '../support/test-node.ts';
import { bare } from './overhead.ts';

const [pods, atATime] = [50, 10];

async function tenAtATime(all: readonly TestPod[], work: (pod: TestPod) => Promise<unknown>): Promise<number> {
  const waiting = [...all];
  const start = performance.now();
  const worker = async (): Promise<void> => {
    for (let pod = waiting.shift(); pod !== undefined; pod = waiting.shift()) await work(pod);
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  return performance.now() - start;
}

async function succeeds(at: ClusterNode, command: string, pod: TestPod): Promise<void> {
  const answer = await at.call(command, pod);
  if (answer.exitCode !== 0) throw new Error(answer.stdout);
}

/** 50 pods with two further networks, ten at a time, with and without Plexus: ADD and DEL of all of them. */
export async function compareMany(at: ClusterNode): Promise<string> {
  const made = await Promise.all(Array.from({ length: pods }, (_, index) => at.pod(`many-${index}`, 'net1,net2')));
  const alone = await tenAtATime(made, (pod) => bare(at, 2, pod));
  const add = await tenAtATime(made, (pod) => succeeds(at, 'ADD', pod));
  const del = await tenAtATime(made, (pod) => succeeds(at, 'DEL', pod));
  await Promise.all(made.map((pod) => pod.netns.remove()));
  const [bareMs, plexusMs] = [alone / pods, (add + del) / pods];
  return table(
    ['50 PODS, 3 NETWORKS, TEN AT A TIME', 'MS PER POD', 'RATIO'],
    [
      ['plugins alone, ADD and DEL', bareMs.toFixed(1), '1'],
      ['Plexus, ADD and DEL', plexusMs.toFixed(1), (plexusMs / bareMs).toFixed(2)],
      ['Plexus, ADD only', (add / pods).toFixed(1), '-'],
    ],
  );
}
