import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { change } from '../../src/attach/index.ts';
import type { Host } from '../../src/host/index.ts';
import { type Journal, fileJournal } from '../../src/journal/index.ts';
import { patience } from '../support/patience.ts';
import { sampleRecord } from '../support/sample-record.ts';
import { attachmentOf, key, modelledDeps } from './modelled-node.ts';

// What an ADD waits for is visible in the order of its steps. The test decides when the record is on disk.
async function begin(
  durability: 'beside' | 'strict',
): Promise<{ steps: string[]; add: Promise<unknown>; sync: () => void }> {
  const folder = await mkdtempDisposable(join(tmpdir(), 'plexus-durability-'));
  const steps: string[] = [];
  const disk = Promise.withResolvers<void>();
  const file = fileJournal(folder.path);
  const journal: Journal = {
    ...file,
    begin: async (record) => {
      await (
        await file.begin(record)
      ).onDisk;
      steps.push('record written');
      return { onDisk: disk.promise };
    },
  };
  const host: Host = {
    runPlugin: async () => {
      steps.push((await file.read(key)) === undefined ? 'plugin without a record' : 'plugin');
      return { exitCode: 0, stdout: '{"cniVersion":"1.0.0"}', stderr: '' };
    },
    settle: async () => {},
    listLinks: async () => [],
    defaultRoutes: async () => [],
    setDefaultRoutes: async () => {},
  };
  const made = modelledDeps(host, journal);
  const deps = { ...made, settings: { ...made.settings, durability } };
  const operation = { containerId: 'c1', netns: '/run/netns/x', env: {}, path: [] };
  const run = { sandbox: 'begins', operation, deps, signal: patience() } as const;
  const add = change(sampleRecord({ attachments: [] }), { attach: [attachmentOf('eth0', 'a')], detach: [] }, run)
    .then(async ({ onDisk }) => {
      steps.push('attached');
      await onDisk();
      steps.push('on disk');
    })
    .then(() => folder[Symbol.asyncDispose]());
  return {
    steps,
    add,
    sync: () => {
      steps.push('synced');
      disk.resolve();
    },
  };
}

describe('the record of an ADD', () => {
  it('is written before the first plugin and awaited on disk afterwards', async () => {
    const { steps, add, sync } = await begin('beside');
    await expect.poll(() => steps, { timeout: 30_000 }).toContain('attached');
    sync();
    await add;
    expect(steps).toEqual(['record written', 'plugin', 'plugin', 'attached', 'synced', 'on disk']);
  });
  it('is on disk before the first plugin with "durability": "strict"', async () => {
    const { steps, add, sync } = await begin('strict');
    await expect.poll(() => steps, { timeout: 30_000 }).toContain('record written');
    sync();
    await add;
    expect(steps).toEqual(['record written', 'synced', 'plugin', 'plugin', 'attached', 'on disk']);
  });
});
