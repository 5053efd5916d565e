import { execFile } from 'node:child_process';
import { mkdirSync, renameSync } from 'node:fs';
import { mkdir, mkdtempDisposable, readdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeTree } from '../../src/files/index.ts';

const run = promisify(execFile);
let dir: Awaited<ReturnType<typeof mkdtempDisposable>>;
beforeEach(async () => {
  dir = await mkdtempDisposable(join(tmpdir(), 'plexus-tree-'));
});
afterEach(() => dir.remove());
const at = (...names: readonly string[]): string => join(dir.path, ...names);

function tried(work: () => void): void {
  try {
    work();
  } catch {
    // Its errors about the race do not matter.
  }
}

// Until it is killed, alternates between a folder and a link to another place.
const flip = `
  const { renameSync, symlinkSync, rmSync, mkdirSync, writeFileSync } = require('node:fs');
  const { parentPort, workerData: { inner, victim } } = require('node:worker_threads');
  const once = (work) => { try { work(); } catch { /* the other side was there at that moment */ } };
  parentPort.postMessage('begun');
  for (;;) {
    once(() => mkdirSync(inner, { recursive: true }));
    for (let name = 0; name < 3; name++) once(() => writeFileSync(inner + '/' + name, ''));
    once(() => renameSync(inner, inner + '.real'));
    once(() => symlinkSync(victim, inner));
    once(() => rmSync(inner));
    once(() => rmSync(inner + '.real', { recursive: true, force: true }));
  }`;

describe('removeTree', () => {
  it('removes files, folders and links at any depth, and never a link’s target', async () => {
    await mkdir(at('tree/a/b'), { recursive: true });
    await mkdir(at('victim'));
    await writeFile(at('victim/kept'), '');
    await writeFile(at('tree/a/b/file'), '');
    await symlink(at('victim'), at('tree/a/link'));
    removeTree(at('tree'));
    expect(await readdir(dir.path)).toEqual(['victim']);
    expect(await readdir(at('victim'))).toEqual(['kept']);
    removeTree(at('tree')); // The folder is gone, which counts as removed.
    await symlink(at('victim'), at('link'));
    removeTree(at('link'));
    expect(await readdir(at('victim'))).toEqual(['kept']);
  });

  it('needs no more descriptors for a deep tree', async () => {
    mkdirSync(at('tree'));
    for (let depth = 0; depth < 1000; depth++) {
      mkdirSync(at('above'));
      renameSync(at('tree'), at('above/d'));
      renameSync(at('above'), at('tree'));
    }
    const files = JSON.stringify(join(import.meta.dirname, '../../src/files/index.ts'));
    const program = `(await import(${files})).removeTree(${JSON.stringify(at('tree'))})`;
    await run('sh', ['-c', 'ulimit -n 200 && exec "$0" -e "$1"', process.execPath, program]);
    expect(await readdir(dir.path)).toEqual([]);
  });

  it('removes names that are not UTF-8', async () => {
    mkdirSync(Buffer.concat([Buffer.from(at('tree/')), Buffer.from([0xff]), Buffer.from('/a')]), { recursive: true });
    removeTree(at('tree'));
    expect(await readdir(dir.path)).toEqual([]);
  });

  it('removes nothing outside while a folder repeatedly becomes a link', async () => {
    const names = Array.from({ length: 50 }, (_, index) => String(index));
    await mkdir(at('victim'));
    await mkdir(at('tree'));
    for (const name of names) await writeFile(at('victim', name), '');
    const worker = new Worker(flip, { eval: true, workerData: { inner: at('tree/inner'), victim: at('victim') } });
    try {
      await new Promise((resolve) => worker.once('message', resolve));
      for (let times = 0; times < 1500; times++) tried(() => removeTree(at('tree/inner')));
    } finally {
      await worker.terminate();
    }
    expect((await readdir(at('victim'))).toSorted()).toEqual(names.toSorted());
  });
});
