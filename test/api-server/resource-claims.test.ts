import { ApiException, CoreV1Api, KubeConfig, ResourceV1Api } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiServer, type JsonObject, startApiServer } from '../support/api-server/index.ts';
import { claim, nicDriver, nodeName, podWithClaims, result, slice } from '../support/claim-objects.ts';
import { rawRequest } from '../support/raw-request.ts';

let server: ApiServer;
let resources: ResourceV1Api;
let core: CoreV1Api;

beforeAll(async () => {
  server = await startApiServer();
  server.put('namespaces', { metadata: { name: 'shop' } });
  const config = new KubeConfig();
  config.loadFromString(server.kubeconfig());
  resources = config.makeApiClient(ResourceV1Api);
  core = config.makeApiClient(CoreV1Api);
});
afterAll(() => server.close());

const codeOf = (call: Promise<unknown>): Promise<number> =>
  call.then(
    () => 200,
    (error: unknown) => (error instanceof ApiException ? error.code : 0),
  );
const path = (name: string): string => `/apis/resource.k8s.io/v1/namespaces/shop/resourceclaims/${name}/status`;
const apply = (name: string, manager: string, devices: readonly object[], force = false) =>
  rawRequest(server, {
    method: 'PATCH',
    path: `${path(name)}?fieldManager=${manager}&force=${force}`,
    headers: { 'Content-Type': 'application/apply-patch+yaml' },
    body: { apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaim', metadata: { name }, status: { devices } },
  });
const entry = (device: string, more: object = {}): JsonObject => ({
  driver: nicDriver,
  pool: nodeName,
  device,
  ...more,
});
const devicesIn = (name: string): unknown =>
  (server.get('resourceclaims', 'shop', name)?.['status'] as JsonObject | undefined)?.['devices'];

describe('resource.k8s.io/v1 in the embedded API server', () => {
  it('a claim is created without status, allocated by a status write, and keeps its spec', async () => {
    const { spec } = claim('made', undefined) as { spec: object };
    const metadata = { name: 'made' };
    const made = await resources.createNamespacedResourceClaim({ namespace: 'shop', body: { metadata, spec } });
    expect([made.kind, made.apiVersion, made.status]).toEqual(['ResourceClaim', 'resource.k8s.io/v1', undefined]);
    const status = { allocation: { devices: { results: [result('main', 'd0') as never] } } };
    const read = await resources.replaceNamespacedResourceClaimStatus({
      namespace: 'shop',
      name: 'made',
      body: { metadata, spec, status },
    });
    expect(read.status?.allocation?.devices?.results).toMatchObject([{ device: 'd0', driver: nicDriver }]);
    const other = { metadata, spec: { devices: { requests: [{ name: 'other' }] } } };
    expect(
      await codeOf(resources.replaceNamespacedResourceClaim({ namespace: 'shop', name: 'made', body: other })),
    ).toBe(422);
  });
  it('slices are selected by driver and node, and returned in pages', async () => {
    for (const name of ['a', 'b', 'c']) server.put('resourceslices', slice(name, {}));
    server.put('resourceslices', slice('d', {}, { driver: 'gpu.example.com' }));
    server.put('resourceslices', slice('e', {}, { allNodes: true }));
    const names = async (fieldSelector: string): Promise<unknown> =>
      (await resources.listResourceSlice({ fieldSelector })).items.map(({ metadata }) => metadata?.name);
    expect(await names(`spec.driver=${nicDriver}`)).toEqual(['a', 'b', 'c', 'e']);
    expect(await names(`spec.driver=${nicDriver},spec.nodeName=${nodeName}`)).toEqual(['a', 'b', 'c']);
    expect(await codeOf(resources.listResourceSlice({ fieldSelector: 'spec.pool.name=x' }))).toBe(400);
    const first = await resources.listResourceSlice({ limit: 2 });
    const second = await resources.listResourceSlice({ limit: 5, _continue: first.metadata?._continue ?? '' });
    expect([...first.items, ...second.items].map(({ metadata }) => metadata?.name)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(
      await codeOf(
        resources.createResourceSlice({
          body: {
            metadata: { name: 'x' },
            spec: { driver: 'd', pool: { name: 'p', generation: 1, resourceSliceCount: 1 } },
          },
        }),
      ),
    ).toBe(422);
  });
  it('a pod names each claim, or the template of the claim', async () => {
    const { metadata: _stored, status: _later, ...pod } = podWithClaims([{ name: 'nic' }]);
    const create = (name: string, claims: readonly object[]) =>
      codeOf(
        core.createNamespacedPod({
          namespace: 'shop',
          body: { ...pod, metadata: { name }, spec: { ...(pod['spec'] as object), resourceClaims: claims } } as never,
        }),
      );
    expect(await create('bad', [{ name: 'nic' }])).toBe(422);
    expect(await create('good', [{ name: 'nic', resourceClaimTemplateName: 't' }])).toBe(200);
  });
});

describe('server-side apply of status.devices', () => {
  it('each manager has its own entries and fields, and the next apply removes those it omits', async () => {
    server.put(
      'resourceclaims',
      claim('own', [result('main', 'd0'), result('main', 'd1'), result('main', 'd1', { shareID: 's' })]),
    );
    await apply('own', 'driver', [entry('d0', { data: { a: 1 } }), entry('d1')]);
    await apply('own', 'plexus', [
      entry('d0', { networkData: { interfaceName: 'net1' } }),
      entry('d1', { shareID: 's' }),
    ]);
    expect(devicesIn('own')).toEqual([
      entry('d0', { data: { a: 1 }, networkData: { interfaceName: 'net1' } }),
      entry('d1'),
      entry('d1', { shareID: 's' }),
    ]);
    await apply('own', 'plexus', []);
    expect(devicesIn('own')).toEqual([entry('d0', { data: { a: 1 } }), entry('d1')]);
  });
  it('a field of another manager is a conflict unless it is forced', async () => {
    server.put('resourceclaims', claim('disputed', [result('main', 'd0')]));
    const named = (interfaceName: string) => [entry('d0', { networkData: { interfaceName } })];
    await apply('disputed', 'driver', named('eth1'));
    expect((await apply('disputed', 'plexus', named('eth1'))).code).toBe(200); // shared
    const refused = await apply('disputed', 'plexus', named('net1'));
    expect([refused.code, refused.body['message']]).toMatchInlineSnapshot(`
      [
        409,
        "Apply failed with 1 conflict: conflict with "driver": .status.devices.networkData.interfaceName",
      ]
    `);
    expect((await apply('disputed', 'plexus', named('net1'), true)).code).toBe(200);
    expect(devicesIn('disputed')).toEqual(named('net1'));
    expect((await apply('disputed', 'driver', named('eth1'))).code).toBe(409);
  });
  it('a status write belongs to a manager of its own', async () => {
    server.put(
      'resourceclaims',
      claim('written', [result('main', 'd0')], { devices: [entry('d0', { networkData: { interfaceName: 'eth1' } })] }),
    );
    expect(
      (await apply('written', 'plexus', [entry('d0', { networkData: { interfaceName: 'net1' } })])).body['message'],
    ).toContain('conflict with "before-first-apply"');
    expect((await apply('written', 'plexus', [entry('d0', { data: {} })])).code).toBe(200);
  });
  it.each([
    { title: 'a device that is not allocated', more: { device: 'd9' } },
    { title: 'another share of the device', more: { shareID: 's' } },
    { title: 'an address without prefix', more: { networkData: { ips: ['10.0.0.1'] } } },
    { title: 'an address twice', more: { networkData: { ips: ['10.0.0.1/8', '10.0.0.1/8'] } } },
    {
      title: '17 addresses',
      more: { networkData: { ips: Array.from({ length: 17 }, (_, index) => `10.0.0.${index}/8`) } },
    },
    { title: 'a long interface name', more: { networkData: { interfaceName: 'x'.repeat(257) } } },
    { title: 'a long hardware address', more: { networkData: { hardwareAddress: 'x'.repeat(129) } } },
    { title: 'too much data', more: { data: { text: 'x'.repeat(10 * 1024) } } },
    { title: '9 conditions', more: { conditions: Array.from({ length: 9 }, (_, index) => ({ type: `c${index}` })) } },
  ])('K8S-22: $title is rejected', async ({ more }) => {
    server.put('resourceclaims', claim('rules', [result('main', 'd0')]));
    expect((await apply('rules', 'plexus', [{ ...entry('d0'), ...more }])).code).toBe(422);
  });
  it('apply is rejected without a manager, for other objects, and outside the status', async () => {
    server.put('resourceclaims', claim('plain', [result('main', 'd0')]));
    const headers = { 'Content-Type': 'application/apply-patch+yaml' };
    expect((await rawRequest(server, { method: 'PATCH', path: path('plain'), headers, body: {} })).code).toBe(400);
    expect(
      (await rawRequest(server, { method: 'PATCH', path: path('plain').replace('/status', ''), headers, body: {} }))
        .code,
    ).toBe(415);
    expect(
      (await rawRequest(server, { method: 'PATCH', path: '/api/v1/namespaces/shop', headers, body: {} })).code,
    ).toBe(415);
  });
});
