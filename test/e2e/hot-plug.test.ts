import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HotPlugNode, createHotPlugNode } from '../support/hot-plug-node.ts';
import { runProgram } from '../support/plexus-command.ts';
import { waitFor } from '../support/wait-for.ts';

// Networks follow the annotation of running pods: real plugins in real namespaces, daemon and host agent as processes,
// the API server over TLS.
let at: HotPlugNode;
const leases = (subnet: string): object => ({
  type: 'host-local',
  dataDir: join(at.cluster.node.dir, 'leases'),
  ranges: [[{ subnet }]],
});
const broken = (): object => ({
  cniVersion: '1.0.0',
  name: 'broken',
  plugins: [
    { type: 'bridge', bridge: 'broken', ipam: leases('10.5.0.0/24') },
    { type: 'tuning', sysctl: { 'net.absent': '1' } },
  ],
});
beforeAll(async () => {
  at = await createHotPlugNode();
  const { node, nad } = at.cluster;
  nad('a', node.bridge('a', '10.1.0.0/24'));
  nad('b', node.bridge('b', '10.2.0.0/24', { isGateway: true, capabilities: { mac: true } }));
  nad('ptp', { cniVersion: '1.0.0', name: 'ptp', type: 'ptp', ipam: leases('10.3.0.0/24') });
  nad('chain', {
    cniVersion: '1.0.0',
    name: 'chain',
    plugins: [
      { type: 'macvlan', master: 'eth1', ipam: leases('10.4.0.0/24') },
      { type: 'tuning', sysctl: { 'net.ipv4.conf.IFNAME.arp_filter': '1' } },
    ],
  });
  nad('broken', broken());
  nad('fixed', {
    cniVersion: '1.0.0',
    name: 'fixed',
    type: 'bridge',
    bridge: 'fixed',
    capabilities: { ips: true, mac: true },
    ipam: { type: 'static' },
  });
});
afterAll(() => at?.remove());

describe('networks of a running pod', () => {
  it('are attached, detached and swapped as its annotation changes, and its DEL leaves nothing', async () => {
    const pod = await at.livePod('moves', 'a');
    await at.follow(pod, 'a,b');
    expect(await at.interfacesOf(pod)).toEqual(['eth0 10.244.0.x', 'net1 10.1.0.x', 'net2 10.2.0.x']);
    expect(at.statusOf(pod)).toEqual([
      'eth0 cluster-net 10.244.0.x',
      'net1 default/a 10.1.0.x',
      'net2 default/b 10.2.0.x',
    ]);
    expect(await at.condition(pod, 'True')).toMatchObject({ reason: 'InSync' });
    await at.follow(pod, 'b');
    expect(await at.interfacesOf(pod)).toEqual(['eth0 10.244.0.x', 'net2 10.2.0.x']);
    await at.follow(pod, 'b,ptp@up0,chain');
    expect(await at.interfacesOf(pod)).toEqual(['eth0 10.244.0.x', 'net2 10.2.0.x', 'net3 10.4.0.x', 'up0 10.3.0.x']);
    await waitFor(
      'the Events',
      async () => at.events(pod).filter(({ reason }) => reason === 'AddedInterface').length >= 5,
    );
    expect(at.events(pod).map(({ reason, message }) => `${reason} ${message}`)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^AddedInterface Add net2 \[10\.2\.0\.\d+\/24\] from default\/b$/),
        'RemovedInterface Remove net1 from default/a',
      ]),
    );
    await at.end(pod);
  });

  it('an interface name moves to another network, and the status follows the order of the annotation', async () => {
    const pod = await at.livePod('swap', 'a@x,b@y');
    await at.follow(pod, 'b@y,chain@x');
    expect(await at.interfacesOf(pod)).toEqual(['eth0 10.244.0.x', 'x 10.4.0.x', 'y 10.2.0.x']);
    expect(at.statusOf(pod)).toEqual([
      'eth0 cluster-net 10.244.0.x',
      'y default/b 10.2.0.x',
      'x default/chain 10.4.0.x',
    ]);
    const before = await at.record(pod);
    await at.follow(pod, 'chain@x,b@y');
    expect((await at.record(pod))?.attachments).toEqual(before?.attachments);
    expect(at.statusOf(pod)[1]).toBe('x default/chain 10.4.0.x');
    await at.end(pod);
  });

  it('changed requests of an element, also of an unnamed one, attach it again under the same name', async () => {
    const pod = await at.livePod('requests', '[{"name":"fixed","ips":["10.6.0.5/24"],"mac":"02:00:00:00:00:05"}]');
    await at.follow(pod, [{ name: 'fixed', ips: ['10.6.0.6/24'], mac: '02:00:00:00:00:06' }]);
    const [, entry] = at.cluster.status('requests') ?? [];
    expect(entry).toMatchObject({ interface: 'net1', ips: ['10.6.0.6'], mac: '02:00:00:00:00:06' });
    await at.cluster.call('DEL', pod);
  });

  it('a network is detached with its recorded configuration although its NAD is gone', async () => {
    const { node, nad, api } = at.cluster;
    nad('brief', node.bridge('brief', '10.7.0.0/24'));
    const pod = await at.livePod('brief', 'a');
    await at.follow(pod, 'a,brief');
    api.remove('network-attachment-definitions', 'default', 'brief');
    await at.follow(pod, 'a');
    expect(await at.interfacesOf(pod)).toEqual(['eth0 10.244.0.x', 'net1 10.1.0.x']);
    await at.end(pod);
  });

  it('a swap that fails restores the network, with an Event and a condition, and succeeds once the cause is gone', async () => {
    const pod = await at.livePod('fails', 'a@x');
    at.annotate(pod, 'broken@x,b');
    const condition = await at.condition(pod, 'False');
    expect(condition).toMatchObject({
      reason: 'AttachFailed',
      message: expect.stringMatching(/default\/broken \(x\): PLX-PLUGIN-FAILED: .*tuning/),
    });
    expect(at.statusOf(pod)).toEqual([
      'eth0 cluster-net 10.244.0.x',
      'net2 default/b 10.2.0.x',
      'x default/a 10.1.0.x',
    ]);
    // a repetition may be in progress
    await waitFor('the restored network', async () => {
      const found = await at.interfacesOf(pod).catch(() => []);
      return found.join() === 'eth0 10.244.0.x,net2 10.2.0.x,x 10.1.0.x';
    });
    await waitFor('the Event', async () => at.events(pod).some(({ reason }) => reason === 'FailedAddingInterface'));
    expect(at.cluster.daemon().log.some((line) => line.includes('PLX-CHANGE-INCOMPLETE'))).toBe(true);
    at.cluster.nad('broken', at.cluster.node.bridge('mended', '10.5.0.0/24'));
    await at.inSync(pod);
    expect(await at.interfacesOf(pod)).toEqual(['eth0 10.244.0.x', 'net2 10.2.0.x', 'x 10.5.0.x']);
    at.cluster.nad('broken', broken());
    await at.end(pod);
  });

  it('five quick changes end with the last annotation', async () => {
    const pod = await at.livePod('quick', 'a');
    for (const networks of ['a,b', 'b', 'ptp', 'a@x,ptp']) at.annotate(pod, networks);
    await at.follow(pod, 'ptp,b@x');
    const found = (await at.interfacesOf(pod)).map((each) => each.replace(/^net\d/, 'net'));
    expect(found).toEqual(['eth0 10.244.0.x', 'net 10.3.0.x', 'x 10.2.0.x']);
    await at.end(pod);
  });

  it('the default route moves to a network that requests it and returns when that network is detached', async () => {
    const pod = await at.livePod('routes', 'a');
    const routes = async () =>
      ((await pod.netns.ipJson(['route', 'show', 'default'])) as { gateway: string; dev: string }[]).map(
        ({ gateway, dev }) => `${gateway} ${dev}`,
      );
    await at.follow(pod, [{ name: 'a' }, { name: 'b', 'default-route': ['10.2.0.1'] }]);
    expect(await routes()).toEqual(['10.2.0.1 net2']);
    expect(await at.interfacesOf(pod)).toHaveLength(3);
    await at.follow(pod, 'a');
    expect(await routes()).toEqual(['10.244.0.1 eth0']);
    expect(await at.interfacesOf(pod)).toHaveLength(2);
    await at.end(pod);
  });

  it('stay as they are if the annotation is invalid or removed, and are detached if it is an empty list', async () => {
    const pod = await at.livePod('invalid', 'a,b');
    const before = await at.record(pod);
    at.annotate(pod, '[{"name":"a"');
    expect(await at.condition(pod, 'False', /SELECTION/)).toMatchObject({ reason: 'Refused' });
    at.annotate(pod, undefined);
    await at.condition(pod, 'False', /PLX-ANNOTATION-REMOVED/);
    expect((await at.record(pod))?.attachments).toEqual(before?.attachments);
    await waitFor(
      'the Events',
      async () => at.events(pod).filter(({ reason }) => reason === 'InterfaceAddRejected').length >= 2,
    );
    await at.follow(pod, 'a,b');
    expect((await at.record(pod))?.attachments).toEqual(before?.attachments);
    await at.condition(pod, 'True');
    await at.follow(pod, '[]');
    expect(await at.interfacesOf(pod)).toEqual(['eth0 10.244.0.x']);
    expect(at.statusOf(pod)).toEqual(['eth0 cluster-net 10.244.0.x']);
    await at.end(pod);
  });

  it('a network that cannot be attached does not affect the others: an absent NAD, a taken name', async () => {
    const pod = await at.livePod('bad', 'a');
    at.annotate(pod, 'a,absent@x,b@eth0,b@y');
    const { message } = await at.condition(pod, 'False', /y|x/);
    expect(message).toMatch(/default\/absent \(x\): PLX-NAD-NOT-FOUND/);
    expect(message).toMatch(/default\/b \(eth0\): PLX-INTERFACE-TAKEN/);
    expect(await at.interfacesOf(pod)).toEqual(['eth0 10.244.0.x', 'net1 10.1.0.x', 'y 10.2.0.x']);
    at.cluster.nad('absent', at.cluster.node.bridge('late', '10.8.0.0/24'));
    at.annotate(pod, 'a,absent@x,b@y');
    await at.inSync(pod);
    expect(await at.interfacesOf(pod)).toHaveLength(4);
    await at.end(pod);
  });

  it('a network that would exceed the memory limit of a pod is refused, as at ADD', async () => {
    const huge = { ...at.cluster.node.bridge('huge', '10.8.0.0/24'), x: Array.from({ length: 20_000 }, () => []) };
    at.cluster.nad('huge', huge);
    const pod = await at.livePod('heavy', 'a');
    at.annotate(pod, 'a,b,huge');
    const message = expect.stringContaining('PLX-NETWORKS-TOO-LARGE');
    expect(await at.condition(pod, 'False')).toMatchObject({ message });
    expect(await at.interfacesOf(pod)).toEqual(['eth0 10.244.0.x', 'net1 10.1.0.x', 'net2 10.2.0.x']);
    await at.follow(pod, 'a,b');
    await at.end(pod);
  });

  it('plexus attach and plexus detach edit the annotation and wait for the network', async () => {
    const pod = await at.livePod('edited', 'a');
    const kubeconfig = join(at.cluster.node.dir, 'kubeconfig');
    const plexus = (...words: readonly string[]) =>
      runProgram('kubectl-plexus', [
        ...words,
        ...(words.includes('--wait') ? [] : ['--wait', '30']),
        '--kubeconfig',
        kubeconfig,
        '-n',
        'default',
      ]);
    expect(await plexus('attach', 'edited', 'b@x')).toMatchObject({
      code: 0,
      stdout: 'annotated pod default/edited: a,b@x\n',
    });
    expect(await at.interfacesOf(pod)).toEqual(['eth0 10.244.0.x', 'net1 10.1.0.x', 'x 10.2.0.x']);
    expect(await plexus('detach', 'edited', 'net1')).toMatchObject({ code: 0 });
    expect(await at.interfacesOf(pod)).toEqual(['eth0 10.244.0.x', 'x 10.2.0.x']);
    expect(await plexus('detach', 'edited', 'eth0')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('PLX-INTERFACE-NOT-ATTACHED'),
    });
    expect(await plexus('attach', 'edited', 'nowhere@y', '--wait', '1')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('PLX-NETWORKS-NOT-IN-SYNC'),
    });
    expect(await plexus('detach', 'edited', 'y')).toMatchObject({ code: 0 });
    await at.end(pod);
  });

  it('a pod that is being deleted keeps its networks until its DEL, and its condition states why', async () => {
    const pod = await at.livePod('ending', 'a');
    const { api } = at.cluster;
    const object = api.get('pods', 'default', 'ending');
    if (object === undefined) throw new Error('there is no pod');
    const metadata = {
      ...object.metadata,
      deletionTimestamp: new Date().toISOString(),
      finalizers: ['example.com/kept'],
    };
    api.put('pods', { ...object, metadata });
    at.annotate(pod, 'a,b');
    expect(await at.condition(pod, 'False')).toMatchObject({ message: expect.stringContaining('PLX-POD-ENDING') });
    expect(await at.interfacesOf(pod)).toEqual(['eth0 10.244.0.x', 'net1 10.1.0.x']);
    await at.end(pod);
  });

  it('a pod on the network of the node gets an Event and nothing else', async () => {
    at.podObject('on-host', 'a', { spec: { hostNetwork: true } });
    at.annotate({ name: 'on-host' }, 'b');
    await waitFor('the Event', async () =>
      at
        .events({ name: 'on-host' })
        .some(
          ({ reason, message }) => reason === 'InterfaceAddRejected' && message.includes('PLX-POD-ON-HOST-NETWORK'),
        ),
    );
    expect(at.statusOf({ name: 'on-host' })).toEqual([]);
  });
});
