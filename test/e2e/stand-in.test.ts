import { chmod, copyFile, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ClusterNode, createClusterNode } from '../support/cluster-node.ts';
import { type RuntimeAnswer, plexusCni } from '../support/cni-runtime.ts';
import { shim } from '../support/daemon.ts';
import type { TestPod } from '../support/test-node.ts';
import { waitFor } from '../support/wait-for.ts';

// Direct mode is installed beside the shim and replaces the daemon while it is down, based on the journal and the files
// that the daemon wrote.
let at: ClusterNode;
let executable: string;
const flags = { 'daemon-wait-seconds': '0.2' };
beforeEach(async () => {
  at = await createClusterNode();
  at.nad('storage', at.node.bridge('storage', '10.30.0.0/16'));
  await mkdir(join(at.node.dir, 'bin'));
  executable = join(at.node.dir, 'bin/plexus');
  await copyFile(shim, executable);
  // direct mode as installed on a host with Node.js; the single file has its own suites
  await writeFile(join(at.node.dir, 'bin/plexus-direct'), `#!/bin/sh\nexec ${plexusCni}\n`);
  await chmod(join(at.node.dir, 'bin/plexus-direct'), 0o755);
  await at.start({ flags });
  await waitFor('what the daemon leaves', async () => (await left()).nads.length === 1);
});
afterEach(() => at.remove());

const leftFile = (): string => join(at.node.dir, 'state/stand-in.json');
const left = async (): Promise<{ nads: readonly unknown[] }> =>
  JSON.parse(await readFile(leftFile(), 'utf8')) as { nads: readonly unknown[] };
const call = (command: string, pod: TestPod, handed = true) => at.call(command, pod, handed, executable);
const links = async (pod: TestPod): Promise<readonly string[]> =>
  ((await pod.netns.ipJson(['link'])) as readonly { ifname: string }[]).map(({ ifname }) => ifname).toSorted();
const errorOf = ({ stdout }: { readonly stdout: string }) => JSON.parse(stdout) as { code: number; msg: string };

describe('while the daemon is down, with direct mode beside the shim', () => {
  it('ADD, CHECK and DEL work; the returning daemon publishes the status and adopts the pod', async () => {
    const [before, during] = [await at.pod('before', 'storage'), await at.pod('during', 'storage')];
    expect(await call('ADD', before)).toMatchObject({ exitCode: 0 });
    await at.daemon().stop('SIGKILL');
    const added = await call('ADD', during);
    expect(added, added.stdout + added.stderr).toMatchObject({ exitCode: 0 });
    expect(await links(during)).toEqual(['eth0', 'lo', 'net1']);
    expect(await call('CHECK', during)).toMatchObject({ exitCode: 0 });
    expect(await call('DEL', before)).toMatchObject({ exitCode: 0, stdout: '' });
    expect(await links(before)).toEqual(['lo']);
    expect(at.status('during')).toBeUndefined();
    await at.start({ flags });
    await waitFor('its status', async () => at.status('during')?.length === 2);
    expect(await call('CHECK', during)).toMatchObject({ exitCode: 0 });
    expect(await call('DEL', during)).toMatchObject({ exitCode: 0 });
    expect(await at.node.leftovers()).toEqual([]);
  });

  it('unknown networks and annotations give code 11, never "not found"', async () => {
    const [newNetwork, notHanded] = [
      await at.pod('new-network', 'made-meanwhile'),
      await at.pod('not-handed', 'storage'),
    ];
    await at.daemon().stop('SIGKILL');
    at.nad('made-meanwhile', at.node.bridge('made-meanwhile', '10.31.0.0/16'));
    expect(errorOf(await call('ADD', newNetwork))).toMatchObject({
      code: 11,
      msg: expect.stringContaining('PLX-API-UNAVAILABLE') as string,
    });
    expect(errorOf(await call('ADD', notHanded, false))).toMatchObject({
      code: 11,
      msg: expect.stringContaining('PLX-API-UNAVAILABLE') as string,
    });
    expect(await at.node.leftovers()).toEqual([]);
  });

  it("DEL needs only the journal, even if the daemon's files are missing or damaged", async () => {
    const [one, two] = [await at.pod('one', 'storage'), await at.pod('two', 'storage')];
    for (const pod of [one, two]) expect(await call('ADD', pod)).toMatchObject({ exitCode: 0 });
    await at.daemon().stop('SIGKILL');
    await writeFile(leftFile(), '{"formatVersion":');
    expect(await call('DEL', one)).toMatchObject({ exitCode: 0 });
    await rm(leftFile());
    expect(await call('DEL', two)).toMatchObject({ exitCode: 0 });
    expect(await at.node.leftovers()).toEqual([]);
  });
});

const sandboxes = async (): Promise<string> =>
  String(await readdir(join(at.node.dir, 'state/journal')).catch(() => []));

describe('daemon and direct mode together', () => {
  it('serve pods that start and stop while the daemon does: each call succeeds or gets code 11, and nothing remains', async () => {
    const pods = await Promise.all(Array.from({ length: 8 }, (_, index) => at.pod(`pod-${index}`, 'storage')));
    const seen: string[] = [];
    let over = false;
    const isWell = (command: string, { exitCode, stdout }: RuntimeAnswer): boolean => {
      if (exitCode !== 0) seen.push(`${command}: ${exitCode === null ? 'killed' : `code ${errorOf({ stdout }).code}`}`);
      return exitCode === 0;
    };
    const client = async (pod: TestPod): Promise<void> => {
      while (!over) {
        if (isWell('ADD', await call('ADD', pod))) expect(await links(pod)).toEqual(['eth0', 'lo', 'net1']);
        for (let tries = 0; !isWell('DEL', await call('DEL', pod)); tries++) expect(tries).toBeLessThan(30);
      }
    };
    const all = Promise.all(pods.map(client));
    for (let times = 0; times < 6; times++) {
      await at.daemon().stop('SIGKILL');
      const before = await sandboxes();
      // direct mode has worked before the next daemon starts
      await waitFor('calls without a daemon', async () => (await sandboxes()) !== before);
      await at.start({ flags: { ...flags, 'daemon-wait-seconds': '0.05' } });
    }
    over = true;
    await all;
    expect([...new Set(seen)].filter((each) => !each.endsWith('code 11'))).toEqual([]);
    // the daemon may still be checking a sandbox with a pending status
    await waitFor('nothing is left', async () => (await at.node.leftovers()).length === 0);
  });
});

describe('the files that the daemon writes for direct mode', () => {
  it('are readable only by root and follow the networks of the cluster', async () => {
    expect((await stat(leftFile())).mode & 0o777).toBe(0o600);
    at.nad('second', at.node.bridge('second', '10.32.0.0/16'));
    await waitFor('the second', async () => (await left()).nads.length === 2);
    at.api.remove('network-attachment-definitions', 'default', 'storage');
    await waitFor('the first is gone', async () => (await left()).nads.length === 1);
    await at.daemon().stop();
    await at.api.goAway();
    await at.start({ flags });
    expect((await left()).nads, 'a daemon that knows nothing yet does not overwrite it').toHaveLength(1);
    await at.api.comeBack();
  });
});
