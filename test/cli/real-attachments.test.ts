import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClusterNode, createClusterNode, networksKey } from '../support/cluster-node.ts';
import { type Ended, runProgram } from '../support/plexus-command.ts';
import type { TestPod } from '../support/test-node.ts';

// Pods that the daemon attached through the shim with real plugins. The commands read the network-status that the
// daemon wrote; the tests compare it with the pods' own network namespaces.
let at: ClusterNode;
let db: TestPod;
let web: TestPod;

/** Interface, addresses and MAC address from inside the pod. */
interface Link {
  readonly ifname: string;
  readonly address: string;
  readonly addr_info: readonly { readonly local: string; readonly scope: string }[];
}

beforeAll(async () => {
  at = await createClusterNode();
  at.nad('storage', at.node.bridge('storage', '10.30.0.0/24'));
  const ranges = [[{ subnet: '10.40.0.0/24' }], [{ subnet: 'fd40::/64' }]];
  at.nad(
    'cameras',
    at.node.bridge('cameras', '', { ipam: { type: 'host-local', dataDir: join(at.node.dir, 'leases'), ranges } }),
  );
  await at.start();
  db = await attached('db-0', 'storage');
  web = await attached('web-0', 'storage@store0,cameras@cam0');
});
afterAll(() => at.remove());

async function attached(name: string, networks: string): Promise<TestPod> {
  const { metadata } = at.api.put('pods', {
    metadata: { name, namespace: 'default', annotations: { [networksKey]: networks } },
    spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'none' }] },
    status: { phase: 'Running' },
  });
  const pod = { ...(await at.node.pod(name)), uid: metadata.uid ?? '' };
  const answer = await at.call('ADD', pod);
  expect(answer, answer.stdout).toMatchObject({ exitCode: 0 });
  return pod;
}

const plexus = (...words: readonly string[]): Promise<Ended> =>
  runProgram('plexus', words, { KUBECONFIG: join(at.node.dir, 'kubeconfig') });
const cells = (text: string): readonly (readonly string[])[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));

/** The expected rows of a pod, without the leading cells that are the same in each row. */
async function rowsOf(
  pod: TestPod,
  networks: Readonly<Record<string, string>>,
  ...first: readonly string[]
): Promise<readonly (readonly string[])[]> {
  const links = (await pod.netns.ipJson(['address'])) as readonly Link[];
  return Object.entries(networks).map(([name, network]) => {
    const link = links.find(({ ifname }) => ifname === name);
    const addresses = link?.addr_info.filter(({ scope }) => scope === 'global').map(({ local }) => local) ?? [];
    return [...first, name, network, addresses.join(', '), link?.address ?? '', 'attached'];
  });
}
const ofDb = { eth0: 'cluster-net', net1: 'default/storage' };
const ofWeb = { eth0: 'cluster-net', store0: 'default/storage', cam0: 'default/cameras' };

describe('the views of pods attached with real plugins', () => {
  it('show in plexus pods -A the content of the network namespaces', async () => {
    const { code, stdout, stderr } = await plexus('pods', '-A');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [headings = [], ...rows] = cells(stdout);
    expect(headings).toEqual(['POD', 'NODE', 'INTERFACE', 'NETWORK', 'ADDRESSES', 'MAC', 'STATE', 'AGE']);
    for (const row of rows) expect(row.at(-1)).toMatch(/^(\d+[smh])+$/);
    expect(rows.map((row) => row.slice(0, -1))).toEqual([
      ...(await rowsOf(db, ofDb, 'default/db-0', 'node-1')),
      ...(await rowsOf(web, ofWeb, 'default/web-0', 'node-1')),
    ]);
    expect(stdout).toMatch(/cam0 +default\/cameras +10\.40\.0\.2, fd40::2 /);
    expect(await plexus('pods', '-A', '--problems')).toEqual({ code: 0, stdout: 'no problems\n', stderr: '' });
  });

  it('show in plexus pod one pod only', async () => {
    const { code, stdout } = await plexus('pod', 'web-0');
    expect(code).toBe(0);
    const [title, state, empty, ...rows] = cells(stdout);
    expect(title?.[0]).toMatch(/^Pod default\/web-0 \(node node-1, Running, \d+s old\)$/);
    expect([state, empty]).toEqual([['state: attached'], ['']]);
    expect(rows).toEqual([['INTERFACE', 'NETWORK', 'ADDRESSES', 'MAC', 'STATE'], ...(await rowsOf(web, ofWeb))]);
  });

  it('show in plexus graph all pods with their networks', async () => {
    const addresses = (await Promise.all([rowsOf(db, ofDb), rowsOf(web, ofWeb)]))
      .flat()
      .flatMap((row) => row[2]?.split(', ') ?? []);
    expect(addresses).toHaveLength(6);
    const { code, stdout: picture } = await plexus('graph', '-A');
    expect(code).toBe(0);
    for (const each of ['db-0', 'web-0', 'default/storage', 'default/cameras', ...addresses])
      expect(picture).toContain(each);
    const { stdout: mermaid } = await plexus('graph', '-A', '-o', 'mermaid');
    expect(mermaid).toMatchInlineSnapshot(`
      "flowchart LR
        subgraph band0["node node-1"]
          pod0["default/db-0"]
          pod1["default/web-0"]
        end
        net0(["cluster-net"])
        net1(["default/cameras, bridge, 10.40.0.0/24, fd40::/64"])
        net2(["default/storage, bridge, 10.30.0.0/24"])
        pod0 ---|"eth0 10.244.0.2"| net0
        pod0 ---|"net1 10.30.0.2"| net2
        pod1 ---|"eth0 10.244.0.3"| net0
        pod1 ---|"store0 10.30.0.3"| net2
        pod1 ---|"cam0 10.40.0.2 fd40::2"| net1
      "
    `);
  });

  it('do not show a pod after its DEL', async () => {
    const gone = await attached('gone-0', 'cameras');
    expect((await plexus('pods', '-A')).stdout).toMatch(
      /default\/gone-0 +node-1 +net1 +default\/cameras +10\.40\.0\.3, fd40::3 /,
    );
    expect(await at.call('DEL', gone)).toMatchObject({ exitCode: 0 });
    at.api.remove('pods', 'default', 'gone-0');
    expect((await plexus('pods', '-A')).stdout).not.toContain('gone-0');
  });
});
