import { waitFor } from '../support/wait-for.ts';
import type { TestDaemon } from '../support/daemon.ts';
import type { Measurement } from './calls.ts';
import { type BenchNode, createBenchNode, mostFurther, nadObject } from './node.ts';
import type { MemoryRow } from './report.ts';
import { memoryOf } from './resources.ts';
import { runCalls } from './run-calls.ts';
import { throughDaemon } from './variants.ts';

export interface Situation {
  /** Attached pods of this node, in the API and in the journal. */
  readonly pods: number;
  readonly nads: number;
}

/** Measures the memory of a daemon that starts with this many pods and networks, and how fast it is ready. */
export async function measureMemory(
  { native, say }: Measurement,
  situations: readonly Situation[],
): Promise<readonly MemoryRow[]> {
  const rows: MemoryRow[] = [];
  for (const { pods, nads } of situations) {
    say(`memory: ${pods} pods, ${nads} NetworkAttachmentDefinitions`);
    const at = await createBenchNode(native, 'nothing');
    try {
      await define(at, nads);
      await attach(at, pods);
      const startedAt = Date.now();
      const daemon = await at.start();
      await waitFor('the watch and the rest of the start', async () => whenLogged(daemon, '"synced"') > 0);
      const fresh = await memoryOf(daemon.pid);
      rows.push({
        pods,
        nads,
        ...fresh,
        servingMs: whenLogged(daemon, '"serving ') - startedAt,
        syncedMs: whenLogged(daemon, '"synced"') - startedAt,
      });
    } finally {
      await at.remove();
    }
  }
  return rows;
}

async function define(at: BenchNode, nads: number): Promise<void> {
  const more = Array.from({ length: Math.max(0, nads - mostFurther) }, (_, index) =>
    nadObject(`other-${index}`, at.network(1 + (index % mostFurther))),
  );
  await at.api.put('network-attachment-definitions', more);
}

// Attached by an earlier daemon, all in one sandbox, because the plugins do nothing.
async function attach(at: BenchNode, pods: number): Promise<void> {
  if (pods === 0) return;
  const earlier = await at.start({ flags: { 'log-level': 'error', http: 'off' } });
  const variant = await throughDaemon(at);
  const { netns } = await at.pod('first', 0);
  const waiting = Array.from({ length: pods }, (_, index) => `pod-${index}`);
  const worker = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const annotations = { 'k8s.v1.cni.cncf.io/networks': 'net1,net2' };
      const [uid = ''] = await at.api.put('pods', [
        {
          metadata: { name, annotations },
          spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'none' }] },
        },
      ]);
      await runCalls(variant.calls('ADD', { name, namespace: 'default', uid, annotations, netns }, 2), at.runner);
    }
  };
  await Promise.all(Array.from({ length: 10 }, worker));
  await earlier.stop();
}

/** When the log line with a text was written, in milliseconds since 1970; 0 if it was not. */
function whenLogged({ log }: TestDaemon, text: string): number {
  const line = log.find((each) => each.includes(text));
  return line === undefined ? 0 : Date.parse((JSON.parse(line) as { time: string }).time);
}
