import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClusterNode, createClusterNode } from '../support/cluster-node.ts';
import { inSmallRoot } from '../support/small-root.ts';
import { waitFor } from '../support/wait-for.ts';

let at: ClusterNode;
let writable: readonly string[];
beforeAll(async () => {
  at = await createClusterNode();
  at.nad('storage', at.node.bridge('storage', '10.30.0.0/24'));
  const { dir } = at.node;
  writable = [join(dir, 'run'), join(dir, 'state'), at.confDir];
  const podResources = join(dir, 'pods-api'); // kubelet's folder, which only has to be visible
  for (const folder of [...writable, podResources, join(dir, 'conf')]) await mkdir(folder, { recursive: true });
  const dist = join(import.meta.dirname, '../../dist');
  const wrapper = await inSmallRoot(dir, {
    visible: [dist, join(dir, 'kubeconfig'), podResources, join(dir, 'conf')],
    writable,
  });
  await at.start({
    wrapper,
    program: [process.execPath, join(dist, 'plexus.mjs')],
    flags: { 'kubelet-pods-api': join(podResources, 'pods-api.sock') },
  });
});
afterAll(() => at.remove());

const procFile = (name: string): Promise<string> => readFile(`/proc/${at.daemon().pid}/${name}`, 'utf8');

describe('the daemon without privileges', () => {
  it('is root without capabilities and cannot gain any', async () => {
    const status = await procFile('status');
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
      expect(status).toMatch(new RegExp(`^${set}:\\s+0+$`, 'm'));
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(status).toMatch(/^Uid:\s+0\s/m);
  });

  it('sees a read-only root file system in which it can write only its own folders', async () => {
    const mounts = (await procFile('mountinfo'))
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
    const place = (words: readonly string[]): string => words[4] ?? '';
    const canWrite = mounts.filter((words) => (words[5] ?? '').split(',').includes('rw')).map(place);
    const below = canWrite.filter((path) => !path.startsWith('/proc')); // mounts in /proc belong to the machine
    expect(below.toSorted()).toEqual([...writable].toSorted());
    expect(mounts.find((words) => place(words) === '/')?.[5]).toContain('ro');
    expect(mounts.map(place)).not.toContain('/sys');
  });

  it('attaches, checks and detaches a pod with two networks, writes its configuration and the pod’s status, and stops cleanly', async () => {
    const pod = await at.pod('small', 'storage');
    const answer = await at.call('ADD', pod);
    expect(answer, answer.stdout).toMatchObject({ exitCode: 0 });
    expect(at.status('small')).toMatchObject([{ interface: 'eth0' }, { interface: 'net1' }]);
    expect(await pod.netns.exec(['ip', '-br', 'addr'])).toMatch(/net1@\S+\s+UP\s+10\.30\.0\./);
    expect(await at.call('CHECK', pod)).toMatchObject({ exitCode: 0 });
    expect(await at.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect(await at.node.leftovers()).toEqual([]);
    const response = await fetch(`http://127.0.0.1:${at.daemon().httpPort}/readyz`);
    expect(response.status).toBe(200);
    expect(at.daemon().log.filter((line) => /"level":"(warn|error)"/.test(line))).toEqual([]);
    expect(await at.daemon().stop()).toBe(0);
    await waitFor('its end', () =>
      procFile('status').then(
        () => false,
        () => true,
      ),
    );
  });
});
