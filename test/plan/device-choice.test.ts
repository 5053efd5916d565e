import { describe, expect, it } from 'vitest';
import { type Situation, failure, planFor, stdinsOf } from './planned.ts';

const nad = { type: 'sriov', capabilities: { deviceID: true } };
const nads = { 'shop/one': nad, 'shop/two': nad, 'shop/other': nad, 'kube-system/main': nad };
const resources = { 'shop/one': 'intel.com/vf', 'shop/two': 'intel.com/vf', 'shop/other': 'nvidia.com/vf', 'kube-system/main': 'intel.com/vf' };
const devices = new Map([
  ['intel.com/vf', ['0000:02:00.7', '0000:02:00.3', '0000:02:00.5', '0000:02:00.3']],
  ['nvidia.com/vf', ['0000:03:00.1']],
]);
const situation = (networks: Situation['networks'], more: Situation = {}): Situation => ({ networks, nads, resources, more: { devices }, ...more });
const deviceIds = (given: Situation): unknown[] => planFor(given).attachments.map(({ runtimeConfig }) => runtimeConfig['deviceID']);

describe('NPWG-119: each attachment its own device, in sorted order', () => {
  it.each([
    { networks: 'one', ids: [undefined, '0000:02:00.3'] },
    { networks: 'two,one', ids: [undefined, '0000:02:00.3', '0000:02:00.5'] },
    { networks: 'one,one,one', ids: [undefined, '0000:02:00.3', '0000:02:00.5', '0000:02:00.7'] },
    { networks: 'one,other,two', ids: [undefined, '0000:02:00.3', '0000:03:00.1', '0000:02:00.5'] },
  ])('$networks: $ids', ({ networks, ids }) => {
    expect(deviceIds(situation(networks))).toEqual(ids);
  });

  it.each([
    { title: 'clusterNetwork and the annotation', more: { config: { clusterNetwork: 'main' } } },
    { title: 'the default-network annotation and the other', more: { defaultNetwork: 'main' } },
    { title: 'defaultNetworks and the annotation', more: { config: { clusterNetwork: 'main', defaultNetworks: ['main'] }, networks: 'one' } },
  ])('$title never share one', ({ more }) => {
    const ids = deviceIds(situation('one', more));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids[0]).toBe('0000:02:00.3');
  });

  it.each([
    { networks: 'one,one,one,one', says: /network shop\/one needs a device intel.com\/vf, and the pod has only 3, used by its other networks/ },
    { networks: 'one', more: { devices: new Map([['x', ['y']]]) }, says: /network shop\/one needs a device intel.com\/vf, and the pod has none/ },
  ])('$networks: too few are refused', ({ networks, more, says }) => {
    expect(() => planFor(situation(networks, more === undefined ? {} : { more }))).toThrow(failure('PLX-DEVICE-MISSING', says));
  });

  it('nobody looked for devices: a warning that names the resource', () => {
    const plan = planFor(situation('one,two', { more: {} }));
    expect(plan.attachments.map(({ runtimeConfig }) => runtimeConfig)).toEqual([{}, {}, {}]);
    expect(plan.warnings).toEqual([expect.stringMatching(/network shop\/one .*intel.com\/vf/), expect.stringMatching(/network shop\/two .*intel.com\/vf/)]);
  });
});

describe('NPWG-118: a device reaches the plugins three ways', () => {
  it('deviceID and pciBusID in every plugin, deviceID by capability', () => {
    const list = { plugins: [{ type: 'sriov', capabilities: { deviceID: true }, deviceID: 'forged' }, { type: 'tuning' }] };
    const plan = planFor({ ...situation('one'), nads: { 'shop/one': list } });
    expect(plan.attachments.slice(1).flatMap(stdinsOf)).toEqual([
      { type: 'sriov', name: 'one', cniVersion: '0.4.0', deviceID: '0000:02:00.3', pciBusID: '0000:02:00.3', runtimeConfig: { deviceID: '0000:02:00.3' } },
      { type: 'tuning', name: 'one', cniVersion: '0.4.0', deviceID: '0000:02:00.3', pciBusID: '0000:02:00.3' },
    ]);
  });

  it.each([
    { title: 'one of the annotation, by capability only', networks: [{ name: 'able', deviceID: 'x' }], ids: [undefined, 'x'] },
    { title: 'that of the resource wins', networks: [{ name: 'one', deviceID: 'x' }], ids: [undefined, '0000:02:00.3'] },
  ])('$title', ({ networks, ids }) => {
    expect(deviceIds(situation(networks, { nads: { ...nads, 'shop/able': nad } }))).toEqual(ids);
  });

  it('one of the annotation that no plugin would get is a warning', () => {
    const plan = planFor({ networks: [{ name: 'a', deviceID: 'x' }] });
    expect(plan.warnings).toEqual(['network shop/a: deviceID x reaches no plugin, as none declares that capability']);
  });
});
