import { describe, expect, it } from 'vitest';
import { type ClaimInputs, devicesOfClaims } from '../../src/devices/index.ts';
import { claim, multusForm, nicDriver, nodeName, podWithClaims, result, slice } from '../support/claim-objects.ts';
import { claimsRoom, fromTemplate, idsOf, made, ofKubelet, pod, sriov, requests } from './claims-room.ts';
import { patience } from '../support/patience.ts';

const room = claimsRoom();
const { put, ask } = room;

describe('a network that selects a claim', () => {
  const two = [
    result('main/big', 'd0'),
    result('other', 'd1'),
    result('admin', 'd2', { adminAccess: true }),
    result('share', 'd3', { shareID: 's-1' }),
  ];
  const slices = [
    slice('a', {
      d0: multusForm('i0'),
      d1: { 'resource.kubernetes.io/pciBusID': '0000:01:00.1' },
      d2: multusForm('i2'),
      d3: multusForm('i3'),
    }),
  ];
  it.each([
    { selection: 'nic/main', ids: ['- i0'] },
    { selection: 'nic/main/big', ids: ['- i0'] },
    { selection: 'nic/other', ids: ['- 0000:01:00.1'] },
    { selection: 'nic', ids: ['- 0000:01:00.1', '- i0', '- i3'] },
  ])('K8S-19: $selection', async ({ selection, ids }) => {
    put(podWithClaims([fromTemplate], made), [claim('db-nic-x7', two)], slices);
    expect(idsOf(await ask({ requests: requests([], [selection]) }))).toEqual(ids);
  });
  it('gets everything that the allocation states about the device', async () => {
    put(podWithClaims([fromTemplate], made), [claim('db-nic-x7', two)], slices);
    expect((await ask({ requests: requests([], ['nic/share', 'nic/share']) })).devices).toEqual([
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
  it('203: counts a device that also belongs to a resource once', async () => {
    put(
      podWithClaims([fromTemplate], made),
      [claim('db-nic-x7', [result('main', 'd0')])],
      [slice('a', { d0: multusForm('i0', sriov) })],
    );
    const found = await ask({ requests: requests([sriov], ['nic']), ofKubelet: [ofKubelet('d0')] });
    expect(found.devices).toMatchObject([{ id: 'i0', resource: sriov, claimed: { podClaim: 'nic' } }]);
  });
  const direct = ['unallocated', 'foreign', 'gone', 'unpublished', 'nameless'].map((name) => ({
    name,
    resourceClaimName: name,
  }));
  const template = ['pending', 'unneeded'].map((name) => ({ name, resourceClaimTemplateName: name }));
  const failing = async (selection: string): Promise<{ id: string; message: string }> => {
    put(
      podWithClaims([fromTemplate, ...direct, ...template], {
        resourceClaimStatuses: [...made.resourceClaimStatuses, { name: 'unneeded' }],
      }),
      [
        claim('db-nic-x7', two),
        claim('unallocated', undefined),
        claim('foreign', [result('main', 'd0')], { reservedFor: [{ resource: 'pods', name: 'db', uid: 'u-old' }] }),
        claim('unpublished', [result('main', 'd9')]),
        claim('nameless', [result('main', 'd4')]),
      ],
      [slice('a', { d0: multusForm('i0'), d4: { 'vendor/x': 'y' } })],
    );
    return ask({ requests: requests([], [selection]) }).then(
      () => ({ id: 'none', message: '' }),
      (error: unknown) => error as { id: string; message: string },
    );
  };
  it.each([
    { title: 'a claim that the pod does not have', selection: 'net', id: 'PLX-CLAIM-UNKNOWN', code: 7 },
    {
      title: 'a request that the claim does not have',
      selection: 'nic/third',
      id: 'PLX-CLAIM-REQUEST-UNKNOWN',
      code: 7,
    },
    { title: 'a request with admin access only', selection: 'nic/admin', id: 'PLX-CLAIM-REQUEST-UNKNOWN', code: 7 },
    { title: 'a claim that does not exist yet', selection: 'pending', id: 'PLX-CLAIM-UNALLOCATED', code: 11 },
    { title: 'a claim that was not needed', selection: 'unneeded', id: 'PLX-CLAIM-UNALLOCATED', code: 11 },
    { title: 'K8S-19: a claim that is not allocated', selection: 'unallocated', id: 'PLX-CLAIM-UNALLOCATED', code: 11 },
    {
      title: 'K8S-19: a claim that is reserved for a pod of the same name',
      selection: 'foreign',
      id: 'PLX-CLAIM-UNALLOCATED',
      code: 11,
    },
    { title: '147, 192: a claim that is gone', selection: 'gone', id: 'PLX-CLAIM-UNALLOCATED', code: 11 },
    { title: 'a device in no slice', selection: 'unpublished', id: 'PLX-CLAIM-DEVICE-UNPUBLISHED', code: 11 },
    { title: 'a device without an ID', selection: 'nameless', id: 'PLX-CLAIM-DEVICE-UNIDENTIFIED', code: 7 },
  ])('reports $title', async ({ selection, id, code }) => {
    expect(await failing(selection)).toMatchObject({ id, code });
  });
  it('reports each problem with the object, the value found and the values allowed', async () => {
    const messages: string[] = [];
    for (const selection of [
      'net',
      'nic/third',
      'pending',
      'unallocated',
      'foreign',
      'gone',
      'unpublished',
      'nameless',
    ])
      messages.push((await failing(selection)).message);
    expect(messages).toMatchInlineSnapshot(`
      [
        "a network needs claim "net", but pod shop/db has no claim of that name (its claims: nic, unallocated, foreign, gone, unpublished, nameless, pending, unneeded)",
        "a network needs "nic/third", but ResourceClaim shop/db-nic-x7 of pod shop/db has no device for that request (it has devices for: main/big, other, share)",
        "a network of pod shop/db needs ResourceClaim pending of the pod, which cannot be used: status.resourceClaimStatuses of the pod does not name the claim that was created for it",
        "a network of pod shop/db needs ResourceClaim shop/unallocated, which cannot be used: it is not allocated",
        "a network of pod shop/db needs ResourceClaim shop/foreign, which cannot be used: it is not reserved for the pod (its UID is u-db)",
        "a network of pod shop/db needs ResourceClaim shop/gone, which cannot be used: it does not exist",
        "device d9 (pool node-1, driver nic.example.com) is allocated to ResourceClaim shop/unpublished, but no ResourceSlice of that driver contains it",
        "device d4 (pool node-1, driver nic.example.com) is allocated to ResourceClaim shop/nameless, but its ResourceSlice contains no device ID for plugins (no attribute k8s.cni.cncf.io/deviceID or resource.kubernetes.io/pciBusID)",
      ]
    `);
  });
  it('is rejected without a Kubernetes API, whereas resources need none', async () => {
    const none = (more: Partial<ClaimInputs>) =>
      devicesOfClaims({ pod, requests: requests([sriov]), ...more }, undefined, patience());
    await expect(none({ requests: requests([sriov], ['nic']) })).rejects.toMatchObject({
      id: 'PLX-CLAIMS-UNREADABLE',
      code: 11,
    });
    expect(await none({})).toEqual({ devices: [], warnings: [] });
  });
  it('reports that its pod is gone, or was replaced by a later pod of the same name', async () => {
    await expect(ask({ requests: requests([], ['nic']) })).rejects.toMatchObject({ id: 'PLX-POD-NOT-FOUND', code: 11 });
    put(podWithClaims([fromTemplate], made, 'u-new'), [], []);
    await expect(ask({ requests: requests([], ['nic']) })).rejects.toMatchObject({ id: 'PLX-POD-REPLACED', code: 11 });
  });
});
