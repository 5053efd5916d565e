import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable, readFile, readdir, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNadCache } from '../../src/cluster/nad-cache.ts';
import { daemonFrame, frameReader } from '../../src/host/index.ts';
import { type ClusterNode, createClusterNode } from '../support/cluster-node.ts';
import { shim } from '../support/daemon.ts';
import type { TestPod } from '../support/test-node.ts';
import { waitFor } from '../support/wait-for.ts';

// The costs of an ADD and a DEL that do not depend on the clock: requests, processes, syncs, memory for a watched
// change.
const further = 4;
const plugins = further + 1;
let at: ClusterNode;
beforeAll(async () => {
  at = await createClusterNode();
  await at.start();
  for (let index = 1; index <= further; index++)
    at.nad(`net${index}`, at.node.bridge(`net${index}`, `10.${30 + index}.0.0/24`));
  const first = await at.pod('first', names()); // Work that only a first call does is not counted.
  await at.call('ADD', first);
  await at.call('DEL', first);
});
afterAll(() => at.remove());

const names = (): string => Array.from({ length: further }, (_, index) => `net${index + 1}`).join(',');
const canTrace = await promisify(execFile)('strace', ['-V']).then(
  () => true,
  () => false,
);

describe('requests of an ADD with four additional networks', () => {
  it('are one PATCH before the answer, besides Events in the background, and none for a DEL', async () => {
    const pod = await at.pod('asks', names());
    const before = at.api.requests.length;
    expect(await at.call('ADD', pod)).toMatchObject({ exitCode: 0 });
    const asked = at.api.requests.slice(before).filter(({ resource }) => resource !== 'events');
    expect(asked.map(({ verb, resource, subresource }) => [verb, resource, subresource].join(' '))).toEqual([
      'patch pods status',
    ]);
    const between = at.api.requests.length;
    expect(await at.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect(at.api.requests.slice(between).filter(({ resource }) => resource !== 'events')).toEqual([]);
  });
});

describe('round trips between daemon and shim', () => {
  it('are one for the plugins of all networks, for an ADD and for a DEL', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-relay-'));
    const relay = await startRelay(join(folder.path, 'x.sock'), join(at.node.dir, 'run/plexus.sock'));
    const relayed = join(folder.path, 'relayed');
    await writeFile(relayed, `#!/bin/sh\nPLEXUS_SOCKET=${relay.socket} exec ${shim}\n`, { mode: 0o755 });
    const pod = await at.pod('trips', names());
    for (const command of ['ADD', 'DEL']) {
      expect(await at.call(command, pod, true, relayed)).toMatchObject({ exitCode: 0 });
      expect(relay.runs(), command).toEqual({ requests: plugins, trips: 1 });
    }
    await relay.close();
  });
});

describe.skipIf(!canTrace)('cost of an ADD on the node', () => {
  /** The system calls of a process and all its children, or of a running process, during some work. */
  async function traced(
    calls: string,
    whom: readonly string[],
    work?: () => Promise<void>,
  ): Promise<readonly string[]> {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-strace-'));
    const child = spawn(
      'strace',
      ['-ff', '-y', '-qq', '-e', `trace=${calls}`, '-o', join(folder.path, 'trace'), ...whom],
      { stdio: 'ignore' },
    );
    const ended = once(child, 'exit');
    if (work !== undefined) {
      await waitFor('strace', async () => (await readdir(folder.path)).length > 0);
      await work();
      child.kill('SIGINT');
    }
    await ended;
    const files = await readdir(folder.path);
    return (await Promise.all(files.map((file) => readFile(join(folder.path, file), 'utf8')))).flatMap((text) =>
      text.split('\n').filter(Boolean),
    );
  }
  const during = async (calls: string, work: () => Promise<void>): Promise<readonly string[]> =>
    traced(calls, ['-f', '-p', String(at.daemon().pid)], work);

  it('an ADD syncs its first record and the folder, and its last record, for any number of networks; a DEL syncs nothing', async () => {
    const syncs = async (command: string, pod: TestPod): Promise<number> => {
      const seen = await during('fsync,fdatasync', async () => {
        expect(await at.call(command, pod)).toMatchObject({ exitCode: 0 });
      });
      // stand-in.json is written whenever networks change.
      return seen.filter((line) => line.includes('/state/journal')).length;
    };
    for (const [name, networks] of [
      ['few', 'net1'],
      ['many', names()],
    ] as const) {
      const pod = await at.pod(name, networks);
      expect(await syncs('ADD', pod), `ADD with ${networks}`).toBe(3);
      expect(await syncs('DEL', pod), `DEL with ${networks}`).toBe(0);
    }
  });

  it('the daemon starts no process, and the shim starts one per plugin', async () => {
    const pod = await at.pod('starts', names());
    const started = await during('execve,fork,vfork,clone,clone3', async () => {
      expect(await at.call('ADD', pod)).toMatchObject({ exitCode: 0 });
    });
    expect(started.filter((line) => !line.includes('CLONE_THREAD') && !/^(---|\+\+\+)/.test(line))).toEqual([]);
    const wrapped = join(at.node.dir, 'traced-shim');
    await at.call('DEL', pod);
    const trace = join(at.node.dir, 'shim.trace');
    await writeFile(wrapped, `#!/bin/sh\nexec strace -f -qq -e trace=execve -o ${trace} ${shim}\n`, { mode: 0o755 });
    expect(await at.call('ADD', pod, true, wrapped)).toMatchObject({ exitCode: 0 });
    const executed = (await readFile(trace, 'utf8'))
      .split('\n')
      .filter((line) => line.includes('execve') && line.endsWith('= 0')); // also "<... execve resumed>"
    // The shim itself, and each bridge with its IPAM plugin.
    expect(executed).toHaveLength(1 + 2 * plugins);
    await at.call('DEL', pod);
  });
});

describe('cost of a changed network for the daemon', () => {
  const event = (index: number): string =>
    JSON.stringify({
      metadata: {
        namespace: 'shop',
        name: `net${index % 100}`,
        resourceVersion: String(index),
        managedFields: [{ manager: 'kubectl', note: 'x'.repeat(500) }],
      },
      spec: { config: JSON.stringify({ cniVersion: '1.0.0', type: 'bridge', mtu: 1000 + (index % 7) }) },
    });

  it('an event of 700 bytes takes at most 8 KiB, and only temporarily', () => {
    const cache = createNadCache();
    const lines = Array.from({ length: 1000 }, (_, index) => event(index));
    const all = (): void => lines.forEach((line) => cache.set(JSON.parse(line)));
    all();
    const rounds = Array.from({ length: 8 }, () => allocatedBy(all) / lines.length);
    expect(Math.max(...rounds)).toBeGreaterThan(200); // Otherwise nothing was measured.
    expect(Math.max(...rounds)).toBeLessThan(8192);
    const before = settled();
    for (let round = 0; round < 20; round++) all();
    expect((settled() - before) / (20 * lines.length)).toBeLessThan(50);
    expect(cache.size()).toBe(100);
  });
});

/** Passes on what shim and daemon say to each other, and counts. */
async function startRelay(socket: string, daemon: string) {
  const run = { requests: 0, trips: 0 };
  const server = net.createServer((shimEnd) => {
    const daemonEnd = net.connect(daemon);
    const reader = frameReader();
    let isDaemonsTurn = true;
    shimEnd.on('data', (piece: Buffer) => {
      isDaemonsTurn = true;
      daemonEnd.write(piece);
    });
    daemonEnd.on('data', (piece: Buffer) => {
      for (const { type } of reader.push(piece)) {
        if (type !== daemonFrame.run) continue;
        run.requests++;
        if (isDaemonsTurn) run.trips++;
        isDaemonsTurn = false;
      }
      shimEnd.write(piece);
    });
    shimEnd.on('close', () => daemonEnd.destroy());
    daemonEnd.on('close', () => shimEnd.destroy());
  });
  server.listen(socket);
  await once(server, 'listening');
  return {
    socket,
    /** RUN frames since the last time, and how often the daemon sent some after the shim had sent something. */
    runs: () => {
      const seen = { ...run };
      run.requests = run.trips = 0;
      return seen;
    },
    close: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

/** Bytes in use after a garbage collection. */
function settled(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

/** Bytes allocated by some work; too few if a garbage collection ran meanwhile. */
function allocatedBy(work: () => void): number {
  const before = settled();
  work();
  return process.memoryUsage().heapUsed - before;
}
