import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { link, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { operationCancelled } from '../../src/errors/index.ts';
import { type LockHolder, fileLocks } from '../../src/journal/index.ts';
import { patience, patienceMs } from '../support/patience.ts';

const worker = new URL('lock-worker.ts', import.meta.url).pathname;

let base: string;
let folder: string;
let counter: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'plexus-locks-'));
  folder = join(base, 'locks');
  counter = join(base, 'counter');
  await writeFile(counter, '0');
  await writeFile(`${counter}.log`, '');
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(base, { recursive: true, force: true });
});

function start(times: number, mode = ''): ChildProcess {
  const child = spawn(process.execPath, [worker, folder, counter, String(times), mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

async function killedHolder(mode: 'hold' | 'hold-all'): Promise<void> {
  const child = start(1, mode);
  if (child.stdout === null) throw new Error('no stdout');
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await exitOf(child);
}

const files = (): Promise<readonly string[]> => readdir(folder);
/** The files in the folder, independent of the sandboxes. */
const always = ['sandboxes'];
const counted = async (): Promise<number> => Number(await readFile(counter, 'utf8'));
const additions = async (): Promise<number> => (await readFile(`${counter}.log`, 'utf8')).length;
const sandbox = (onBusy?: (holder: LockHolder) => void) => ({
  containerId: 'one',
  command: 'DEL',
  ...(onBusy !== undefined && { onBusy }),
});

/** Starts work that lasts until `end` is called. */
function held(take: (work: () => Promise<void>) => Promise<void>): {
  readonly inside: Promise<void>;
  readonly end: () => Promise<void>;
} {
  const inside = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  const done = take(async () => {
    inside.resolve();
    await end.promise;
  });
  done.catch(inside.reject);
  return {
    inside: inside.promise,
    end: () => {
      end.resolve();
      return done;
    },
  };
}

describe('CNI-63: the lock of a sandbox', () => {
  it('serialises 12 processes, so that none of their counter increments is lost', async () => {
    const exits = await Promise.all(Array.from({ length: 12 }, () => exitOf(start(25))));
    expect(exits).toEqual(Array.from({ length: 12 }, () => 0));
    expect(await counted()).toBe(300);
    expect(await files()).toEqual(always);
  });

  it('loses no counter increment and makes progress while holders are killed', async () => {
    const survivors = Array.from({ length: 6 }, () => start(40));
    for (let round = 0; round < 8; round++) {
      const victim = start(1_000_000);
      const before = await additions();
      await expect.poll(additions, { interval: 5 }).toBeGreaterThan(before + 3);
      victim.kill('SIGKILL');
      await exitOf(victim);
    }
    expect(await Promise.all(survivors.map(exitOf))).toEqual(survivors.map(() => 0));
    // A killed process may have logged an addition that it did not make.
    expect((await additions()) - (await counted())).toBeLessThanOrEqual(8);
    expect(await counted()).toBeGreaterThanOrEqual(240);
  });

  it('goes to one process at a time when many race for the lock of a killed holder', async () => {
    for (let round = 0; round < 5; round++) {
      await killedHolder('hold');
      const before = await counted();
      await Promise.all(Array.from({ length: 8 }, () => exitOf(start(3))));
      expect(await counted()).toBe(before + 24);
    }
    expect(await files()).toEqual(always);
  });

  it('lets operations of different sandboxes run concurrently', async () => {
    const locks = fileLocks(folder);
    const first = held((work) => locks.withSandbox({ containerId: 'a', command: 'ADD' }, patience(), work));
    await first.inside;
    expect(await locks.withSandbox({ containerId: 'b', command: 'ADD' }, patience(), async () => 'ran')).toBe('ran');
    await first.end();
  });

  it('also excludes operations of the same process, and is released after a failure', async () => {
    const locks = fileLocks(folder);
    const failure = locks.withSandbox(sandbox(), patience(), () => Promise.reject(new Error('work failed')));
    await expect(failure).rejects.toThrow('work failed');
    const order: string[] = [];
    const first = held((work) => locks.withSandbox(sandbox(), patience(), work));
    await first.inside;
    const second = locks.withSandbox(sandbox(), patience(), async () => void order.push('second'));
    order.push('first');
    await first.end();
    await second;
    expect(order).toEqual(['first', 'second']);
  });

  it('reports its holder to a waiting operation once', async () => {
    const locks = fileLocks(folder);
    const reported: LockHolder[] = [];
    const isReported = Promise.withResolvers<void>();
    const first = held((work) => locks.withSandbox({ containerId: 'one', command: 'ADD' }, patience(), work));
    await first.inside;
    const second = locks.withSandbox(
      sandbox((holder) => {
        reported.push(holder);
        isReported.resolve();
      }),
      patience(),
      async () => {},
    );
    await isReported.promise;
    await first.end();
    await second;
    expect(reported).toEqual([{ pid: process.pid, command: 'ADD', isDaemon: false }]);
  });

  it.each([
    { reason: operationCancelled({ command: 'ADD', reason: 'received SIGTERM' }), id: 'PLX-OPERATION-CANCELLED' },
    { reason: new Error('deadline'), id: 'PLX-SANDBOX-BUSY' },
  ])('fails with $id if the caller stops waiting', async ({ reason, id }) => {
    const locks = fileLocks(folder);
    const first = held((work) => locks.withSandbox({ containerId: 'one', command: 'ADD' }, patience(), work));
    await first.inside;
    const stop = new AbortController();
    const second = locks.withSandbox(
      sandbox(() => stop.abort(reason)),
      stop.signal,
      async () => {},
    );
    await expect(second).rejects.toMatchObject({ id });
    await first.end();
    expect(await files()).toEqual(always);
  });
});

describe('CNI-63: the lock of GC', () => {
  it('waits for a held sandbox and blocks new operations meanwhile', async () => {
    const locks = fileLocks(folder);
    const order: string[] = [];
    const add = held((work) => locks.withSandbox({ containerId: 'one', command: 'ADD' }, patience(), work));
    await add.inside;
    const gc = held((work) => locks.withAll('GC', patience(), work));
    const late = locks.withSandbox(
      { containerId: 'two', command: 'ADD' },
      patience(),
      async () => void order.push('late ADD'),
    );
    order.push('first ADD');
    await add.end();
    await gc.inside;
    order.push('GC');
    await gc.end();
    await late;
    expect(order).toEqual(['first ADD', 'GC', 'late ADD']);
  });

  it('serialises GCs and sandbox operations, so that no counter increment is lost', async () => {
    const workers = Array.from({ length: 8 }, (_, index) => start(15, index % 2 === 0 ? 'all' : ''));
    expect(await Promise.all(workers.map(exitOf))).toEqual(workers.map(() => 0));
    expect(await counted()).toBe(120);
  });

  it.each(['hold', 'hold-all'] as const)('ignores the lock of a killed process (%s)', async (mode) => {
    await killedHolder(mode);
    const locks = fileLocks(folder);
    expect(await locks.withSandbox(sandbox(), patience(), async () => 'sandbox')).toBe('sandbox');
    await killedHolder(mode);
    expect(await locks.withAll('GC', patience(), async () => 'all')).toBe('all');
  });
});

describe('CNI-63: a lock that another process holds', () => {
  /** A process that holds the sandbox "one", or all of them. */
  async function holder(mode: 'hold' | 'hold-all', wrap: readonly string[] = []): Promise<ChildProcess> {
    const words = [...wrap, process.execPath, worker, folder, counter, '1', mode];
    const child = spawn(words[0] ?? '', words.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    if (child.stdout === null) throw new Error('no stdout');
    await once(child.stdout, 'data');
    return child;
  }
  const attempt = (ms: number, onBusy?: (holder: LockHolder) => void): Promise<string> =>
    fileLocks(folder).withSandbox(sandbox(onBusy), AbortSignal.timeout(ms), async () => 'ran');

  it.each(['hold', 'hold-all'] as const)('is reported with the ID of that process (%s)', async (mode) => {
    const child = await holder(mode);
    const reported: LockHolder[] = [];
    await expect(attempt(300, (each) => reported.push(each))).rejects.toMatchObject({
      id: 'PLX-SANDBOX-BUSY',
      message: expect.stringContaining(`(process ${child.pid})`) as string,
    });
    expect(reported).toEqual([{ pid: child.pid, command: mode === 'hold' ? 'ADD' : 'GC', isDaemon: false }]);
  });

  it('is respected across process-ID namespaces until the holder is killed, without reporting its process ID', async () => {
    const child = await holder('hold', ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc']);
    const reported: LockHolder[] = [];
    await expect(attempt(300, (each) => reported.push(each))).rejects.toMatchObject({ id: 'PLX-SANDBOX-BUSY' });
    expect(reported).toEqual([]);
    child.kill('SIGKILL');
    expect(await attempt(patienceMs)).toBe('ran');
  });

  it('stays held while its holder is frozen', async () => {
    const child = await holder('hold');
    child.kill('SIGSTOP');
    await expect(attempt(300)).rejects.toMatchObject({ id: 'PLX-SANDBOX-BUSY' });
  });

  it('makes GC wait, and GC blocks new operations meanwhile', async () => {
    const child = await holder('hold');
    const gc = held((work) => fileLocks(folder).withAll('GC', patience(), work));
    const other = (ms: number): Promise<string> =>
      fileLocks(folder).withSandbox({ containerId: 'two', command: 'ADD' }, AbortSignal.timeout(ms), async () => 'ran');
    await expect.poll(() => other(50).catch(({ id }: { id: string }) => id)).toBe('PLX-SANDBOX-BUSY');
    child.kill('SIGKILL');
    await gc.inside;
    await gc.end();
    expect(await other(patienceMs)).toBe('ran');
  });

  it.each(['', '{', 'null', '[]', '{"pid":1}', 'x'.repeat(9000)])(
    'stays held if the note that names its holder is damaged: %j',
    async (text) => {
      const child = await holder('hold');
      await writeFile(join(folder, 'sandboxes'), text);
      const reported: LockHolder[] = [];
      await expect(attempt(300, (each) => reported.push(each))).rejects.toMatchObject({ id: 'PLX-SANDBOX-BUSY' });
      expect(reported).toEqual([]);
      child.kill('SIGKILL');
      expect(await attempt(patienceMs)).toBe('ran');
    },
  );

  it('excludes others in a new lock file although an operation still has the removed file open', async () => {
    const locks = fileLocks(folder, 'daemon');
    const other = held((work) => locks.withSandbox({ containerId: 'two', command: 'ADD' }, patience(), work));
    await other.inside;
    await rm(join(folder, 'sandboxes'));
    await locks.withSandbox(sandbox(), patience(), async () => {
      await expect(attempt(200)).rejects.toMatchObject({ id: 'PLX-SANDBOX-BUSY' });
    });
    await other.end();
  });
});

describe('the folder of the lock files', () => {
  it.each([
    { what: 'is a file', path: () => join(counter, 'locks') },
    { what: 'is on a file system that refuses new files', path: () => '/proc/locks' },
    { what: 'contains a lock file with two names', path: () => join(base, 'linked') },
    { what: 'contains a folder in place of the lock file', path: () => join(base, 'blocked') },
  ])('is rejected at once if it $what', async ({ path }) => {
    await mkdir(join(base, 'linked'));
    await link(counter, join(base, 'linked/sandboxes'));
    await mkdir(join(base, 'blocked/sandboxes'), { recursive: true });
    await expect(fileLocks(path()).withSandbox(sandbox(), patience(), async () => {})).rejects.toMatchObject({
      id: 'PLX-FILE-UNUSABLE',
    });
    await expect(fileLocks(path()).withAll('GC', patience(), async () => {})).rejects.toMatchObject({
      id: 'PLX-FILE-UNUSABLE',
    });
  });

  it.each(['../../out', 'a/b', '..', '', '\ud800', 'x'.repeat(5000)])(
    'contains no path that is made from a container ID: %j',
    async (containerId) => {
      await fileLocks(folder).withSandbox({ containerId, command: 'ADD' }, patience(), async () => {
        expect(await files()).toEqual(always);
      });
      expect((await readdir(base)).toSorted()).toEqual(['counter', 'counter.log', 'locks']);
    },
  );
});
