import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../support/api-server/index.ts';
import { claim, multusForm, nodeName, podWithClaims, result, slice } from '../support/claim-objects.ts';
import { claimsRoom, fromTemplate, idsOf, made, ofKubelet, sriov, requests } from './claims-room.ts';

const room = claimsRoom();
const { put, ask, asked } = room;

interface Row {
  readonly title: string;
  readonly results: readonly JsonObject[];
  readonly slices: readonly JsonObject[];
  readonly ids: readonly string[];
}
// The numbers are those of the inventory of Multus's own tests.
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
      slice(
        'c',
        { d0: multusForm('wrong', sriov) },
        { nodeName: 'node-2', pool: { name: 'node-2', generation: 1, resourceSliceCount: 1 } },
      ),
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
  {
    title: '194: a device without an ID',
    results: [result('main', 'd0')],
    slices: [slice('a', { d0: { 'k8s.cni.cncf.io/resourceName': sriov } })],
    ids: [],
  },
  {
    title: '195: a device without a resource',
    results: [result('main', 'd0')],
    slices: [slice('a', { d0: multusForm('i0') })],
    ids: [],
  },
  {
    title: '196: a device with another name',
    results: [result('main', 'd0')],
    slices: [slice('a', { d1: multusForm('i1', sriov) })],
    ids: [],
  },
  {
    title: '198: one known and one unknown device',
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
    title: 'K8S-20: only the newest generation of a pool',
    results: [result('main', 'd0')],
    slices: [
      slice('a', { d0: multusForm('old', sriov) }),
      slice('b', { d0: multusForm('new', sriov) }, { pool: { name: nodeName, generation: 2, resourceSliceCount: 1 } }),
    ],
    ids: [`${sriov} new`],
  },
  {
    title: 'K8S-20: pciBusID without deviceID',
    results: [result('main', 'd0')],
    slices: [
      slice('a', { d0: { 'resource.kubernetes.io/pciBusID': '0000:02:00.0', 'k8s.cni.cncf.io/resourceName': sriov } }),
    ],
    ids: [`${sriov} 0000:02:00.0`],
  },
  {
    title: 'K8S-20: an ID that is a version',
    results: [result('main', 'd0')],
    slices: [slice('a', { d0: { ...multusForm('', sriov), 'k8s.cni.cncf.io/deviceID': { version: '1.2.3' } } })],
    ids: [`${sriov} 1.2.3`],
  },
  {
    title: 'a number is not accepted as an ID',
    results: [result('main', 'd0')],
    slices: [slice('a', { d0: { ...multusForm('', sriov), 'k8s.cni.cncf.io/deviceID': { int: 5 } } })],
    ids: [],
  },
  ...(['nodeSelector', 'allNodes', 'perDeviceNodeSelection'] as const).map((key) => ({
    title: `K8S-20: a slice with ${key}, which no nodeName selects`,
    results: [result('main', 'd0')],
    slices: [
      slice(
        'a',
        { d0: multusForm('i0', sriov) },
        { [key]: key === 'nodeSelector' ? { nodeSelectorTerms: [{}] } : true },
      ),
    ],
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
  { source: 'the pod’s claims', given: () => ({}), reads: 'get pods,get resourceclaims,list resourceslices' },
  {
    source: 'kubelet’s word',
    given: (results: readonly object[]) => ({
      ofKubelet: results
        .filter((each) => !('adminAccess' in each))
        .map((each) => ({
          claim: { namespace: 'shop', name: 'x' },
          ...(each as { driver: string; pool: string; device: string }),
        })),
    }),
    reads: 'list resourceslices',
  },
])('devices of a resource, from $source', ({ given, reads }) => {
  it.each(multusRows)('$title', async ({ results, slices, ids }) => {
    put(podWithClaims([fromTemplate], made), [claim('db-nic-x7', results)], slices);
    const found = await ask(given(results));
    expect(idsOf(found)).toEqual(ids);
    const isSatisfied = ids.some((id) => id.startsWith(sriov));
    if (isSatisfied) expect([...new Set(asked())].join()).toBe(reads);
    if (isSatisfied) expect(found.warnings).toEqual([]);
  });
});

describe('K8S-21: kubelet’s answer', () => {
  it('is sufficient: a device is found with one request, whatever claims exist', async () => {
    put(podWithClaims([fromTemplate], made), [], [slice('a', { d0: multusForm('i0', sriov) })]);
    const { claim: ref, ...place } = ofKubelet('d0');
    // With its claim, so that its status is published (K8S-22) and plexus devices recognizes it.
    expect((await ask({ ofKubelet: [ofKubelet('d0')] })).devices).toEqual([
      { id: 'i0', resource: sriov, claimed: { claim: ref, ...place } },
    ]);
    expect(asked()).toEqual(['list resourceslices']);
  });
  it('146, 184: causes no request if it is empty, or if the pod selects no device', async () => {
    expect(await ask({ ofKubelet: [] })).toEqual({ devices: [], warnings: [] });
    expect(await ask({ requests: requests([]), ofKubelet: [ofKubelet('d0')] })).toEqual({ devices: [], warnings: [] });
    expect(asked()).toEqual([]);
  });
  it('is incomplete: kubelet reports claims that a container uses, and a network’s claim may belong to the pod alone', async () => {
    put(
      podWithClaims([fromTemplate], made),
      [claim('db-nic-x7', [result('main', 'd1')])],
      [slice('a', { d0: multusForm('gpu', 'x/gpu'), d1: multusForm('i1', sriov) })],
    );
    const found = await ask({ ofKubelet: [ofKubelet('d0')] });
    expect([idsOf(found).filter((id) => id.startsWith(sriov)), found.warnings]).toEqual([[`${sriov} i1`], []]);
  });
  it('is incomplete: two networks need one resource, and kubelet reports one device of it', async () => {
    put(
      podWithClaims([fromTemplate], made),
      [claim('db-nic-x7', [result('main', 'd0'), result('main', 'd1')])],
      [slice('a', { d0: multusForm('i0', sriov), d1: multusForm('i1', sriov) })],
    );
    expect(idsOf(await ask({ requests: requests([sriov, sriov]), ofKubelet: [ofKubelet('d0')] }))).toEqual([
      `${sriov} i0`,
      `${sriov} i1`,
    ]);
    expect(idsOf(await ask({ ofKubelet: [ofKubelet('d0')] }))).toEqual([`${sriov} i0`]); // One is enough.
  });
  it('200: two devices of one driver cost one list', async () => {
    put(podWithClaims([]), [], [slice('a', { d0: multusForm('i0', sriov), d1: multusForm('i1', sriov) })]);
    expect(idsOf(await ask({ ofKubelet: [ofKubelet('d1'), ofKubelet('d0')] }))).toEqual([`${sriov} i0`, `${sriov} i1`]);
    expect(asked()).toEqual(['list resourceslices']);
  });
  it('the pod identifies a device of an extended resource whose driver does not name it', async () => {
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
    const found = await ask({ ofKubelet: [ofKubelet('d0')] });
    expect(found.devices).toMatchObject([
      { id: '0000:01:00.2', resource: sriov, claimed: { claim: { name: 'db-ext' }, request: 'container-0' } },
    ]);
  });
});
