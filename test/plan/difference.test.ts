import { assert, constantFrom, property, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Attachment, differences } from '../../src/plan/index.ts';
import { able, clusterNet, planFor } from './planned.ts';

const of = (
  networks: string,
  nads: Parameters<typeof planFor>[0]['nads'] = { 'shop/a': able, 'shop/b': { type: 'bridge' } },
): readonly Attachment[] => planFor({ networks, nads: nads ?? {} }).attachments;
const summaries = (planned: readonly Attachment[], attached: readonly Attachment[]): string[] =>
  differences(planned, attached).map(({ interfaceName, network, kind, changes }) =>
    [interfaceName, network, kind, ...changes.map(({ place }) => place)].join(' '),
  );

describe('comparing a plan with what is attached', () => {
  it('finds no difference if the same pod is planned again', () => {
    expect(summaries(of('a,b'), of('a,b'))).toEqual(['eth0 cluster-net same', 'net1 shop/a same', 'net2 shop/b same']);
  });
  it('finds missing and extra networks', () => {
    expect(summaries(of('a,b'), of('a'))).toEqual(['eth0 cluster-net same', 'net1 shop/a same', 'net2 shop/b missing']);
    expect(summaries(of(''), of('a@x'))).toEqual(['eth0 cluster-net same', 'x shop/a extra']);
  });
  it('finds each changed place of a network, with both values', () => {
    const now = of('a', {
      'shop/a': { ...able, mtu: 9000, ipam: { type: 'static', addresses: [{ address: '10.0.0.2/24' }] } },
    });
    const then = of('a', {
      'shop/a': { ...able, vlan: 3, ipam: { type: 'static', addresses: [{ address: '10.0.0.1/24' }] } },
    });
    expect(differences(now, then)[1]?.changes).toEqual([
      { place: 'plugins[0].vlan', attached: 3, planned: undefined },
      { place: 'plugins[0].ipam.addresses[0].address', attached: '10.0.0.1/24', planned: '10.0.0.2/24' },
      { place: 'plugins[0].mtu', attached: undefined, planned: 9000 },
    ]);
  });
  it('reports another network under the same interface name as a change', () => {
    expect(summaries(of('b'), of('a'))[1]).toMatch(/^net1 shop\/b changed network name /);
  });
  it('compares devices only if the plan chose one', () => {
    const attached = of('a').map((each) => ({ ...each, runtimeConfig: { deviceID: 'x' }, device: { id: 'x' } }));
    expect(summaries(of('a'), attached)[1]).toBe('net1 shop/a same');
    const planned = of('a').map((each) => ({ ...each, runtimeConfig: { deviceID: 'y' }, device: { id: 'y' } }));
    expect(summaries(planned, attached)[1]).toBe('net1 shop/a changed runtimeConfig.deviceID');
  });
  it('ignores the device information file unless a plugin has the capability', () => {
    const resources = { 'shop/a': 'vendor.example/vf' };
    const more = { devices: { devices: [{ id: 'x', resource: 'vendor.example/vf' }], warnings: [] } };
    const attached = planFor({ networks: 'a', resources, more }).attachments;
    const planned = planFor({ networks: 'a', resources }).attachments;
    expect(attached[1]?.runtimeConfig).toHaveProperty('CNIDeviceInfoFile');
    expect(summaries(planned, attached)[1]).toBe('net1 shop/a same');
    expect(summaries(attached, attached)[1]).toBe('net1 shop/a same');
    const asks = { 'shop/a': { type: 'userspace', capabilities: { CNIDeviceInfoFile: true } } };
    const [now, then] = ['/run/new', '/run/old'].map((deviceInfoDir) =>
      planFor({ networks: 'a', nads: asks, config: { delegates: [clusterNet], deviceInfoDir } }),
    );
    expect(summaries(now?.attachments ?? [], then?.attachments ?? [])[1]).toBe(
      'net1 shop/a changed runtimeConfig.CNIDeviceInfoFile',
    );
  });
  it('reports every interface once for any two lists of networks, and no difference between equal lists', () => {
    const lists = uniqueArray(constantFrom('a', 'b', 'a@x', 'b@y'), { maxLength: 4 }).map((names) => names.join(','));
    assert(
      property(lists, lists, (now, then) => {
        const [planned, attached] = [of(now), of(then)];
        const found = differences(planned, attached).map(({ interfaceName }) => interfaceName);
        expect(found.toSorted()).toEqual(
          [...new Set([...planned, ...attached].map(({ interfaceName }) => interfaceName))].toSorted(),
        );
        expect(differences(planned, planned).every(({ kind }) => kind === 'same')).toBe(true);
      }),
    );
  });
});
