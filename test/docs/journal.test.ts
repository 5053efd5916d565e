import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type JsonObject, parseJson } from '../../src/cni/index.ts';
import {
  type SandboxRecord,
  decodeRecord,
  encodeRecord,
  makePlan,
  newRecord,
  withAttachment,
} from '../../src/plan/index.ts';
import { inputsFor } from '../plan/planned.ts';

const root = join(import.meta.dirname, '../..');
const golden = join(root, 'test/golden/journal-record-1.txt');
const resultOf = (name: string, address: string): JsonObject =>
  parseJson(
    JSON.stringify({
      cniVersion: '1.0.0',
      interfaces: [{ name, mac: '02:00:00:00:00:01', sandbox: '/run/netns/x' }],
      ips: [{ address, interface: 0 }],
    }),
    'test',
  ) as JsonObject;

/** A record with one attachment in each state. */
function exampleRecord(): SandboxRecord {
  const inputs = inputsFor({
    networks: [
      { name: 'able', mac: '02:00:00:00:00:01', 'default-route': ['10.0.0.1'] },
      { name: 'a', interface: 'data0' },
    ],
  });
  const planned = newRecord(
    makePlan(inputs),
    inputs.call,
    { namespace: 'shop', name: 'db-0', uid: 'u1' },
    '2026-01-02T03:04:05.000Z',
  );
  const [first, , third] = planned.attachments;
  if (first === undefined || third === undefined) throw new Error('the plan has three attachments');
  const one = withAttachment(planned, 0, {
    state: 'attached',
    attachment: first.attachment,
    result: resultOf('eth0', '10.244.0.5/24'),
  });
  const failing = { attempts: 2, lastError: 'the switch is busy', failingSince: '2026-01-03T03:04:05.000Z' };
  return withAttachment(one, 2, {
    state: 'detaching',
    attachment: third.attachment,
    result: resultOf('data0', '10.9.0.5/24'),
    ...failing,
  });
}

// After a change of the format, copy this text into the page.
it('docs/journal.md shows a record in the current format', async () => {
  const page = await readFile(join(root, 'docs/journal.md'), 'utf8');
  const [, shown] = /```json\n(.*?)\n?```/s.exec(page) ?? [];
  expect(shown).toBe(JSON.stringify(JSON.parse(encodeRecord(exampleRecord())), null, 2));
});

it('Plexus reads journal records of version 1', async () => {
  const record = decodeRecord(await readFile(golden, 'utf8'), golden);
  expect(record).toMatchObject({
    formatVersion: 1,
    containerId: 'c1',
    ifName: 'eth0',
    netns: '/run/netns/x',
    pod: { namespace: 'shop', name: 'db-0', uid: 'u1' },
    attachments: [
      {
        state: 'attached',
        attachment: { interfaceName: 'eth0', isDefault: true, defaultRoute: { v4: { kind: 'removed' } } },
        result: resultOf('eth0', '10.244.0.5/24'),
      },
      { state: 'intended', attachment: { interfaceName: 'net1', runtimeConfig: { mac: '02:00:00:00:00:01' } } },
      {
        state: 'detaching',
        attachment: { interfaceName: 'data0', network: 'shop/a' },
        attempts: 2,
        lastError: 'the switch is busy',
      },
    ],
  });
});

// A field that older versions can ignore may be added. A change that they cannot read requires a new formatVersion.
it('the current journal format contains every field of version 1 while it has that version', async () => {
  const record = decodeRecord(await readFile(golden, 'utf8'), golden);
  const today = exampleRecord();
  if (today.formatVersion === record.formatVersion) expect(today).toMatchObject(record);
});
