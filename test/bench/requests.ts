import { setTimeout as delay } from 'node:timers/promises';
import type { ApiRequestCount } from './api.ts';
import { type Measurement, variantsOf } from './calls.ts';
import { type BenchNode, createBenchNode } from './node.ts';
import type { RequestRow } from './report.ts';
import { runCalls } from './run-calls.ts';

/** Measures the API requests of one ADD and one DEL, Events included, as counted by the API server. */
export async function measureRequests({ native, further, against, say }: Measurement): Promise<readonly RequestRow[]> {
  say('requests');
  const at = await createBenchNode(native, 'nothing');
  try {
    await at.start();
    await quietRequests(at);
    const rows: RequestRow[] = [];
    for (const variant of (await variantsOf(at, against)).slice(1)) {
      for (const count of further) {
        const pod = await at.pod(`asks-${variant.name}-${count}`, count);
        const asked = async (command: 'ADD' | 'DEL'): Promise<RequestRow> => {
          await runCalls(variant.calls(command, pod, count), at.runner);
          return { variant: variant.name, further: count, command, requests: await quietRequests(at) };
        };
        rows.push(await asked('ADD'), await asked('DEL'));
        await pod.netns.remove();
      }
    }
    return rows;
  } finally {
    await at.remove();
  }
}

const quietMs = 400;

/** Waits until no request arrives for a while. Returns the requests until then. */
export async function quietRequests(at: BenchNode): Promise<readonly ApiRequestCount[]> {
  const all: ApiRequestCount[] = [];
  for (;;) {
    await delay(quietMs);
    const more = await at.api.requests();
    if (more.length === 0) break;
    all.push(...more);
  }
  return all.reduce<ApiRequestCount[]>((sums, { what, number, sent, received }) => {
    const before = sums.find((each) => each.what === what) ?? { number: 0, sent: 0, received: 0 };
    const sum = {
      what,
      number: before.number + number,
      sent: before.sent + sent,
      received: before.received + received,
    };
    return [...sums.filter((each) => each.what !== what), sum];
  }, []);
}
