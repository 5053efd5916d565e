import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'vitest';
import { type JsonObject, parseConfiguration } from '../../src/cni/index.ts';
import { encodeRecord } from '../../src/plan/index.ts';
import { type ClusterNode, createClusterNode } from '../support/cluster-node.ts';
import { sampleRecord } from '../support/sample-record.ts';
import { type ShippedLimit, shippedLimit } from '../support/shipped-limit.ts';
import { waitFor } from '../support/wait-for.ts';

// A node full of pods whose records contain the largest allowed configurations and results.
const pods = 110;
let at: ClusterNode;
let limit: ShippedLimit;
beforeEach(async () => {
  limit = await shippedLimit();
  at = await createClusterNode();
});
afterEach(async () => {
  await at.remove();
  await limit.remove();
});

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const idOf = (pod: number): string => `c${String(pod).padStart(63, '0')}`;

/** The text of a record with two attachments: each `{}` takes two bytes in the file and a hundred in memory. */
function denseRecord(pod: number): string {
  const [sample] = sampleRecord().attachments;
  if (sample === undefined) throw new Error('the sample has no attachment');
  const attachments = times(2, (index) => {
    const plugin = { type: 'absent', disableGC: false, padding: times(2600, () => ({})) };
    const json = { cniVersion: '1.1.0', name: `net-${pod}-${index}`, plugins: [plugin] } as unknown as JsonObject;
    const result = { cniVersion: '1.1.0', x: times(7900, () => ({})), text: 'x'.repeat(230_000) };
    const attachment = { ...sample.attachment, interfaceName: `net${index}`, network: `default/net-${pod}-${index}` };
    return {
      state: 'attached',
      attachment: { ...attachment, configuration: parseConfiguration(json, { source: 'test' }) },
      result,
    } as const;
  });
  const ref = { namespace: 'default', name: `pod-${pod}`, uid: `uid-${pod}` };
  // The namespace of a process: nobody can determine whether it still belongs to the sandbox.
  return encodeRecord(
    sampleRecord({ containerId: idOf(pod), netns: `/proc/${pod}/ns/net`, complete: true, pod: ref, attachments }),
  );
}

const folder = (): string => join(at.node.dir, 'state/journal');
async function fill(): Promise<void> {
  await mkdir(folder(), { recursive: true });
  for (let pod = 0; pod < pods; pod++)
    await writeFile(join(folder(), `${idOf(pod)}@eth0.json`), denseRecord(pod), { mode: 0o600 });
}
const scraped = async (): Promise<boolean> =>
  (await (await fetch(`http://127.0.0.1:${at.daemon().httpPort}/metrics`)).text()).includes(
    `plexus_journal_sandboxes ${pods}\n`,
  );

describe('a journal of records of maximum size, under the shipped memory limit', () => {
  it('is listed for metrics repeatedly without exceeding the limit', async () => {
    await fill();
    await at.start({ wrapper: limit.wrapper, flags: { 'reclaim-seconds': '0' } });
    for (let scrape = 0; scrape < 3; scrape++) await waitFor('a scrape', scraped);
    await limit.assertSurvived(at.daemon());
  });
});
