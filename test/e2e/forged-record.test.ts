import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileJournal } from '../../src/journal/index.ts';
import { encodeRecord } from '../../src/plan/index.ts';
import { type TestNode, type TestPod, createTestNode } from '../support/test-node.ts';

// Only the daemon writes records (docs/journal.md, "Who writes, who believes"); this one was never planned.
let node: TestNode;
let victim: string;
beforeEach(async () => {
  node = await createTestNode('direct');
  victim = join(node.dir, 'victim');
  await mkdir(victim);
  await mkdir(state());
});
afterEach(() => node.remove());

const state = (...names: readonly string[]): string => join(node.dir, 'state', ...names);
const errorIn = (stdout: string) => JSON.parse(stdout) as { code: number; msg: string };
const attached = async (name: string): Promise<TestPod> => {
  const pod = await node.pod(name);
  expect(await node.call('ADD', pod)).toMatchObject({ exitCode: 0 });
  return pod;
};

describe('a forged record', () => {
  it.each(['multus', 'plexus-direct'])(
    'runs nothing if it names %s, which could execute arbitrary programs',
    async (name) => {
      const pod = await attached('pod');
      const plugins = join(node.dir, 'plugins');
      await mkdir(plugins);
      for (const each of [name, 'bridge'])
        await writeFile(join(plugins, each), `#!/bin/sh\ntouch ${join(victim, 'ran')}\necho '{}'\n`, { mode: 0o755 });
      const journal = fileJournal(state('journal'));
      const record = (await journal.read({ containerId: pod.containerId, ifName: 'eth0' }))!;
      const evil = { binDir: '/bin', delegates: [{ type: 'sh' }] };
      for (const json of [
        { type: name, ...evil },
        { type: 'bridge', ...evil, ipam: { type: name } },
      ]) {
        const attachments = record.attachments.map(
          ({ attachment }) =>
            ({
              state: 'intended',
              attachment: {
                ...attachment,
                configuration: { ...attachment.configuration, plugins: [{ type: json.type, capabilities: [], json }] },
              },
            }) as const,
        );
        await writeFile(state('journal', `${pod.containerId}@eth0.json`), encodeRecord({ ...record, attachments }));
        const { stdout } = await node.call('DEL', pod, { path: [plugins] });
        expect(errorIn(stdout).msg).toMatch(/refused .*: a meta-plugin would run programs/);
      }
      expect(await readdir(victim)).not.toContain('ran');
    },
  );
});
