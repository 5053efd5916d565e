import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SandboxRecord, encodeRecord } from '../../src/plan/index.ts';
import { type TestNode, type TestPod, createTestNode } from '../support/test-node.ts';

let node: TestNode;
beforeAll(async () => {
  node = await createTestNode();
  await node.nad('lab', {
    cniVersion: '1.0.0',
    name: 'lab',
    type: 'macvlan',
    master: 'eth1',
    capabilities: { ips: true, mac: true },
    ipam: { type: 'static' },
  });
  await node.nad('storage', node.bridge('storage', '10.30.0.0/24'));
  await node.nad('line', {
    cniVersion: '0.4.0',
    name: 'line',
    type: 'ptp',
    ipam: { type: 'host-local', dataDir: join(node.dir, 'leases'), subnet: '10.31.0.0/24' },
  });
  await node.nad('tuned', {
    cniVersion: '1.0.0',
    name: 'tuned',
    plugins: [node.bridge('tuned', '10.32.0.0/24'), { type: 'tuning', mtu: 1400, capabilities: { mac: true } }],
  });
  await node.nad('edge', {
    cniVersion: '0.3.1',
    name: 'edge',
    plugins: [
      node.bridge('edge', '10.33.0.0/24', { isGateway: true }),
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  });
});
afterAll(() => node.remove());

const add = async (pod: TestPod): Promise<Record<string, unknown>> => {
  const answer = await node.call('ADD', pod);
  expect(answer, answer.stdout + answer.stderr).toMatchObject({ exitCode: 0 });
  return JSON.parse(answer.stdout) as Record<string, unknown>;
};
const succeeds = async (command: string, pod: TestPod): Promise<void> => {
  expect(await node.call(command, pod)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
};
const linkNames = async (pod: TestPod): Promise<string[]> =>
  (JSON.parse(await pod.netns.exec(['ip', '-j', 'addr'])) as { ifname: string }[]).map(({ ifname }) => ifname);

describe('K8S-32, K8S-59: ADD, CHECK and DEL with real plugins, from a separate process as a runtime calls them', () => {
  it.each([
    { title: 'no additional network', networks: undefined, links: ['lo', 'eth0'] },
    {
      title: 'macvlan with a static address',
      networks: [{ name: 'lab', ips: ['10.20.0.11/24'], mac: '02:00:00:00:00:11' }],
      links: ['lo', 'eth0', 'net1'],
    },
    { title: 'bridge with host-local', networks: 'storage@store0', links: ['lo', 'eth0', 'store0'] },
    { title: 'ptp', networks: 'line', links: ['lo', 'eth0', 'net1'] },
    {
      title: 'bridge and tuning in a chain',
      networks: [{ name: 'tuned', mac: '02:00:00:00:00:12' }],
      links: ['lo', 'eth0', 'net1'],
    },
    {
      title: 'bridge and portmap in a chain',
      networks: [{ name: 'edge', portMappings: [{ hostPort: 18080, containerPort: 80 }] }],
      links: ['lo', 'eth0', 'net1'],
    },
    {
      title: 'five networks',
      networks: 'storage,line,tuned,edge,storage',
      links: ['lo', 'eth0', 'net1', 'net2', 'net3', 'net4', 'net5'],
    },
  ])('attach, check and detach completely: $title', async ({ title, networks, links }) => {
    const pod = await node.pod(`cycle-${title.replaceAll(' ', '-')}`, networks);
    const result = await add(pod);
    expect(result).toMatchObject({
      cniVersion: '1.0.0',
      ips: [{ address: expect.stringMatching(/^10\.244\.0\.\d+\/24$/) }],
    });
    expect((await linkNames(pod)).toSorted()).toEqual(links.toSorted());
    expect((await node.status(pod)).map((status) => status.interface)).toEqual(links.slice(1));
    await succeeds('CHECK', pod);
    await succeeds('DEL', pod);
    expect(await linkNames(pod)).toEqual(['lo']);
    expect(await node.leftovers()).toEqual([]);
  });

  it('NPWG-39, NPWG-33, NPWG-37: set the requested name, address and MAC in the kernel', async () => {
    const pod = await node.pod('requests', [
      { name: 'lab', interface: 'lab0', ips: ['10.20.0.12/24'], mac: '02:00:00:00:00:22' },
    ]);
    await add(pod);
    const [link] = JSON.parse(await pod.netns.exec(['ip', '-j', 'addr', 'show', 'lab0'])) as {
      address: string;
      addr_info: { local: string }[];
    }[];
    expect(link).toMatchObject({
      address: '02:00:00:00:00:22',
      addr_info: expect.arrayContaining([expect.objectContaining({ local: '10.20.0.12' })]),
    });
    expect((await node.status(pod))[1]).toMatchObject({
      name: 'default/lab',
      interface: 'lab0',
      ips: ['10.20.0.12'],
      mac: '02:00:00:00:00:22',
      default: false,
    });
    await succeeds('DEL', pod);
  });
});

describe('DEL', () => {
  const gone = async (name: string): Promise<TestPod> => {
    const pod = await node.pod(name, 'storage,tuned');
    await add(pod);
    return pod;
  };

  it('CNI-25: may be repeated', async () => {
    const pod = await gone('del-twice');
    for (let time = 0; time < 3; time++) await succeeds('DEL', pod);
    expect(await node.leftovers()).toEqual([]);
  });
  it('K8S-66: succeeds for a sandbox that was never attached', async () => {
    await succeeds('DEL', await node.pod('never'));
  });
  it('CNI-26: works after the pod and its NADs are gone', async () => {
    await node.nad('passing', node.bridge('passing', '10.34.0.0/24'));
    const pod = await node.pod('del-no-pod', 'passing');
    await add(pod);
    await node.removeManifest('pod-del-no-pod.yaml');
    await node.removeManifest('nad-default-passing.yaml');
    await succeeds('DEL', pod);
    expect(await node.leftovers()).toEqual([]);
  });
  it('CNI-26, K8S-35: works after the namespace is gone, with or without its path', async () => {
    const [first, second] = [await gone('del-no-netns-1'), await gone('del-no-netns-2')];
    await first.netns.remove();
    await second.netns.remove();
    await succeeds('DEL', first);
    expect(await node.call('DEL', second, { netns: '' })).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(await node.leftovers()).toEqual([]);
  });
  it('CNI-29: uses the configuration of the ADD after the NAD has changed', async () => {
    await node.nad('moving', node.bridge('moving', '10.35.0.0/24'));
    const pod = await node.pod('del-changed', 'moving');
    await add(pod);
    await node.nad('moving', { cniVersion: '1.0.0', name: 'other', type: 'no-such-plugin' });
    await succeeds('DEL', pod);
    expect(await node.leftovers()).toEqual([]);
  });
  it('NPWG-98, NPWG-99: keeps only the attachment of a missing plugin and names it; succeeds when the plugin is back', async () => {
    const pod = await gone('del-no-binary');
    const bare = await node.call('DEL', pod, {
      path: [join(node.dir, 'nowhere')],
      config: node.config({ binDir: join(node.dir, 'nowhere') }),
    });
    expect(bare.exitCode).toBe(1);
    const error = JSON.parse(bare.stdout) as { code: number; msg: string };
    expect(error.msg).toContain('eth0 (cluster-net), net1 (default/storage), net2 (default/tuned)');
    expect(bare.stdout).not.toMatch(/not found|no such file/i); // K8S-57
    await succeeds('DEL', pod);
    expect(await node.leftovers()).toEqual([]);
  });
  it('CNI-28: sets a damaged journal file aside and undoes what the configuration names', async () => {
    const pod = await gone('del-damaged');
    const file = join(node.dir, 'state/journal', `${pod.containerId}@eth0.json`);
    await writeFile(file, (await readFile(file, 'utf8')).slice(0, 200));
    const answer = await node.call('DEL', pod);
    expect(answer).toMatchObject({ exitCode: 0, stdout: '' });
    const daemon = await node.daemon();
    expect(daemon === undefined ? answer.stderr : daemon.log.join('\n')).toContain('PLX-RECORD-DAMAGED');
    expect(await node.leftovers()).toEqual([expect.stringContaining('state/journal/damaged/')]);
    await rm(join(node.dir, 'state/journal/damaged'), { recursive: true });
  });
  it('does not change a journal file of a newer version and undoes what the configuration names', async () => {
    const pod = await gone('del-newer');
    const file = join(node.dir, 'state/journal', `${pod.containerId}@eth0.json`);
    const newer = encodeRecord({ formatVersion: 2, attachments: 'of another form' } as unknown as SandboxRecord);
    await writeFile(file, newer);
    const daemon = await node.daemon();
    if (daemon === undefined) {
      // an earlier DEL that was deferred: this one settles it
      await mkdir(join(node.dir, 'state/deferred'), { recursive: true });
      await writeFile(join(node.dir, `state/deferred/${pod.containerId}@eth0.call`), 'kept');
    }
    const answer = await node.call('DEL', pod);
    expect(answer).toMatchObject({ exitCode: 0, stdout: '' });
    expect(daemon === undefined ? answer.stderr : daemon.log.join('\n')).toContain('PLX-RECORD-NEWER');
    expect(await node.leftovers()).toEqual([`state/journal/${pod.containerId}@eth0.json`]);
    expect(await readFile(file, 'utf8')).toBe(newer);
    await rm(file);
  });
});

describe('an ADD that cannot succeed', () => {
  it.each([1, 2, 3, 4])(
    'NPWG-96, NPWG-97: undoes all delegates before a failing delegate %i of 4 and starts none after it',
    async (n) => {
      const broken = {
        cniVersion: '1.0.0',
        name: 'broken',
        plugins: [node.bridge('broken', '10.36.0.0/24'), { type: 'tuning', sysctl: { 'net.core.no-such-key': '1' } }],
      };
      await node.nad('broken', broken);
      const networks = ['storage', 'tuned', 'edge'];
      if (n > 1) networks[n - 2] = 'broken';
      const config = n === 1 ? node.config({ delegates: [broken] }) : node.config();
      const pod = await node.pod(`fails-${n}`, networks.join(','));
      const answer = await node.call('ADD', pod, { config });
      expect(answer.exitCode).toBe(1);
      expect(JSON.parse(answer.stdout)).toMatchObject({
        cniVersion: '1.0.0',
        code: expect.any(Number),
        msg: expect.stringContaining('PLX-PLUGIN-FAILED: plugin tuning failed (ADD)'),
      });
      expect(await linkNames(pod)).toEqual(['lo']);
      expect(await node.leftovers()).toEqual([]);
      await succeeds('DEL', pod);
    },
  );
  it('CNI-62: has no effect if the sandbox is attached already', async () => {
    const pod = await node.pod('add-twice', 'storage');
    await add(pod);
    const again = await node.call('ADD', pod);
    expect(JSON.parse(again.stdout)).toMatchObject({ msg: expect.stringContaining('PLX-ALREADY-ATTACHED') });
    await succeeds('CHECK', pod);
    await succeeds('DEL', pod);
  });
  it('CNI-21, NPWG-41: does not touch an interface that exists in the sandbox', async () => {
    const pod = await node.pod('taken', 'storage@mine');
    await pod.netns.exec(['ip', 'link', 'add', 'mine', 'type', 'veth', 'peer', 'name', 'mine-peer']);
    const answer = await node.call('ADD', pod);
    expect(JSON.parse(answer.stdout)).toMatchObject({ code: 7, msg: expect.stringContaining('PLX-INTERFACE-TAKEN') });
    await succeeds('DEL', pod);
    expect(await linkNames(pod)).toEqual(expect.arrayContaining(['mine', 'mine-peer']));
    expect(await node.leftovers()).toEqual([]);
  });
  it('CNI-20: is rejected for the host’s namespace before any plugin runs', async () => {
    const pod = await node.pod('host-netns');
    const answer = await node.call('ADD', pod, { netns: '/proc/self/ns/net' });
    expect(JSON.parse(answer.stdout)).toMatchObject({ code: 8, msg: expect.stringContaining('PLX-NETNS-IS-HOST') });
    expect(await node.leftovers()).toEqual([]);
  });
});

describe('networks of a pod', () => {
  it('are distinct for two NADs of the same name in two namespaces', async () => {
    await node.nad('same', node.bridge('same-a', '10.37.0.0/24'));
    await node.nad('same', node.bridge('same-b', '10.38.0.0/24'), { namespace: 'blue' });
    const pod = await node.pod('same-names', 'same,blue/same');
    await add(pod);
    expect((await node.status(pod)).slice(1).map(({ name, ips }) => [name, ips?.[0]?.split('.')[1]])).toEqual([
      ['default/same', '37'],
      ['blue/same', '38'],
    ]);
    await succeeds('DEL', pod);
    expect(await node.leftovers()).toEqual([]);
  });
  it('NPWG-64: are two attachments if the same NAD is named twice', async () => {
    const pod = await node.pod('twice', 'storage,storage');
    await add(pod);
    const ips = (await node.status(pod)).slice(1).flatMap((status) => status.ips ?? []);
    expect(new Set(ips).size).toBe(2);
    await succeeds('CHECK', pod);
    await succeeds('DEL', pod);
    expect(await node.leftovers()).toEqual([]);
  });
  it('can be 20', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `many${index}`);
    await Promise.all(names.map((name, index) => node.nad(name, node.bridge(name, `10.100.${index}.0/24`))));
    const pod = await node.pod('many', names.join(','));
    await add(pod);
    expect(await node.status(pod)).toHaveLength(21);
    await succeeds('DEL', pod);
    expect(await node.leftovers()).toEqual([]);
  });
  it('get different addresses in 20 pods at once', async () => {
    const pods = await Promise.all(Array.from({ length: 20 }, (_, index) => node.pod(`crowd-${index}`, 'storage')));
    await Promise.all(pods.map(add));
    const addresses = await Promise.all(pods.map(async (pod) => (await node.status(pod))[1]?.ips?.[0]));
    expect(new Set(addresses).size).toBe(20);
    await Promise.all(pods.map((pod) => succeeds('DEL', pod)));
    expect(await node.leftovers()).toEqual([]);
  });
});
