import { readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callCni, podArgs } from '../support/cni-runtime.ts';
import { configAsRuntime } from '../support/config-as-runtime.ts';
import { shim } from '../support/daemon.ts';
import { pluginsDir } from '../support/plugins-dir.ts';
import { type ClusterNode, createClusterNode, networksKey, statusKey } from '../support/cluster-node.ts';
import { waitFor } from '../support/wait-for.ts';

// The whole path on a node: API server, daemon, shim, real plugins, and the configuration that the daemon wrote.
let at: ClusterNode;
beforeAll(async () => {
  at = await createClusterNode();
  at.nad('storage', at.node.bridge('storage', '10.30.0.0/24'));
  at.nad('edge', {
    cniVersion: '1.0.0',
    name: 'edge',
    type: 'macvlan',
    master: 'eth1',
    ipam: { type: 'static', addresses: [{ address: '10.31.0.5/24' }] },
  });
  await at.start({ flags: { 'reclaim-seconds': '0' } }); // no background requests, because the tests count requests
});
afterAll(() => at.remove());
beforeEach(() => at.api.faults.clear());

const interfaces = (name: string): readonly unknown[] | undefined =>
  at.status(name)?.map((entry) => entry['interface']);
const logged = (text: string): boolean => at.daemon().log.some((line) => line.includes(text));

async function httpGet(path: string): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(`http://127.0.0.1:${at.daemon().httpPort}${path}`);
  return { status: response.status, text: await response.text() };
}
const metric = async (line: string): Promise<number> => {
  const { text } = await httpGet('/metrics');
  const found = text.split('\n').find((each) => each.startsWith(line));
  return found === undefined ? Number.NaN : Number(found.slice(line.length).trim());
};

describe('a pod on a node with the daemon', () => {
  it('K8S-33: an ADD sends the API server one PATCH for its status and no reads; Events follow in the background; DEL sends nothing', async () => {
    const pod = await at.pod('usual', 'storage,edge');
    at.api.requests.length = 0;
    const answer = await at.call('ADD', pod);
    expect(answer, answer.stdout).toMatchObject({ exitCode: 0 });
    expect(interfaces('usual')).toEqual(['eth0', 'net1', 'net2']);
    await waitFor(
      'three events',
      async () => at.api.requests.filter(({ resource }) => resource === 'events').length === 3,
    );
    expect(
      at.api.requests
        .filter(({ resource }) => resource !== 'events')
        .map(({ verb, resource, subresource }) => [verb, resource, subresource]),
    ).toEqual([['patch', 'pods', 'status']]);
    at.api.requests.length = 0;
    expect(await at.call('CHECK', pod)).toMatchObject({ exitCode: 0 });
    expect(await at.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect(at.api.requests).toEqual([]);
    expect(await at.node.leftovers()).toEqual([]);
  });

  it('K8S-12: a runtime that does not pass annotations costs one more GET', async () => {
    const pod = await at.pod('not-handed', 'storage');
    at.api.requests.length = 0;
    expect(await at.call('ADD', pod, false)).toMatchObject({ exitCode: 0 });
    expect(interfaces('not-handed')).toEqual(['eth0', 'net1']);
    expect(at.api.requests.filter(({ resource }) => resource !== 'events').map(({ verb }) => verb)).toEqual([
      'get',
      'patch',
    ]);
    await at.call('DEL', pod);
  });

  it('K8S-14: an ADD succeeds while the API server is unavailable; the daemon publishes the status when it is back', async () => {
    const pod = await at.pod('patient', 'storage');
    await at.api.goAway();
    const answer = await at.call('ADD', pod);
    expect(answer, answer.stdout).toMatchObject({ exitCode: 0 });
    expect(await at.call('STATUS', pod)).toMatchObject({ exitCode: 0 }); // K8S-67
    await expect.poll(() => metric('plexus_journal_pending_status')).toBe(1);
    await at.api.comeBack();
    await waitFor('the status', async () => interfaces('patient')?.length === 2);
    await expect.poll(() => metric('plexus_status_writes_total{outcome="deferred"}')).toBe(1);
    await at.call('DEL', pod);
    expect(await at.node.leftovers()).toEqual([]);
  });

  it('an ADD with statusBeforeAnswer: false is answered before the API server is asked', async () => {
    const pod = await at.pod('prompt', 'storage');
    await at.api.goAway();
    const answer = await callCni({
      executable: shim,
      command: 'ADD',
      config: { ...configAsRuntime(await at.conflist(), { [networksKey]: 'storage' }), statusBeforeAnswer: false },
      containerId: pod.containerId,
      netns: pod.netns.path,
      ifName: 'eth0',
      args: podArgs(pod, pod.containerId),
      path: [await pluginsDir()],
      nodeNetns: at.node.netns.path,
      env: { PLEXUS_SOCKET: at.daemon().socket },
    });
    expect(answer, answer.stdout).toMatchObject({ exitCode: 0 });
    const lineOf = (step: string): number =>
      at.daemon().log.findIndex((line) => line.includes('default/prompt') && line.includes(`"step":"${step}"`));
    await waitFor('an attempt to write the status', async () => lineOf('status-published') >= 0);
    expect(lineOf('operation-finished')).toBeGreaterThanOrEqual(0);
    expect(lineOf('operation-finished')).toBeLessThan(lineOf('status-published'));
    await at.api.comeBack();
    await waitFor('the status', async () => interfaces('prompt')?.length === 2);
    await expect.poll(() => metric('plexus_journal_pending_status')).toBe(0);
    await at.call('DEL', pod);
    expect(await at.node.leftovers()).toEqual([]);
  });

  it('K8S-14: a pending status is abandoned if another pod of the same name exists, and is not written to it', async () => {
    const pod = await at.pod('phoenix', 'storage');
    await at.api.goAway();
    expect(await at.call('ADD', pod)).toMatchObject({ exitCode: 0 });
    at.api.remove('pods', 'default', 'phoenix');
    at.api.put('pods', {
      metadata: { name: 'phoenix', namespace: 'default' },
      spec: { containers: [{ name: 'main', image: 'none' }] },
    });
    await at.api.comeBack();
    await waitFor('the end of the wait', async () => (await metric('plexus_journal_pending_status')) === 0);
    expect(at.api.get('pods', 'default', 'phoenix')?.metadata.annotations?.[statusKey]).toBeUndefined();
    await at.call('DEL', pod);
  });

  it('K8S-14: a pending status is abandoned once a DEL has started, because the pod may get another sandbox', async () => {
    const pod = await at.pod('rebuilt', 'storage');
    await at.api.goAway();
    expect(await at.call('ADD', pod)).toMatchObject({ exitCode: 0 });
    await expect.poll(() => metric('plexus_journal_pending_status')).toBe(1);
    const { containerId, netns } = pod;
    const from = {
      containerId,
      netns: netns.path,
      ifName: 'eth0',
      args: podArgs(pod, containerId),
      nodeNetns: at.node.netns.path,
    };
    const config = configAsRuntime(await at.conflist(), undefined);
    const failed = await callCni({
      ...from,
      executable: shim,
      command: 'DEL',
      config,
      path: ['/nowhere'],
      env: { PLEXUS_SOCKET: at.daemon().socket },
    });
    expect([failed.exitCode, failed.stdout]).toEqual([1, expect.stringContaining('PLX-ATTACHMENTS-LEFT')]);
    await expect.poll(() => metric('plexus_journal_pending_status')).toBe(0);
    await at.api.comeBack();
    expect(await at.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect(at.status('rebuilt')).toBeUndefined();
  });

  it("K8S-14: of two sandboxes of one pod, the newer one's status is published", async () => {
    const newer = await at.pod('doubled', 'storage');
    // an ID that sorts after the first one in the journal's folder
    const { containerId, netns } = await at.node.pod('other');
    const older = { ...newer, containerId, netns };
    await at.api.goAway();
    expect(await at.call('ADD', older)).toMatchObject({ exitCode: 0 });
    const { stdout } = await at.call('ADD', newer);
    await at.api.comeBack();
    await waitFor('the end of the wait', async () => (await metric('plexus_journal_pending_status')) === 0);
    const [address] = (JSON.parse(stdout) as { ips: { address: string }[] }).ips;
    expect(at.status('doubled')?.[0]?.['ips']).toEqual([address?.address.replace(/\/.*/, '')]);
    for (const pod of [older, newer]) expect(await at.call('DEL', pod)).toMatchObject({ exitCode: 0 });
  });

  it('annotations passed by the runtime override those in the API', async () => {
    const pod = await at.pod('handed');
    expect(await at.call('ADD', pod, { [networksKey]: 'storage' })).toMatchObject({ exitCode: 0 });
    expect(interfaces('handed')).toEqual(['eth0', 'net1']);
    await at.call('DEL', pod);
  });

  it('a changed NAD applies to the next pod', async () => {
    at.nad('moving', at.node.bridge('moving1', '10.33.0.0/24'));
    await waitFor('the first NAD', async () => (await metric('plexus_watch_objects')) === 3);
    const first = await at.pod('before');
    expect(await at.call('ADD', first, { [networksKey]: 'moving' })).toMatchObject({ exitCode: 0 });
    at.nad('moving', at.node.bridge('moving2', '10.34.0.0/24'));
    const second = await at.pod('after');
    await waitFor('the other network', async () => {
      await at.call('ADD', second, { [networksKey]: 'moving' });
      if (JSON.stringify(at.status('after')?.[1]?.['ips'] ?? '').startsWith('["10.34.')) return true;
      await at.call('DEL', second);
      return false;
    });
    for (const pod of [first, second]) expect(await at.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect(await at.node.leftovers()).toEqual([]);
  });
});

describe('the configuration of Plexus in the runtime’s folder', () => {
  it('names the default network without copying it: its file is read at each ADD', async () => {
    const list = await at.conflist();
    expect(list).toMatchObject({
      name: 'cluster-net',
      plugins: [
        {
          type: 'plexus',
          clusterNetwork: join(at.confDir, '10-cluster.conf'),
          capabilities: { 'io.kubernetes.cri.pod-annotations': true },
        },
      ],
    });
    expect(JSON.stringify(list)).not.toContain('10.244');
  });

  it('K8S-69: uses the last good version of the default network’s file while it is being written', async () => {
    const file = join(at.confDir, '10-cluster.conf');
    const good = JSON.stringify(at.node.bridge('cluster-net', '10.244.0.0/16', { isDefaultGateway: true }));
    const pod = await at.pod('half');
    await writeFile(file, good.slice(0, 40));
    expect(await at.call('ADD', pod)).toMatchObject({ exitCode: 0 });
    await rm(file);
    const other = await at.pod('gone');
    expect(await at.call('ADD', other)).toMatchObject({ exitCode: 0 });
    expect(logged('the daemon uses its last good version')).toBe(true);
    await writeFile(file, good);
    for (const each of [pod, other]) expect(await at.call('DEL', each)).toMatchObject({ exitCode: 0 });
    expect(await at.node.leftovers()).toEqual([]);
  });

  it('K8S-62: is restored when it is renamed, and reported by an Event on the Node, a metric and the log', async () => {
    const before = await at.conflist();
    await rename(join(at.confDir, '00-plexus.conflist'), join(at.confDir, '00-plexus.conflist.cilium_bak'));
    await waitFor('our configuration', async () => JSON.stringify(await at.conflist()) === JSON.stringify(before));
    const events = () =>
      at.api.all('events').filter(({ involvedObject }) => JSON.stringify(involvedObject).includes('"Node"'));
    await waitFor('the event', async () => events().length === 1);
    expect(events()[0]).toMatchObject({
      type: 'Warning',
      reason: 'ConfigurationRestored',
      message: expect.stringContaining('it was renamed to 00-plexus.conflist.cilium_bak'),
      involvedObject: { kind: 'Node', name: 'node-1', uid: 'node-1' },
    });
    await expect.poll(() => metric('plexus_configuration_displaced_total')).toBe(1);
    expect(logged('configuration-displaced')).toBe(true);
    await rm(join(at.confDir, '00-plexus.conflist.cilium_bak'));
  });
});

describe('a daemon that ends, and its successor', () => {
  it('exits with status 0 on SIGTERM and keeps its configuration; a call in between waits for the successor', async () => {
    const file = join(at.confDir, '00-plexus.conflist');
    const before = await stat(file);
    expect(await at.daemon().stop()).toBe(0);
    expect(at.daemon().log.at(-1)).toContain('stopped');
    const pod = await at.pod('waiting', 'storage');
    const waiting = at.call('ADD', pod);
    await at.start();
    const answer = await waiting;
    expect(answer, answer.stdout).toMatchObject({ exitCode: 0 });
    expect((await stat(file)).ino).toBe(before.ino);
    expect(await at.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect(await at.node.leftovers()).toEqual([]);
  });

  it('lets its successor undo what it attached, even if it was killed', async () => {
    const pod = await at.pod('outlives', 'storage,edge');
    expect(await at.call('ADD', pod)).toMatchObject({ exitCode: 0 });
    await at.daemon().stop('SIGKILL');
    await at.start();
    expect(await at.call('CHECK', pod)).toMatchObject({ exitCode: 0 });
    expect(await at.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect(await at.node.leftovers()).toEqual([]);
  });

  it('starts without the API server, reports that it is not ready, and attaches pods to the default network', async () => {
    const pod = await at.pod('blind');
    await at.daemon().stop();
    await at.api.goAway();
    await at.start();
    expect(await httpGet('/healthz')).toMatchObject({ status: 200 });
    expect(await httpGet('/readyz')).toMatchObject({
      status: 503,
      text: expect.stringContaining('NetworkAttachmentDefinitions'),
    });
    expect(await at.call('ADD', pod, {})).toMatchObject({ exitCode: 0 });
    const unknown = await at.call('ADD', await at.pod('wants-more'), { [networksKey]: 'storage' });
    expect(JSON.parse(unknown.stdout)).toMatchObject({ code: 11, msg: expect.stringContaining('PLX-API-UNAVAILABLE') });
    await at.api.comeBack();
    await waitFor('ready', async () => (await httpGet('/readyz')).status === 200);
    await at.call('DEL', pod);
    expect((await readdir(join(at.node.dir, 'state/journal'))).filter((name) => name.endsWith('.json'))).toEqual([]);
  });
});

describe('the HTTP endpoints of a daemon', () => {
  it('serve metrics: calls by command and outcome, plugins, API requests, attachments by network, watch', async () => {
    const pod = await at.pod('counted', 'storage');
    await at.call('ADD', pod);
    await expect.poll(() => metric('plexus_attachments{network="default/storage"}')).toBe(1);
    await expect
      .poll(() => metric('plexus_cni_requests_total{command="ADD",outcome="success",code="0"}'))
      .toBeGreaterThan(0);
    await expect
      .poll(() => metric('plexus_delegate_duration_seconds_count{plugin="bridge",command="ADD",outcome="success"}'))
      .toBeGreaterThan(1);
    await expect
      .poll(() => metric('plexus_api_requests_total{verb="patch",resource="pods/status",code="200"}'))
      .toBeGreaterThan(0);
    await expect.poll(() => metric('plexus_watch_synced')).toBe(1);
    await expect.poll(() => metric('plexus_calls_running')).toBe(0);
    await at.call('DEL', pod);
    await expect.poll(() => metric('plexus_journal_sandboxes')).toBe(0);
  });
  it('answer 404 to other paths and 405 to other methods', async () => {
    expect((await httpGet('/')).status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${at.daemon().httpPort}/metrics`, { method: 'POST' })).status).toBe(405);
  });
});
