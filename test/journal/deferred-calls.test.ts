import { mkdir, mkdtempDisposable, readFile, readdir, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deferredCalls } from '../../src/journal/index.ts';

let dir: Awaited<ReturnType<typeof mkdtempDisposable>>;
beforeEach(async () => {
  dir = await mkdtempDisposable(join(tmpdir(), 'plexus-deferred-'));
});
afterEach(() => dir.remove());

const key = { containerId: 'c1', ifName: 'eth0' };

describe('deferred calls that a compromised daemon wrote', () => {
  it('are listed by name, without holding the content of all files in memory', async () => {
    for (let index = 0; index < 40; index++) {
      const file = join(dir.path, `c${index}@eth0.call`);
      await writeFile(file, '');
      await truncate(file, 30 * 1024 * 1024);
    }
    const before = process.memoryUsage().external;
    const calls = await deferredCalls(dir.path).list();
    expect(process.memoryUsage().external - before).toBeLessThan(16 * 1024 * 1024);
    expect(calls).toHaveLength(40);
  });

  it('are listed only up to a limit', async () => {
    for (let index = 0; index < 10_100; index++) await writeFile(join(dir.path, `c${index}@eth0.call`), '');
    expect(await deferredCalls(dir.path).list()).toHaveLength(10_000);
  });

  it('are read as empty if they are too long', async () => {
    const deferred = deferredCalls(dir.path);
    expect(await deferred.read(key)).toBeUndefined();
    await writeFile(join(dir.path, 'c1@eth0.call'), 'call');
    expect(String(await deferred.read(key))).toBe('call');
    await truncate(join(dir.path, 'c1@eth0.call'), 33 * 1024 * 1024);
    expect(String(await deferred.read(key))).toBe('');
  });

  it('are set aside beside earlier ones of the same name', async () => {
    for (const text of ['one', 'two']) {
      await writeFile(join(dir.path, 'c1@eth0.call'), text);
      await deferredCalls(dir.path).setAside(key);
    }
    const kept = ['c1@eth0.call', 'c1@eth0.call.1'].map((name) => readFile(join(dir.path, 'damaged', name), 'utf8'));
    expect(await Promise.all(kept)).toEqual(['one', 'two']);
  });

  it('do not exist if their names are too long for a file', async () => {
    const deferred = deferredCalls(dir.path);
    const long = { ...key, containerId: 'c'.repeat(300) };
    expect([await deferred.has(long), await deferred.read(long)]).toEqual([false, undefined]);
    await deferred.remove(long);
  });

  it('can be removed even if they are folders', async () => {
    await mkdir(join(dir.path, 'c1@eth0.call/deep'), { recursive: true });
    await deferredCalls(dir.path).remove(key);
    expect(await readdir(dir.path)).toEqual([]);
  });
});
