import { describe, expect, it } from 'vitest';
import { type ClaimInputs, devicesOfClaims } from '../../src/devices/index.ts';
import { claim, multusForm, nicDriver, nodeName, podWithClaims, result, slice } from '../support/claim-objects.ts';
import { claimsRoom, fromTemplate, idsOf, made, ofKubelet, pod, sriov, wishes } from './claims-room.ts';
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
    { wish: 'nic/main', ids: ['- i0'] },
    { wish: 'nic/main/big', ids: ['- i0'] },
    { wish: 'nic/other', ids: ['- 0000:01:00.1'] },
    { wish: 'nic', ids: ['- 0000:01:00.1', '- i0', '- i3'] },
  ])('K8S-19: $wish', async ({ wish, ids }) => {
    put(podWithClaims([fromTemplate], made), [claim('db-nic-x7', two)], slices);
    expect(idsOf(await ask({ wishes: wishes([], [wish]) }))).toEqual(ids);
  });
  it('gets everything that the allocation states about the device', async () => {
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
  it('203: counts a device that also belongs to a resource once', async () => {
    put(
      podWithClaims([fromTemplate], made),
      [claim('db-nic-x7', [result('main', 'd0')])],
      [slice('a', { d0: multusForm('i0', sriov) })],
    );
    const found = await ask({ wishes: wishes([sriov], ['nic']), ofKubelet: [ofKubelet('d0')] });
    expect(found.devices).toMatchObject([{ id: 'i0', resource: sriov, claimed: { podClaim: 'nic' } }]);
  });
  const direct = ['unallocated', 'foreign', 'gone', 'unpublished', 'nameless'].map((name) => ({
    name,
    resourceClaimName: name,
  }));
  const template = ['pending', 'unneeded'].map((name) => ({ name, resourceClaimTemplateName: name }));
  const failing = async (wish: string): Promise<{ id: string; message: string }> => {
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
    return ask({ wishes: wishes([], [wish]) }).then(
      () => ({ id: 'none', message: '' }),
      (error: unknown) => error as { id: string; message: string },
    );
  };
  it.each([
    { title: 'a claim that the pod does not have', wish: 'net', id: 'PLX-CLAIM-UNKNOWN', code: 7 },
    { title: 'a request that the claim does not have', wish: 'nic/third', id: 'PLX-CLAIM-REQUEST-UNKNOWN', code: 7 },
    { title: 'a request with admin access only', wish: 'nic/admin', id: 'PLX-CLAIM-REQUEST-UNKNOWN', code: 7 },
    { title: 'a claim that does not exist yet', wish: 'pending', id: 'PLX-CLAIM-UNALLOCATED', code: 11 },
    { title: 'a claim that was not needed', wish: 'unneeded', id: 'PLX-CLAIM-UNALLOCATED', code: 11 },
    { title: 'K8S-19: a claim that is not allocated', wish: 'unallocated', id: 'PLX-CLAIM-UNALLOCATED', code: 11 },
    {
      title: 'K8S-19: a claim that is reserved for a pod of the same name',
      wish: 'foreign',
      id: 'PLX-CLAIM-UNALLOCATED',
      code: 11,
    },
    { title: '147, 192: a claim that is gone', wish: 'gone', id: 'PLX-CLAIM-UNALLOCATED', code: 11 },
    { title: 'a device in no slice', wish: 'unpublished', id: 'PLX-CLAIM-DEVICE-UNPUBLISHED', code: 11 },
    { title: 'a device without an ID', wish: 'nameless', id: 'PLX-CLAIM-DEVICE-UNIDENTIFIED', code: 7 },
  ])('reports $title', async ({ wish, id, code }) => {
    expect(await failing(wish)).toMatchObject({ id, code });
  });
  it('reports it with these words', async () => {
    const messages: string[] = [];
    for (const wish of ['net', 'nic/third', 'pending', 'unallocated', 'foreign', 'gone', 'unpublished', 'nameless'])
      messages.push((await failing(wish)).message);
    expect(messages).toMatchInlineSnapshot(`
      [
        "annotation plexus-cni.io/resourceClaim of a network names claim "net", but pod shop/db has no claim of that name (its claims: nic, unallocated, foreign, gone, unpublished, nameless, pending, unneeded)",
        "annotation plexus-cni.io/resourceClaim of a network names "nic/third", but ResourceClaim shop/db-nic-x7 of pod shop/db has no device for that request (it has devices for: main/big, other, share)",
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
      devicesOfClaims({ pod, wishes: wishes([sriov]), ...more }, undefined, patience());
    await expect(none({ wishes: wishes([sriov], ['nic']) })).rejects.toMatchObject({
      id: 'PLX-CLAIMS-UNREADABLE',
      code: 11,
    });
    expect(await none({})).toEqual({ devices: [], warnings: [] });
  });
  it('reports that its pod is gone, or has a successor', async () => {
    await expect(ask({ wishes: wishes([], ['nic']) })).rejects.toMatchObject({ id: 'PLX-POD-NOT-FOUND', code: 11 });
    put(podWithClaims([fromTemplate], made, 'u-new'), [], []);
    await expect(ask({ wishes: wishes([], ['nic']) })).rejects.toMatchObject({ id: 'PLX-POD-REPLACED', code: 11 });
  });
});
