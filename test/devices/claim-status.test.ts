import fc from 'fast-check';
import { AllocatedDeviceStatus } from 'kubernetes-models/resource.k8s.io/v1';
import { mkdtempDisposable } from 'node:fs/promises';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ClaimsApi, connect } from '../../src/cluster/index.ts';
import { type ReportedDevice, deviceStatusOf, publishDevices } from '../../src/devices/index.ts';
import { type ApiServer, type RequestInfo, startApiServer } from '../support/api-server/index.ts';
import { claim, nicDriver, nodeName, result } from '../support/claim-objects.ts';
import { patienceMs } from '../support/patience.ts';
import { waitFor } from '../support/wait-for.ts';
import { rawRequest } from '../support/raw-request.ts';

const now = '2026-01-02T03:04:05Z';
const claimed = (device: string, more: object = {}): ReportedDevice['claimed'] => ({
  podClaim: 'nic',
  claim: { namespace: 'shop', name: 'nic', uid: 'uid-nic' },
  request: 'main',
  driver: nicDriver,
  pool: nodeName,
  device,
  ...more,
});
const reported = (device: string, more: Partial<ReportedDevice> = {}): ReportedDevice => ({
  claimed: claimed(device),
  interfaceName: 'net1',
  mac: '02:00:00:00:00:01',
  ips: ['10.1.0.5/24', '2001:DB8:0::5/64'],
  ...more,
});

describe('K8S-22: the status entry of a device', () => {
  it('contains its place, and its interface with addresses in the API’s form', () => {
    expect(deviceStatusOf(reported('d0', { claimed: claimed('d0', { shareId: 's-1' }) }), now)).toMatchInlineSnapshot(`
      {
        "conditions": [
          {
            "lastTransitionTime": "2026-01-02T03:04:05Z",
            "message": "attached to the pod by Plexus",
            "reason": "InterfaceAttached",
            "status": "True",
            "type": "Ready",
          },
        ],
        "device": "d0",
        "driver": "nic.example.com",
        "networkData": {
          "hardwareAddress": "02:00:00:00:00:01",
          "interfaceName": "net1",
          "ips": [
            "10.1.0.5/24",
            "2001:db8::5/64",
          ],
        },
        "pool": "node-1",
        "shareID": "s-1",
      }
    `);
  });
  it.each([
    {
      title: 'has at most 16 addresses',
      ips: Array.from({ length: 20 }, (_, index) => `10.1.0.${index}/24`),
      left: Array.from({ length: 16 }, (_, index) => `10.1.0.${index}/24`),
    },
    {
      title: 'has each address once',
      ips: ['10.1.0.5/24', '10.1.0.5/24', '::1/64', '0:0::1/64'],
      left: ['10.1.0.5/24', '::1/64'],
    },
    {
      title: 'omits an address without prefix, and an invalid one',
      ips: ['10.1.0.5', 'x', '10.1.0.5/33', '::ffff:1.2.3.4/96', ''],
      left: undefined,
    },
  ])('$title', ({ ips, left }) => {
    expect(deviceStatusOf(reported('d0', { ips }), now).networkData.ips).toEqual(left);
  });
  it('omits values that are longer than the API allows', () => {
    const long = deviceStatusOf(reported('d0', { interfaceName: 'ü'.repeat(129), mac: 'a'.repeat(129), ips: [] }), now);
    expect(long.networkData).toEqual({});
  });
  it('is accepted by the API, whatever a plugin returns', () => {
    const ip = fc.oneof(
      fc.ipV4().map((text) => `${text}/24`),
      fc.ipV6().map((text) => `${text}/64`),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.array(ip, { maxLength: 30 }), (interfaceName, mac, ips) => {
        const status = deviceStatusOf({ claimed: claimed('d0'), interfaceName, mac, ips }, now);
        expect(() => new AllocatedDeviceStatus(structuredClone(status) as never).validate()).not.toThrow();
        const told = status.networkData.ips ?? [];
        expect(told.length).toBeLessThanOrEqual(16);
        expect(new Set(told).size).toBe(told.length);
        for (const each of told) expect(isIP(each.split('/')[0] ?? '')).toBeGreaterThan(0);
      }),
    );
  });
});

let server: ApiServer;
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let api: ClaimsApi;
let allowed: (request: RequestInfo) => boolean;

beforeAll(async () => {
  server = await startApiServer({ authorize: (request) => allowed(request) });
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-claims-'));
  const file = join(folder.path, 'kubeconfig');
  await server.writeKubeconfig(file);
  api = connect({ kind: 'kubeconfig', file }).claims as ClaimsApi;
});
afterAll(async () => {
  await server.close();
  await folder.remove();
});
beforeEach(() => {
  allowed = () => true;
  server.faults.clear();
  server.put('namespaces', { metadata: { name: 'shop' } });
  server.put('resourceclaims', claim('nic', [result('main', 'd0'), result('main', 'd1')]));
  server.requests.length = 0;
});

const publish = (
  devices: readonly ReportedDevice[],
  uid?: string,
  signal = AbortSignal.timeout(patienceMs),
): Promise<string | undefined> => publishDevices(devices, uid === undefined ? {} : { uid }, api, signal);
interface Entry {
  readonly device: string;
  readonly data?: unknown;
  readonly conditions?: readonly { readonly type: string }[];
  readonly networkData?: { readonly interfaceName?: string; readonly ips?: readonly string[] };
}
const entries = (name = 'nic'): readonly Entry[] =>
  (server.get('resourceclaims', 'shop', name) as unknown as { status: { devices?: Entry[] } }).status.devices ?? [];
const told = (name = 'nic'): readonly string[] =>
  entries(name).map(({ device, networkData }) => `${device} ${networkData?.interfaceName ?? '-'}`);

describe('K8S-22: publishing devices in the status of their claims', () => {
  it('sends one apply patch per claim', async () => {
    server.put('resourceclaims', claim('other', [result('main', 'd2')]));
    const other = claimed('d2', { claim: { namespace: 'shop', name: 'other' } });
    expect(
      await publish(
        [reported('d0'), reported('d1', { interfaceName: 'net2' }), reported('d2', { claimed: other })],
        'u-db',
      ),
    ).toBeUndefined();
    expect([told(), told('other')]).toEqual([['d0 net1', 'd1 net2'], ['d2 net1']]);
    expect(entries()[0]?.networkData?.ips).toEqual(['10.1.0.5/24', '2001:db8::5/64']);
    expect(
      server.requests
        .map(({ method, path, query, contentType }) => `${method} ${path}${query} ${contentType}`)
        .toSorted(),
    ).toMatchInlineSnapshot(`
      [
        "PATCH /apis/resource.k8s.io/v1/namespaces/shop/resourceclaims/nic/status?fieldManager=plexus-u-db&force=false application/apply-patch+yaml",
        "PATCH /apis/resource.k8s.io/v1/namespaces/shop/resourceclaims/other/status?fieldManager=plexus-u-db&force=false application/apply-patch+yaml",
      ]
    `);
  });
  it('sends nothing if there is nothing to publish', async () => {
    expect(await publish([])).toBeUndefined();
    expect(server.requests).toEqual([]);
  });
  it('replaces what the pod’s previous ADD wrote, and removes stale entries', async () => {
    await publish([reported('d0'), reported('d1')], 'u-db');
    expect(await publish([reported('d1', { interfaceName: 'net7' })], 'u-db')).toBeUndefined();
    expect(told()).toEqual(['d1 net7']);
  });
  it('removes what it wrote from a claim that has none of the devices any more, and ignores a deleted claim', async () => {
    await publish([reported('d0')], 'u-db');
    await publish([reported('d1')], 'u-other');
    const claimsBefore = [claimed('d0').claim, { namespace: 'shop', name: 'deleted' }];
    const signal = AbortSignal.timeout(patienceMs);
    expect(await publishDevices([], { uid: 'u-db', claimsBefore }, api, signal)).toBeUndefined();
    expect(told()).toEqual(['d1 net1']);
  });
  it('keeps the entries of a pod that shares the claim, and adds its own for the same device', async () => {
    await publish([reported('d0')], 'u-db');
    expect(await publish([reported('d1', { interfaceName: 'net2' })], 'u-other')).toBeUndefined();
    expect(told()).toEqual(['d0 net1', 'd1 net2']);
    expect(await publish([reported('d0', { interfaceName: 'net9' })], 'u-third')).toBeUndefined();
    expect(told()).toEqual(['d0 net9', 'd1 net2']);
    expect(server.requests.slice(-2).map(({ query, code }) => [new URLSearchParams(query).get('force'), code])).toEqual(
      [
        ['false', 409],
        ['true', 200],
      ],
    );
  });
  it('also recognizes its own entries if the pod’s UID is unknown', async () => {
    await publish([reported('d0')]);
    expect(await publish([reported('d0', { interfaceName: 'net9' })], 'u-db')).toBeUndefined();
    expect(told()).toEqual(['d0 net9']);
  });
  it('keeps what the driver wrote: other devices, this device, and its data', async () => {
    const driver = (devices: readonly object[]) =>
      rawRequest(server, {
        method: 'PATCH',
        path: '/apis/resource.k8s.io/v1/namespaces/shop/resourceclaims/nic/status?fieldManager=nic-driver',
        headers: { 'Content-Type': 'application/apply-patch+yaml' },
        body: {
          apiVersion: 'resource.k8s.io/v1',
          kind: 'ResourceClaim',
          metadata: { name: 'nic' },
          status: { devices },
        },
      });
    const place = { driver: nicDriver, pool: nodeName };
    expect((await driver([{ ...place, device: 'd1', data: { own: true } }])).code).toBe(200);
    expect(await publish([reported('d0')], 'u-db')).toBeUndefined();
    expect(await publish([reported('d0'), reported('d1')], 'u-db')).toBeUndefined();
    expect(entries().find(({ device }) => device === 'd1')?.data).toEqual({ own: true });
    // Rejected, because the field belongs to Plexus.
    await driver([{ ...place, device: 'd1', networkData: { interfaceName: 'eth9' } }]);
    await publish([reported('d0')], 'u-db');
    await driver([{ ...place, device: 'd1', networkData: { interfaceName: 'eth9' } }]);
    expect(await publish([reported('d0'), reported('d1')], 'u-db')).toMatchInlineSnapshot(
      `"the interfaces with devices of ResourceClaim shop/nic are not reported in its status: status 409: Apply failed with 1 conflict: conflict with "nic-driver": .status.devices.networkData.interfaceName. Another program, such as its driver, already reports them; Plexus does not change that"`,
    );
    expect(told()).toEqual(['d1 eth9', 'd0 net1']);
  });
});

describe('a driver that publishes the device’s conditions itself', () => {
  it('keeps its conditions, and the addresses are published', async () => {
    const conditions = [{ type: 'Ready', status: 'False', reason: 'Slow', message: '', lastTransitionTime: now }];
    const devices = [{ driver: nicDriver, pool: nodeName, device: 'd0', conditions }];
    server.put('resourceclaims', claim('nic', [result('main', 'd0')], { devices }));
    expect(await publish([reported('d0')], 'u-db')).toBeUndefined();
    expect(entries()).toMatchObject([{ device: 'd0', conditions, networkData: { interfaceName: 'net1' } }]);
  });
});

describe('K8S-23: a rejected status update becomes one warning', () => {
  const told403 = '403: resourceclaims.resource.k8s.io "nic" is forbidden';
  it.each([
    {
      title: 'without permission for resourceclaims/status',
      prepare: () => (allowed = ({ subresource }) => subresource !== 'status'),
      says: told403,
    },
    {
      title: 'without permission for this driver (Kubernetes 1.36)',
      prepare: () => (allowed = ({ subresource }) => subresource !== 'driver'),
      says: 'cannot associated-node:patch resource "resourceclaims/driver"',
    },
    {
      title: 'for a claim that is gone',
      prepare: () => server.remove('resourceclaims', 'shop', 'nic'),
      says: 'status 404: resourceclaims.resource.k8s.io "nic" not found',
    },
    {
      title: 'for a new claim of the same name',
      prepare: () =>
        server.put('resourceclaims', {
          ...claim('nic', [result('main', 'd0')]),
          metadata: { namespace: 'shop', name: 'nic', uid: 'other' },
        }),
      says: 'metadata.uid',
    },
    {
      title: 'for a device that is no longer allocated',
      prepare: () => server.put('resourceclaims', claim('nic', [])),
      says: 'must be an allocated device in the claim',
    },
  ])('$title', async ({ prepare, says }) => {
    prepare();
    expect(await publish([reported('d0')], 'u-db')).toContain(says);
  });
  it('the warning contains the fix', async () => {
    allowed = ({ subresource }) => subresource === '';
    expect(await publish([reported('d0')], 'u-db')).toMatchInlineSnapshot(
      `"the interfaces with devices of ResourceClaim shop/nic are not reported in its status: status 403: resourceclaims.resource.k8s.io "nic" is forbidden: User "plexus-test" cannot patch resource "resourceclaims/status" in API group "resource.k8s.io" in the namespace "shop". Add deploy/components/resource-claim-status with the names of your drivers (resourceClaims.reportDrivers in the chart)"`,
    );
  });
  it('an API server that does not answer in time, or that is down, becomes one warning', async () => {
    server.faults.hang();
    expect(await publish([reported('d0')], 'u-db', AbortSignal.timeout(200))).toContain(
      'not reported in its status: Kubernetes API request failed (write the device status of ResourceClaim shop/nic',
    );
    server.faults.clear();
    server.faults.answer(503);
    const stop = new AbortController();
    const before = server.requests.length;
    const warning = publish([reported('d0')], 'u-db', stop.signal);
    await waitFor('a second attempt', async () => server.requests.length >= before + 2);
    stop.abort();
    expect(await warning).toContain('status 503');
  });
});
