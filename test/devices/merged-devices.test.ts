import fc from 'fast-check';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KubeletDevices, mergedDevices } from '../../src/devices/merged-devices.ts';
import { podResources } from '../../src/devices/pod-resources.ts';
import {
  type ContainerWithDevices,
  type PodResourcesServer,
  startPodResources,
} from '../support/pod-resources-server.ts';
import { patience } from '../support/patience.ts';

const pod = { namespace: 'shop', name: 'db-0' };
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let kubelet: PodResourcesServer;
const socket = (): string => join(folder.path, 'kubelet.sock');
const answered = async (containers: readonly ContainerWithDevices[]): Promise<KubeletDevices | undefined> => {
  kubelet.behave({ pods: [{ ...pod, containers }] });
  return podResources(socket()).of(pod, patience());
};

beforeAll(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-kubelet-'));
  kubelet = await startPodResources(socket());
});
afterAll(async () => {
  kubelet.close();
  await folder.remove();
});

describe('K8S-05: merging the devices of all containers', () => {
  it('returns one list by resource and ID; K8S-04: including those of a sidecar', async () => {
    const sidecar = { devices: [{ resource: 'example.com/vf', ids: ['0000:3b:02.3'] }] };
    const main = {
      devices: [
        { resource: 'example.com/vf', ids: ['0000:3b:02.1', '0000:3b:02.0'] },
        { resource: 'example.com/gpu', ids: ['gpu-1'] },
      ],
    };
    expect(await answered([sidecar, main, {}])).toEqual({
      devices: [
        { resource: 'example.com/gpu', id: 'gpu-1' },
        { resource: 'example.com/vf', id: '0000:3b:02.0' },
        { resource: 'example.com/vf', id: '0000:3b:02.1' },
        { resource: 'example.com/vf', id: '0000:3b:02.3' },
      ],
    });
  });
  it('returns each device once, although kubelet lists a resource per NUMA node', async () => {
    const [first, second] = [
      { resource: 'example.com/vf', ids: ['b', 'a'] },
      { resource: 'example.com/vf', ids: ['b', 'c'] },
    ];
    const answer = await answered([{ devices: [first, second] }, { devices: [first] }]);
    expect(answer?.devices.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });
  it('loses no device, duplicates none, and does not depend on the answer’s order', () => {
    const text = fc.oneof(fc.constantFrom('a', 'b', '\0', '"', '10', '9'), fc.string({ maxLength: 3 }));
    const group = fc.record({ resourceName: text, deviceIds: fc.array(text, { maxLength: 4 }) });
    const claim = fc.record({
      driverName: fc.constantFrom('d', 'e'),
      poolName: text,
      deviceName: text,
      shareId: fc.constantFrom('', 's'),
    });
    const dynamic = fc.record({
      claimName: text,
      claimNamespace: text,
      claimResources: fc.array(claim, { maxLength: 3 }),
    });
    const container = fc.record({
      devices: fc.array(group, { maxLength: 4 }),
      dynamicResources: fc.array(dynamic, { maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.array(container, { maxLength: 4 }), (containers) => {
        const merged = mergedDevices([{ ...pod, containers }]);
        const pairs = containers.flatMap(({ devices }) =>
          devices.flatMap(({ resourceName, deviceIds }) => deviceIds.map((id) => `${id.length} ${id}${resourceName}`)),
        );
        const found = merged.devices.map(({ id, resource = '' }) => `${id.length} ${id}${resource}`);
        expect(found.toSorted()).toEqual([...new Set(pairs)].toSorted());
        expect(found).toHaveLength(new Set(found).size);
        expect(merged.devices).toEqual(
          merged.devices.toSorted((a, b) => order(a.resource, b.resource) || order(a.id, b.id)),
        );
        const results = containers.flatMap(({ dynamicResources }) =>
          dynamicResources.flatMap(({ claimResources }) => claimResources),
        );
        expect(new Set(merged.claimed?.map(({ device }) => device) ?? [])).toEqual(
          new Set(results.map(({ deviceName }) => deviceName)),
        );
        const reversed = containers.toReversed().map(({ devices, dynamicResources }) => ({
          devices: devices
            .map(({ resourceName, deviceIds }) => ({ resourceName, deviceIds: deviceIds.toReversed() }))
            .toReversed(),
          dynamicResources: dynamicResources.toReversed(),
        }));
        expect(mergedDevices([{ ...pod, containers: reversed }])).toEqual(merged);
      }),
    );
  });
});

describe('devices of ResourceClaims', () => {
  const claim = { namespace: 'shop', name: 'db-0-nic-x7k2p' };
  it('have driver, pool, device and share, and appear once', async () => {
    const devices = [
      { driver: 'nic.example.com', pool: 'node-1', device: 'vf-3', shareId: '7c1f' },
      { driver: 'nic.example.com', pool: 'node-1', device: 'vf-1' },
    ];
    const container = { claims: [{ ...claim, devices }] };
    expect((await answered([container, container]))?.claimed).toEqual([
      { claim, driver: 'nic.example.com', pool: 'node-1', device: 'vf-1' },
      { claim, driver: 'nic.example.com', pool: 'node-1', device: 'vf-3', shareId: '7c1f' },
    ]);
  });
  it.each([
    { title: 'reports none', claims: [] },
    { title: 'does not report their driver', claims: [{ ...claim, devices: [{}] }] },
  ])('are absent if kubelet $title', async ({ claims }) => {
    expect(await answered([{ claims }])).toEqual({ devices: [] });
  });
});

const order = (a = '', b = ''): number => (a < b ? -1 : a > b ? 1 : 0);
