import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type TestNode, createTestNode } from '../support/test-node.ts';

let node: TestNode;
beforeEach(async () => void (node = await createTestNode()));
afterEach(() => node.remove());

async function script(name: string, text: string): Promise<string> {
  const file = join(node.dir, name);
  await writeFile(file, `#!/bin/bash\n${text}\n`);
  await chmod(file, 0o755);
  return file;
}

it('runs plugins without the descriptors that the runtime left open', async () => {
  const open = join(node.dir, 'open');
  await script('shows', `ls -l /proc/self/fd >${open}; echo '{"cniVersion":"1.0.0"}'`);
  const { executable } = await node.caller();
  const left = await script('leaves', `exec 5</etc/hostname 30</etc/hostname 100</etc/hostname; exec ${executable}`);
  const delegates = [{ cniVersion: '1.0.0', name: 'main', type: 'shows' }];
  const config = node.config({ clusterNetwork: undefined, delegates });
  const added = await node.call('ADD', await node.pod('one'), { config, path: [node.dir], executable: left });
  expect(added, added.stdout).toMatchObject({ exitCode: 0 });
  const shown = await readFile(open, 'utf8');
  expect(shown).toContain('/proc/');
  expect(shown).not.toContain('/etc/hostname');
});
