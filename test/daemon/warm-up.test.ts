import { mkdtempDisposable, mkdir, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDaemonOptions } from '../../src/service/index.ts';
import { warmUp } from '../../src/daemon/warm-up.ts';
import { startTestDaemon } from '../support/daemon.ts';
import { patience } from '../support/patience.ts';
import { waitFor } from '../support/wait-for.ts';

const everyCall = 120;

async function at() {
  const folder = await mkdtempDisposable(join(tmpdir(), 'plexus-warm-'));
  const { options } = parseDaemonOptions({ socket: join(folder.path, 'plexus.sock') });
  const deps = { options: () => options, program: 'test', peerUid: () => 0, idle: async () => {} };
  return { dir: folder.path, deps, [Symbol.asyncDispose]: () => folder.remove() };
}

describe('the warm-up of a daemon', () => {
  it('makes every call with success and leaves nothing', async () => {
    await using place = await at();
    expect(await warmUp(place.deps, patience())).toBe(everyCall);
    expect(await readdir(place.dir)).toEqual([]);
  });
  it('removes what a killed daemon left', async () => {
    await using place = await at();
    await mkdir(join(place.dir, 'warm-up/journal'), { recursive: true });
    await writeFile(join(place.dir, 'warm-up/link'), '');
    expect(await warmUp(place.deps, patience())).toBe(everyCall);
    expect(await readdir(place.dir)).toEqual([]);
  });
  it('makes no call while one of the runtime runs', async () => {
    await using place = await at();
    const stop = new AbortController();
    let asked = 0;
    const busyAfter = 5;
    const idle = (): Promise<void> => {
      if (++asked <= busyAfter) return Promise.resolve();
      stop.abort();
      return Promise.resolve();
    };
    expect(await warmUp({ ...place.deps, idle }, stop.signal)).toBe(0);
    expect(asked).toBe(busyAfter + 1);
    expect(await readdir(place.dir)).toEqual([]);
  });
  it('does nothing where its folder cannot be made', async () => {
    await using place = await at();
    const { options } = parseDaemonOptions({ socket: join(place.dir, 'missing/plexus.sock') });
    expect(await warmUp({ ...place.deps, options: () => options }, patience())).toBe(0);
  });
  it('touches neither state, nor metrics, nor recent operations of its daemon', async () => {
    await using place = await at();
    const cniDir = join(place.dir, 'state');
    const daemon = await startTestDaemon({ dir: place.dir, flags: { 'cni-dir': cniDir, 'warm-up': 'on' } });
    try {
      await waitFor('the daemon has warmed up', async () => daemon.log.some((line) => line.includes('warmed up with')));
      expect(daemon.log.join('\n')).toContain(`warmed up with ${everyCall} made-up calls`);
      expect(await readdir(join(place.dir, 'run'))).not.toContain('warm-up');
      expect(await readdir(join(cniDir, 'journal')).catch(() => [])).toEqual([]);
      const metrics: string = await (await fetch(`http://127.0.0.1:${daemon.httpPort}/metrics`)).text();
      expect(metrics).toContain('plexus_recent_operations 0');
      expect(metrics).not.toMatch(
        /^plexus_(?:cni_requests_total|delegate_duration_seconds_count|recent_operations).* [1-9]/m,
      );
    } finally {
      await daemon.stop();
    }
  });
});
