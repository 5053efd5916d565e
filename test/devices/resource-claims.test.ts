import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { devicesOfClaims } from '../../src/devices/index.ts';
import { claimSkipped, deviceUnnamed } from '../../src/errors/index.ts';
import { claim, multusForm, nicDriver, nodeName, podWithClaims, result, slice } from '../support/claim-objects.ts';
import { claimsRoom, fromTemplate, idsOf, made, ofKubelet, pod, sriov, wishes } from './claims-room.ts';

const room = claimsRoom();
const { put, ask, asked } = room;

describe('the claims of a pod', () => {
  it('K8S-17: are those from templates and those that it names, without any that were not needed', async () => {
    put(
      podWithClaims(
        [
          fromTemplate,
          { name: 'own', resourceClaimName: 'own-claim' },
          { name: 'unneeded', resourceClaimTemplateName: 'x' },
        ],
        {
          resourceClaimStatuses: [{ name: 'nic', resourceClaimName: 'db-nic-x7' }, { name: 'unneeded' }],
        },
      ),
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
  it('201: do not include a claim of the same name in another namespace', async () => {
    put(
      podWithClaims([{ name: 'nic', resourceClaimName: 'nic' }]),
      [claim('nic', [result('main', 'd0')])],
      [slice('a', { d0: multusForm('i0', sriov), d1: multusForm('i1', sriov) })],
    );
    const elsewhere = claim('nic', [result('main', 'd1')]);
    room.server().put('resourceclaims', { ...elsewhere, metadata: { name: 'nic', namespace: 'bank' } });
    expect(idsOf(await ask({}))).toEqual([`${sriov} i0`]);
  });
  it.each([
    {
      title: 'a GPU claim without attributes',
      gpu: claim('gpu', [{ request: 'gpu', driver: 'gpu.example.com', pool: 'node-1', device: 'gpu-0' }]),
    },
    { title: 'a claim that is not allocated', gpu: claim('gpu', undefined) },
    {
      title: 'a claim that is reserved for another pod',
      gpu: claim('gpu', [], { reservedFor: [{ resource: 'pods', name: 'db', uid: 'other' }] }),
    },
    { title: 'a claim that does not exist', gpu: undefined },
  ])('$title fails no pod', async ({ gpu }) => {
    put(
      podWithClaims([{ name: 'gpu', resourceClaimName: 'gpu' }, fromTemplate], made),
      [...(gpu === undefined ? [] : [gpu]), claim('db-nic-x7', [result('main', 'd0')])],
      [slice('a', { d0: multusForm('i0', sriov) })],
    );
    expect(idsOf(await ask({}))).toEqual([`${sriov} i0`]);
    expect(idsOf(await ask({ wishes: wishes([], ['nic']) }))).toEqual([`${sriov} i0`]);
  });
  it('197: skipped devices are reported while a resource still lacks a device', async () => {
    put(
      podWithClaims([{ name: 'gpu', resourceClaimName: 'gpu' }, fromTemplate], made),
      [claim('gpu', undefined), claim('db-nic-x7', [result('main', 'd0'), result('main', 'd1')])],
      [slice('a', { d0: {} })],
    );
    const place = { driver: 'nic.example.com', pool: 'node-1' };
    expect(await ask({})).toEqual({
      devices: [],
      warnings: [
        claimSkipped({ claim: 'shop/gpu', problem: 'it is not allocated' }),
        deviceUnnamed({ ...place, device: 'd0', missing: ['k8s.cni.cncf.io/resourceName'] }),
        deviceUnnamed({ ...place, device: 'd1', missing: 'slice' }),
      ],
    });
  });
  it('without permission to read claims, other resources still work', async () => {
    put(podWithClaims([fromTemplate], made), [claim('db-nic-x7', [result('main', 'd0')])], []);
    room.allow(({ group }) => group !== 'resource.k8s.io');
    expect(await ask({})).toMatchObject({
      devices: [],
      warnings: [
        {
          kind: 'claims-skipped',
          context: { error: { id: 'PLX-API-REFUSED', context: { status: 403 } } },
          text: `devices of ResourceClaims are skipped (if a network needs them, add deploy/components/resource-claims): Kubernetes API refused get ResourceClaim shop/db-nic-x7 (403): resourceclaims.resource.k8s.io "db-nic-x7" is forbidden: User "plexus-test" cannot get resource "resourceclaims" in API group "resource.k8s.io" in the namespace "shop"`,
        },
      ],
    });
    await expect(ask({ wishes: wishes([], ['nic']) })).rejects.toMatchObject({ id: 'PLX-API-REFUSED', code: 11 });
  });
});

describe('K8S-18: extended resources', () => {
  const extended = (...resources: readonly string[]) => ({
    extendedResourceClaimStatus: {
      resourceClaimName: 'db-ext',
      requestMappings: resources.map((resourceName, index) => ({
        containerName: 'main',
        resourceName,
        requestName: `container-0-request-${index}`,
      })),
    },
  });
  it('189, 190: are found through the mappings, with and without the attribute', async () => {
    put(
      podWithClaims([], extended(sriov)),
      [claim('db-ext', [result('container-0-request-0', 'd0'), result('container-0-request-0', 'd1')])],
      [slice('a', { d0: multusForm('i0', sriov), d1: multusForm('i1') })],
    );
    expect(idsOf(await ask({}))).toEqual([`${sriov} i0`, `${sriov} i1`]);
  });
  it('205: are found beside other claims', async () => {
    put(
      podWithClaims([fromTemplate], { ...made, ...extended('b/b', 'c/c') }),
      [
        claim('db-nic-x7', [result('main', 'd0')]),
        claim('db-ext', [result('container-0-request-0', 'd1'), result('container-0-request-1', 'd2')]),
      ],
      [slice('a', { d0: multusForm('i0', sriov), d1: multusForm('i1', 'b/b'), d2: multusForm('i2', 'c/c') })],
    );
    expect(idsOf(await ask({ wishes: wishes([sriov, 'b/b', 'c/c']) }))).toEqual(['b/b i1', 'c/c i2', `${sriov} i0`]);
  });
  it('191: a device of another resource is rejected', async () => {
    put(
      podWithClaims([], extended(sriov)),
      [claim('db-ext', [result('container-0-request-0', 'd0')])],
      [slice('a', { d0: multusForm('i0', 'b/b') })],
    );
    await expect(ask({})).rejects.toMatchObject({ id: 'PLX-CLAIM-RESOURCE-MISMATCH' });
    await expect(ask({})).rejects.toThrowErrorMatchingInlineSnapshot(
      `[PlexusError: ResourceClaim shop/db-ext was created for resource vendor.com/sriov, but attribute k8s.cni.cncf.io/resourceName of its device d0 contains b/b]`,
    );
  });
  it('are not resolved if no network requests them', async () => {
    put(podWithClaims([], extended('gpu/gpu')), [], []);
    expect(await ask({})).toEqual({ devices: [], warnings: [] });
    expect(asked()).toEqual(['get pods']);
  });
});

describe('many slices', () => {
  const many = 250;
  beforeEach(() => {
    put(
      podWithClaims([]),
      [],
      Array.from({ length: many }, (_, index) =>
        slice(`s-${index}`, { [`d${index}`]: multusForm(`i${index}`, sriov) }),
      ),
    );
    room.server().requests.length = 0;
  });
  it('are read in pages', async () => {
    expect(idsOf(await ask({ ofKubelet: [ofKubelet('d249')] }))).toEqual([`${sriov} i249`]);
    expect(asked()).toHaveLength(3);
  });
  it('are read without pages after a token expired', async () => {
    room.server().faults.answer(410, { times: 1, match: ({ query }) => query.has('continue') });
    expect(idsOf(await ask({ ofKubelet: [ofKubelet('d3')] }))).toEqual([`${sriov} i3`]);
    expect(room.server().requests.map(({ query }) => new URLSearchParams(query).get('limit'))).toEqual([
      '100',
      '100',
      null,
    ]);
  });
});

describe('an API server that does not answer', () => {
  it('is reported with code 11', async () => {
    room.server().faults.hang();
    const asking = devicesOfClaims({ pod, wishes: wishes([sriov]) }, room.cluster().claims, AbortSignal.timeout(300));
    await expect(asking).rejects.toMatchObject({ id: 'PLX-API-UNAVAILABLE', code: 11 });
  });
});

describe('malformed API objects', () => {
  const odd = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant(null), fc.constant('x'));
  const store = (resource: string, object: object): void => void room.server().put(resource, object as never);
  it('yield devices or a PlexusError, whatever they contain', async () => {
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
        const change = (place: number, value: unknown, otherwise: unknown): unknown =>
          odds.place === place ? value : otherwise;
        store('pods', {
          ...podWithClaims([]),
          spec: change(0, odds.spec, { resourceClaims: [fromTemplate] }),
          status: change(1, odds.status, {
            resourceClaimStatuses: change(2, odds.statuses, made.resourceClaimStatuses),
          }),
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
          expect(outcome).toSatisfy(
            (each: { id?: string; devices?: unknown }) =>
              each.devices !== undefined || (each.id?.startsWith('PLX-') ?? false),
          );
          expect(outcome).not.toMatchObject({ id: 'PLX-INTERNAL' });
        }
      }),
      { numRuns: 60 },
    );
  });
  it('are reported with the path of the field', async () => {
    put(podWithClaims([fromTemplate], made), [claim('db-nic-x7', [{ request: 'main', driver: 5 }])], []);
    await expect(ask({ wishes: wishes([], ['nic']) })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[PlexusError: ResourceClaim shop/db-nic-x7 does not match the schema of the Kubernetes API: status.allocation.devices.results[0].driver is not a string]`,
    );
    await expect(ask({ wishes: wishes([], ['nic']) })).rejects.toMatchObject({ id: 'PLX-CLAIM-OBJECT-INVALID' });
  });
});
