import fc from 'fast-check';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Cluster, connect } from '../../src/cluster/index.ts';
import { type ClaimInputs, type DevicesOfClaims, devicesOfClaims } from '../../src/devices/index.ts';
import { type ApiServer, type RequestInfo, startApiServer } from '../support/api-server/index.ts';
import { claim, multusForm, nicDriver, nodeName, podWithClaims, result, slice } from '../support/claim-objects.ts';

let server: ApiServer;
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let cluster: Cluster;
let allowed: (request: RequestInfo) => boolean;

beforeAll(async () => {
  server = await startApiServer({ authorize: (request) => allowed(request) });
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-claims-'));
  const file = join(folder.path, 'kubeconfig');
  await server.writeKubeconfig(file);
  cluster = connect({ kind: 'kubeconfig', file });
});
afterAll(async () => {
  await server.close();
  await folder.remove();
});
beforeEach(() => {
  allowed = () => true;
  server.faults.clear();
  for (const { metadata } of server.all('resourceslices')) server.remove('resourceslices', '', metadata.name);
  for (const { metadata } of server.all('resourceclaims')) server.remove('resourceclaims', metadata.namespace ?? '', metadata.name);
  for (const { metadata } of server.all('pods')) server.remove('pods', metadata.namespace ?? '', metadata.name);
  server.requests.length = 0;
});

const pod = { namespace: 'shop', name: 'db', uid: 'u-db' };
const sriov = 'vendor.com/sriov';
const wishes = (resources: readonly string[], claims: readonly string[] = []) => ({ resources, claims });
const ask = (inputs: Partial<ClaimInputs>): Promise<DevicesOfClaims> =>
  devicesOfClaims({ pod, wishes: wishes([sriov]), nodeName, ...inputs }, cluster.claims, AbortSignal.timeout(10_000));
const idsOf = ({ devices }: DevicesOfClaims): readonly string[] => devices.map(({ id, resource }) => `${resource ?? '-'} ${id}`).toSorted();
const asked = (): readonly string[] => server.requests.map(({ verb, resource }) => `${verb} ${resource}`);

const fromTemplate = { name: 'nic', resourceClaimTemplateName: 'nic' };
const made = { resourceClaimStatuses: [{ name: 'nic', resourceClaimName: 'db-nic-x7' }] };
const put = (pods: object, claims: readonly object[], slices: readonly object[]): void => {
  server.put('pods', pods as never);
  for (const each of claims) server.put('resourceclaims', each as never);
  for (const each of slices) server.put('resourceslices', each as never);
};
const kubelet = (device: string, more: object = {}) => ({
  claim: { namespace: 'shop', name: 'db-nic-x7' },
  driver: nicDriver,
  pool: nodeName,
  device,
  ...more,
});

interface Row {
  readonly title: string;
  readonly results: readonly object[];
  readonly slices: readonly object[];
  readonly ids: readonly string[];
}
// test numbers are those of the inventory of Multus' own tests
const multusRows: readonly Row[] = [
  {
    title: '143, 185: a claim and a slice with both attributes',
    results: [result('main', 'd0')],
    slices: [slice('a', { d0: multusForm('0000:01:00.1', sriov) })],
    ids: [`${sriov} 0000:01:00.1`],
  },
  {
    title: '186: slices of other nodes, pools and drivers do not count',
    results: [result('main', 'd0')],
    slices: [
      slice('a', { d0: multusForm('wrong', sriov) }, { pool: { name: 'other', generation: 1, resourceSliceCount: 1 } }),
      slice('b', { d0: multusForm('wrong', sriov) }, { driver: 'gpu.example.com' }),
      slice('c', { d0: multusForm('wrong', sriov) }, { nodeName: 'node-2', pool: { name: 'node-2', generation: 1, resourceSliceCount: 1 } }),
      slice('d', { d0: multusForm('right', sriov) }),
    ],
    ids: [`${sriov} right`],
  },
  {
    title: '187: two devices of one resource',
    results: [result('main', 'd0'), result('main', 'd1')],
    slices: [slice('a', { d0: multusForm('i0', sriov), d1: multusForm('i1', sriov) })],
    ids: [`${sriov} i0`, `${sriov} i1`],
  },
  {
    title: '188: two devices of two resources',
    results: [result('main', 'd0'), result('other', 'd1')],
    slices: [slice('a', { d0: multusForm('i0', sriov), d1: multusForm('i1', 'b/b') })],
    ids: ['b/b i1', `${sriov} i0`],
  },
  { title: '193: no slice', results: [result('main', 'd0')], slices: [], ids: [] },
  { title: '194: a device without an ID', results: [result('main', 'd0')], slices: [slice('a', { d0: { 'k8s.cni.cncf.io/resourceName': sriov } })], ids: [] },
  { title: '195: a device without a resource', results: [result('main', 'd0')], slices: [slice('a', { d0: multusForm('i0') })], ids: [] },
  { title: '196: a device of another name', results: [result('main', 'd0')], slices: [slice('a', { d1: multusForm('i1', sriov) })], ids: [] },
  {
    title: '198: one device that is known, one that is not',
    results: [result('main', 'd0'), result('main', 'd9')],
    slices: [slice('a', { d0: multusForm('i0', sriov) })],
    ids: [`${sriov} i0`],
  },
  {
    title: '204: several slices of a pool',
    results: [result('main', 'd2')],
    slices: [slice('a', { d0: multusForm('i0', sriov) }), slice('b', { d2: multusForm('i2', sriov) })],
    ids: [`${sriov} i2`],
  },
  {
    title: 'K8S-20: of a pool only the newest generation',
    results: [result('main', 'd0')],
    slices: [
      slice('a', { d0: multusForm('old', sriov) }),
      slice('b', { d0: multusForm('new', sriov) }, { pool: { name: nodeName, generation: 2, resourceSliceCount: 1 } }),
    ],
    ids: [`${sriov} new`],
  },
  {
    title: 'K8S-20: pciBusID where there is no deviceID',
    results: [result('main', 'd0')],
    slices: [slice('a', { d0: { 'resource.kubernetes.io/pciBusID': '0000:02:00.0', 'k8s.cni.cncf.io/resourceName': sriov } })],
    ids: [`${sriov} 0000:02:00.0`],
  },
  {
    title: 'K8S-20: an ID that is a version',
    results: [result('main', 'd0')],
    slices: [slice('a', { d0: { ...multusForm('', sriov), 'k8s.cni.cncf.io/deviceID': { version: '1.2.3' } } })],
    ids: [`${sriov} 1.2.3`],
  },
  {
    title: 'an ID that is a number is none',
    results: [result('main', 'd0')],
    slices: [slice('a', { d0: { ...multusForm('', sriov), 'k8s.cni.cncf.io/deviceID': { int: 5 } } })],
    ids: [],
  },
  ...(['nodeSelector', 'allNodes', 'perDeviceNodeSelection'] as const).map((key) => ({
    title: `K8S-20: a slice with ${key}, which no nodeName selects`,
    results: [result('main', 'd0')],
    slices: [slice('a', { d0: multusForm('i0', sriov) }, { [key]: key === 'nodeSelector' ? { nodeSelectorTerms: [{}] } : true })],
    ids: [`${sriov} i0`],
  })),
  {
    title: 'a device with adminAccess is not the pod’s own',
    results: [result('main', 'd0', { adminAccess: true })],
    slices: [slice('a', { d0: multusForm('i0', sriov) })],
    ids: [],
  },
];

describe.each([
  { source: 'the pod’s claims', ofKubelet: () => ({}), reads: 'get pods,get resourceclaims,list resourceslices' },
  {
    source: 'kubelet’s word',
    ofKubelet: (results: readonly object[]) => ({
      ofKubelet: results
        .filter((each) => !('adminAccess' in each))
        .map((each) => ({ claim: { namespace: 'shop', name: 'x' }, ...(each as { driver: string; pool: string; device: string }) })),
    }),
    reads: 'list resourceslices',
  },
])('devices of a resource, from $source', ({ ofKubelet, reads }) => {
  it.each(multusRows)('$title', async ({ results, slices, ids }) => {
    put(podWithClaims([fromTemplate], made), [claim('db-nic-x7', results)], slices);
    const found = await ask(ofKubelet(results));
    expect(idsOf(found)).toEqual(ids);
    const isSatisfied = ids.some((id) => id.startsWith(sriov));
    if (isSatisfied) expect([...new Set(asked())].join()).toBe(reads);
    if (isSatisfied) expect(found.warnings).toEqual([]);
  });
});

describe('K8S-21: what kubelet says', () => {
  it('is enough: a device is found with one request, whatever claims there are', async () => {
    put(podWithClaims([fromTemplate], made), [], [slice('a', { d0: multusForm('i0', sriov) })]);
    expect((await ask({ ofKubelet: [kubelet('d0')] })).devices).toEqual([{ id: 'i0', resource: sriov }]);
    expect(asked()).toEqual(['list resourceslices']);
  });
  it('146, 184: nothing at all costs nothing; nor does a pod without wishes', async () => {
    expect(await ask({ ofKubelet: [] })).toEqual({ devices: [], warnings: [] });
    expect(await ask({ wishes: wishes([]), ofKubelet: [kubelet('d0')] })).toEqual({ devices: [], warnings: [] });
    expect(asked()).toEqual([]);
  });
  it('200: two devices of one driver cost one list', async () => {
    put(podWithClaims([]), [], [slice('a', { d0: multusForm('i0', sriov), d1: multusForm('i1', sriov) })]);
    expect(idsOf(await ask({ ofKubelet: [kubelet('d1'), kubelet('d0')] }))).toEqual([`${sriov} i0`, `${sriov} i1`]);
    expect(asked()).toEqual(['list resourceslices']);
  });
  it('a device of an extended resource whose driver does not name it: the pod says which it is', async () => {
    const extended = {
      extendedResourceClaimStatus: {
        resourceClaimName: 'db-ext',
        requestMappings: [{ containerName: 'main', resourceName: sriov, requestName: 'container-0' }],
      },
    };
    put(
      podWithClaims([], extended),
      [claim('db-ext', [result('container-0', 'd0')])],
      [slice('a', { d0: { 'resource.kubernetes.io/pciBusID': '0000:01:00.2' } })],
    );
    const found = await ask({ ofKubelet: [kubelet('d0')] });
    expect(found.devices).toMatchObject([{ id: '0000:01:00.2', resource: sriov, claimed: { claim: { name: 'db-ext' }, request: 'container-0' } }]);
  });
});

describe('the claims of a pod', () => {
  it('K8S-17: those from templates, those that it names, and none where none was needed', async () => {
    put(
      podWithClaims([fromTemplate, { name: 'own', resourceClaimName: 'own-claim' }, { name: 'unneeded', resourceClaimTemplateName: 'x' }], {
        resourceClaimStatuses: [{ name: 'nic', resourceClaimName: 'db-nic-x7' }, { name: 'unneeded' }],
      }),
      [claim('db-nic-x7', [result('main', 'd0')]), claim('own-claim', [result('main/big', 'd1')])],
      [slice('a', { d0: multusForm('i0', sriov), d1: multusForm('i1', sriov) })],
    );
    expect((await ask({})).devices).toMatchInlineSnapshot(`
      [
        {
          "claimed": {
            "claim": {
              "name": "db-nic-x7",
              "namespace": "shop",
              "uid": "uid-db-nic-x7",
            },
            "device": "d0",
            "driver": "nic.example.com",
            "podClaim": "nic",
            "pool": "node-1",
            "request": "main",
          },
          "id": "i0",
          "resource": "vendor.com/sriov",
        },
        {
          "claimed": {
            "claim": {
              "name": "own-claim",
              "namespace": "shop",
              "uid": "uid-own-claim",
            },
            "device": "d1",
            "driver": "nic.example.com",
            "podClaim": "own",
            "pool": "node-1",
            "request": "main/big",
          },
          "id": "i1",
          "resource": "vendor.com/sriov",
        },
      ]
    `);
    expect(asked().filter((each) => each === 'list resourceslices')).toHaveLength(1); // 202
  });
  it('201: a claim of the same name in another namespace is another one', async () => {
    put(
      podWithClaims([{ name: 'nic', resourceClaimName: 'nic' }]),
      [claim('nic', [result('main', 'd0')])],
      [slice('a', { d0: multusForm('i0', sriov), d1: multusForm('i1', sriov) })],
    );
    const elsewhere = claim('nic', [result('main', 'd1')]);
    server.put('resourceclaims', { ...elsewhere, metadata: { name: 'nic', namespace: 'bank' } });
    expect(idsOf(await ask({}))).toEqual([`${sriov} i0`]);
  });
  it.each([
    { title: '150, D-32: a GPU claim without attributes', gpu: claim('gpu', [{ request: 'gpu', driver: 'gpu.example.com', pool: 'node-1', device: 'gpu-0' }]) },
    { title: 'D-32: a claim that is not allocated', gpu: claim('gpu', undefined) },
    { title: 'a claim that is reserved for another pod', gpu: claim('gpu', [], { reservedFor: [{ resource: 'pods', name: 'db', uid: 'other' }] }) },
    { title: 'a claim that does not exist', gpu: undefined },
  ])('$title fails nobody', async ({ gpu }) => {
    put(
      podWithClaims([{ name: 'gpu', resourceClaimName: 'gpu' }, fromTemplate], made),
      [...(gpu === undefined ? [] : [gpu]), claim('db-nic-x7', [result('main', 'd0')])],
      [slice('a', { d0: multusForm('i0', sriov) })],
    );
    expect(idsOf(await ask({}))).toEqual([`${sriov} i0`]);
    expect(idsOf(await ask({ wishes: wishes([], ['nic']) }))).toEqual([`${sriov} i0`]);
  });
  it('197: what is left out is told while a resource is still sought', async () => {
    put(
      podWithClaims([{ name: 'gpu', resourceClaimName: 'gpu' }, fromTemplate], made),
      [claim('gpu', undefined), claim('db-nic-x7', [result('main', 'd0'), result('main', 'd1')])],
      [slice('a', { d0: {} })],
    );
    expect(await ask({})).toMatchInlineSnapshot(`
      {
        "devices": [],
        "warnings": [
          "ResourceClaim shop/gpu is left out: it is not allocated",
          "device d0 of pool node-1, driver nic.example.com has no attribute k8s.cni.cncf.io/resourceName",
          "device d1 of pool node-1, driver nic.example.com is in no ResourceSlice",
        ],
      }
    `);
  });
  it('a cluster that does not let Plexus read claims: other resources are not concerned', async () => {
    put(podWithClaims([fromTemplate], made), [claim('db-nic-x7', [result('main', 'd0')])], []);
    allowed = ({ group }) => group !== 'resource.k8s.io';
    expect(await ask({})).toMatchInlineSnapshot(`
      {
        "devices": [],
        "warnings": [
          "devices from ResourceClaims are left out (if a network needs them, add deploy/components/resource-claims): Kubernetes API refused get ResourceClaim shop/db-nic-x7 (403): resourceclaims.resource.k8s.io "db-nic-x7" is forbidden: User "plexus-test" cannot get resource "resourceclaims" in API group "resource.k8s.io" in the namespace "shop"",
        ],
      }
    `);
    await expect(ask({ wishes: wishes([], ['nic']) })).rejects.toMatchObject({ id: 'PLX-API-REFUSED', code: 11 });
  });
});

describe('K8S-18: extended resources', () => {
  const extended = (...resources: readonly string[]) => ({
    extendedResourceClaimStatus: {
      resourceClaimName: 'db-ext',
      requestMappings: resources.map((resourceName, index) => ({ containerName: 'main', resourceName, requestName: `container-0-request-${index}` })),
    },
  });
  it('189, 190: are found by the mappings, with and without the attribute', async () => {
    put(
      podWithClaims([], extended(sriov)),
      [claim('db-ext', [result('container-0-request-0', 'd0'), result('container-0-request-0', 'd1')])],
      [slice('a', { d0: multusForm('i0', sriov), d1: multusForm('i1') })],
    );
    expect(idsOf(await ask({}))).toEqual([`${sriov} i0`, `${sriov} i1`]);
  });
  it('205: besides other claims', async () => {
    put(
      podWithClaims([fromTemplate], { ...made, ...extended('b/b', 'c/c') }),
      [claim('db-nic-x7', [result('main', 'd0')]), claim('db-ext', [result('container-0-request-0', 'd1'), result('container-0-request-1', 'd2')])],
      [slice('a', { d0: multusForm('i0', sriov), d1: multusForm('i1', 'b/b'), d2: multusForm('i2', 'c/c') })],
    );
    expect(idsOf(await ask({ wishes: wishes([sriov, 'b/b', 'c/c']) }))).toEqual(['b/b i1', 'c/c i2', `${sriov} i0`]);
  });
  it('191: a device that is of another resource is refused', async () => {
    put(podWithClaims([], extended(sriov)), [claim('db-ext', [result('container-0-request-0', 'd0')])], [slice('a', { d0: multusForm('i0', 'b/b') })]);
    await expect(ask({})).rejects.toThrowErrorMatchingInlineSnapshot(
      `[PlexusError: ResourceClaim shop/db-ext stands for vendor.com/sriov, and attribute k8s.cni.cncf.io/resourceName of its device d0 says b/b]`,
    );
  });
  it('that nobody asks for are not looked at', async () => {
    put(podWithClaims([], extended('gpu/gpu')), [], []);
    expect(await ask({})).toEqual({ devices: [], warnings: [] });
    expect(asked()).toEqual(['get pods']);
  });
});

describe('a network that names a claim', () => {
  const two = [result('main/big', 'd0'), result('other', 'd1'), result('admin', 'd2', { adminAccess: true }), result('share', 'd3', { shareID: 's-1' })];
  const slices = [slice('a', { d0: multusForm('i0'), d1: { 'resource.kubernetes.io/pciBusID': '0000:01:00.1' }, d2: multusForm('i2'), d3: multusForm('i3') })];
  it.each([
    { wish: 'nic/main', ids: ['- i0'] },
    { wish: 'nic/main/big', ids: ['- i0'] },
    { wish: 'nic/other', ids: ['- 0000:01:00.1'] },
    { wish: 'nic', ids: ['- 0000:01:00.1', '- i0', '- i3'] },
  ])('K8S-19: $wish', async ({ wish, ids }) => {
    put(podWithClaims([fromTemplate], made), [claim('db-nic-x7', two)], slices);
    expect(idsOf(await ask({ wishes: wishes([], [wish]) }))).toEqual(ids);
  });
  it('gets all that the allocation says of the device', async () => {
    put(podWithClaims([fromTemplate], made), [claim('db-nic-x7', two)], slices);
    expect((await ask({ wishes: wishes([], ['nic/share', 'nic/share']) })).devices).toEqual([
      {
        id: 'i3',
        claimed: {
          podClaim: 'nic',
          claim: { namespace: 'shop', name: 'db-nic-x7', uid: 'uid-db-nic-x7' },
          request: 'share',
          driver: nicDriver,
          pool: nodeName,
          device: 'd3',
          shareId: 's-1',
        },
      },
    ]);
  });
  it('203: a device that is of a resource as well is one device', async () => {
    put(podWithClaims([fromTemplate], made), [claim('db-nic-x7', [result('main', 'd0')])], [slice('a', { d0: multusForm('i0', sriov) })]);
    const found = await ask({ wishes: wishes([sriov], ['nic']), ofKubelet: [kubelet('d0')] });
    expect(found.devices).toMatchObject([{ id: 'i0', resource: sriov, claimed: { podClaim: 'nic' } }]);
  });
  const direct = ['unallocated', 'foreign', 'gone', 'unpublished', 'nameless'].map((name) => ({ name, resourceClaimName: name }));
  const template = ['pending', 'unneeded'].map((name) => ({ name, resourceClaimTemplateName: name }));
  const failing = async (wish: string): Promise<{ id: string; message: string }> => {
    put(
      podWithClaims([fromTemplate, ...direct, ...template], { resourceClaimStatuses: [...made.resourceClaimStatuses, { name: 'unneeded' }] }),
      [
        claim('db-nic-x7', two),
        claim('unallocated', undefined),
        claim('foreign', [result('main', 'd0')], { reservedFor: [{ resource: 'pods', name: 'db', uid: 'u-old' }] }),
        claim('unpublished', [result('main', 'd9')]),
        claim('nameless', [result('main', 'd4')]),
      ],
      [slice('a', { d0: multusForm('i0'), d4: { 'vendor/x': 'y' } })],
    );
    return ask({ wishes: wishes([], [wish]) }).then(
      () => ({ id: 'none', message: '' }),
      (error: unknown) => error as { id: string; message: string },
    );
  };
  it.each([
    { title: 'a claim that the pod has not', wish: 'net', id: 'PLX-CLAIM-UNKNOWN', code: 7 },
    { title: 'a request that the claim has not', wish: 'nic/third', id: 'PLX-CLAIM-REQUEST-UNKNOWN', code: 7 },
    { title: 'a request with admin access only', wish: 'nic/admin', id: 'PLX-CLAIM-REQUEST-UNKNOWN', code: 7 },
    { title: 'a claim that nobody has made yet', wish: 'pending', id: 'PLX-CLAIM-UNALLOCATED', code: 11 },
    { title: 'a claim that was not needed', wish: 'unneeded', id: 'PLX-CLAIM-UNALLOCATED', code: 11 },
    { title: 'K8S-19: a claim that is not allocated', wish: 'unallocated', id: 'PLX-CLAIM-UNALLOCATED', code: 11 },
    { title: 'K8S-19: a claim that is reserved for a pod of the same name', wish: 'foreign', id: 'PLX-CLAIM-UNALLOCATED', code: 11 },
    { title: '147, 192: a claim that is gone', wish: 'gone', id: 'PLX-CLAIM-UNALLOCATED', code: 11 },
    { title: 'a device in no slice', wish: 'unpublished', id: 'PLX-CLAIM-DEVICE-UNPUBLISHED', code: 11 },
    { title: 'a device without an ID', wish: 'nameless', id: 'PLX-CLAIM-DEVICE-UNIDENTIFIED', code: 7 },
  ])('is told of $title', async ({ wish, id, code }) => {
    expect(await failing(wish)).toMatchObject({ id, code });
  });
  it('is told so in these words', async () => {
    const messages: string[] = [];
    for (const wish of ['net', 'nic/third', 'pending', 'unallocated', 'foreign', 'gone', 'unpublished', 'nameless'])
      messages.push((await failing(wish)).message);
    expect(messages).toMatchInlineSnapshot(`
      [
        "annotation plexus-cni.io/resourceClaim of a network asks for the device of claim "net", and pod shop/db has no claim of that name (its claims: nic, unallocated, foreign, gone, unpublished, nameless, pending, unneeded)",
        "annotation plexus-cni.io/resourceClaim of a network asks pod shop/db for the device of "nic/third", and ResourceClaim shop/db-nic-x7 has no device of its own for that (its requests: main/big, other, share)",
        "ResourceClaim pending of the pod, which a network of pod shop/db needs, cannot be used: status.resourceClaimStatuses of the pod names no claim made for it",
        "ResourceClaim shop/unallocated, which a network of pod shop/db needs, cannot be used: it is not allocated",
        "ResourceClaim shop/foreign, which a network of pod shop/db needs, cannot be used: it is not reserved for the pod (its UID is u-db)",
        "ResourceClaim shop/gone, which a network of pod shop/db needs, cannot be used: it does not exist",
        "ResourceClaim shop/unpublished has device d9 of pool node-1, driver nic.example.com, and no ResourceSlice of that driver has it",
        "ResourceClaim shop/nameless has device d4 of pool node-1, driver nic.example.com, whose ResourceSlice says no device ID for a plugin: it has no attribute k8s.cni.cncf.io/deviceID or resource.kubernetes.io/pciBusID",
      ]
    `);
  });
  it('without a Kubernetes API is refused; resources need none', async () => {
    const none = (more: Partial<ClaimInputs>) => devicesOfClaims({ pod, wishes: wishes([sriov]), ...more }, undefined, AbortSignal.timeout(1000));
    await expect(none({ wishes: wishes([sriov], ['nic']) })).rejects.toMatchObject({ id: 'PLX-CLAIMS-UNREADABLE', code: 11 });
    expect(await none({})).toEqual({ devices: [], warnings: [] });
  });
  it('of a pod that is gone, or has a successor, is told so', async () => {
    await expect(ask({ wishes: wishes([], ['nic']) })).rejects.toMatchObject({ id: 'PLX-POD-NOT-FOUND', code: 11 });
    put(podWithClaims([fromTemplate], made, 'u-new'), [], []);
    await expect(ask({ wishes: wishes([], ['nic']) })).rejects.toMatchObject({ id: 'PLX-POD-REPLACED', code: 11 });
  });
});

describe('many slices', () => {
  const many = 250;
  beforeEach(() => {
    put(
      podWithClaims([]),
      [],
      Array.from({ length: many }, (_, index) => slice(`s-${index}`, { [`d${index}`]: multusForm(`i${index}`, sriov) })),
    );
    server.requests.length = 0;
  });
  it('are read in pages', async () => {
    expect(idsOf(await ask({ ofKubelet: [kubelet('d249')] }))).toEqual([`${sriov} i249`]);
    expect(asked()).toHaveLength(3);
  });
  it('are read in one piece when a page has expired', async () => {
    server.faults.answer(410, { times: 1, match: ({ query }) => query.has('continue') });
    expect(idsOf(await ask({ ofKubelet: [kubelet('d3')] }))).toEqual([`${sriov} i3`]);
    expect(server.requests.map(({ query }) => new URLSearchParams(query).get('limit'))).toEqual(['100', '100', null]);
  });
});

describe('an API server that does not answer', () => {
  it('is code 11', async () => {
    server.faults.hang();
    const asking = devicesOfClaims({ pod, wishes: wishes([sriov]) }, cluster.claims, AbortSignal.timeout(300));
    await expect(asking).rejects.toMatchObject({ id: 'PLX-API-UNAVAILABLE', code: 11 });
  });
});

describe('objects that nobody should have written', () => {
  const odd = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant(null), fc.constant('x'));
  const store = (resource: string, object: object): void => void server.put(resource, object as never);
  it('give an error of ours or devices, whatever is in them', async () => {
    const parts = fc.record({
      spec: odd,
      status: odd,
      statuses: odd,
      results: odd,
      reservedFor: odd,
      devices: odd,
      attributes: odd,
      place: fc.integer({ min: 0, max: 7 }),
    });
    await fc.assert(
      fc.asyncProperty(parts, async (odds) => {
        const change = (place: number, value: unknown, otherwise: unknown): unknown => (odds.place === place ? value : otherwise);
        store('pods', {
          ...podWithClaims([]),
          spec: change(0, odds.spec, { resourceClaims: [fromTemplate] }),
          status: change(1, odds.status, { resourceClaimStatuses: change(2, odds.statuses, made.resourceClaimStatuses) }),
        });
        store(
          'resourceclaims',
          claim('db-nic-x7', change(3, odds.results, [result('main', 'd0')]) as never, {
            reservedFor: change(4, odds.reservedFor, [{ resource: 'pods', name: 'db', uid: 'u-db' }]),
          }),
        );
        const spec = {
          driver: nicDriver,
          pool: { name: nodeName },
          nodeName,
          devices: change(5, odds.devices, [{ name: 'd0', attributes: change(6, odds.attributes, {}) }]),
        };
        store('resourceslices', { metadata: { name: 'a' }, spec });
        for (const wish of [wishes([sriov]), wishes([], ['nic'])]) {
          const outcome: unknown = await ask({ wishes: wish }).catch((error: unknown) => error);
          expect(outcome).toSatisfy((each: { id?: string; devices?: unknown }) => each.devices !== undefined || (each.id?.startsWith('PLX-') ?? false));
          expect(outcome).not.toMatchObject({ id: 'PLX-INTERNAL' });
        }
      }),
      { numRuns: 60 },
    );
  });
  it('are named with the place', async () => {
    put(podWithClaims([fromTemplate], made), [claim('db-nic-x7', [{ request: 'main', driver: 5 }])], []);
    await expect(ask({ wishes: wishes([], ['nic']) })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[PlexusError: ResourceClaim shop/db-nic-x7 is not as the Kubernetes API has it: status.allocation.devices.results[0].driver is not a text]`,
    );
    await expect(ask({ wishes: wishes([], ['nic']) })).rejects.toMatchObject({ id: 'PLX-CLAIM-OBJECT-INVALID' });
  });
});
