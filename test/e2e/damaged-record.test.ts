import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fileJournal } from '../../src/journal/index.ts';
import { type TestNode, createTestNode } from '../support/test-node.ts';

let node: TestNode;
beforeAll(async () => {
  node = await createTestNode();
  await node.nad('storage', node.bridge('storage', '10.30.0.0/24'));
});
afterAll(() => node.remove());

it('CNI-28: DEL undoes what the configuration names if another program (the daemon, plexus attachments) has set a damaged record aside', async () => {
  const pod = await node.pod('set-aside', 'storage');
  expect(await node.call('ADD', pod)).toMatchObject({ exitCode: 0 });
  const folder = join(node.dir, 'state/journal');
  const file = join(folder, `${pod.containerId}@eth0.json`);
  await writeFile(file, (await readFile(file, 'utf8')).slice(0, 200));
  expect((await fileJournal(folder).list((record) => record)).damaged.map(({ id }) => id)).toEqual([
    'PLX-RECORD-DAMAGED',
  ]);
  for (let time = 0; time < 2; time++) expect(await node.call('DEL', pod)).toMatchObject({ exitCode: 0, stdout: '' });
  expect(await node.leftovers()).toEqual([`state/journal/damaged/${pod.containerId}@eth0.json`]);
  await rm(join(folder, 'damaged'), { recursive: true });
});
