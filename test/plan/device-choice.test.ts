import { describe, expect, it } from 'vitest';
import type { PodDevice, PodDevices } from '../../src/npwg/index.ts';
import { type Situation, failure, planFor, stdinsOf } from './planned.ts';

const nad = { type: 'sriov', capabilities: { deviceID: true } };
const nads = { 'shop/one': nad, 'shop/two': nad, 'shop/other': nad, 'kube-system/main': nad };
const resources = {
  'shop/one': 'intel.com/vf',
  'shop/two': 'intel.com/vf',
  'shop/other': 'nvidia.com/vf',
  'kube-system/main': 'intel.com/vf',
};
const of = (resource: string, ...ids: readonly string[]): readonly PodDevice[] => ids.map((id) => ({ id, resource }));
const devices = [
  ...of('intel.com/vf', '0000:02:00.7', '0000:02:00.3', '0000:02:00.5', '0000:02:00.3'),
  ...of('nvidia.com/vf', '0000:03:00.1'),
];
const situation = (networks: Situation['networks'], more: Situation = {}): Situation => ({
  networks,
  nads,
  resources,
  more: given(devices),
  ...more,
});
const given = (list: readonly PodDevice[], more: Partial<PodDevices> = {}) => ({
  devices: { devices: list, warnings: [], ...more },
});
const deviceIds = (given: Situation): unknown[] =>
  planFor(given).attachments.map(({ runtimeConfig }) => runtimeConfig['deviceID']);
const ignoring = { config: { delegates: [{ type: 'bridge', name: 'cluster-net' }], missingDevice: 'ignore' } };

describe('NPWG-119: each attachment gets its own device, in sorted order', () => {
  it.each([
    { networks: 'one', ids: [undefined, '0000:02:00.3'] },
    { networks: 'two,one', ids: [undefined, '0000:02:00.3', '0000:02:00.5'] },
    { networks: 'one,one,one', ids: [undefined, '0000:02:00.3', '0000:02:00.5', '0000:02:00.7'] },
    { networks: 'one,other,two', ids: [undefined, '0000:02:00.3', '0000:03:00.1', '0000:02:00.5'] },
  ])('for networks $networks: $ids', ({ networks, ids }) => {
    expect(deviceIds(situation(networks))).toEqual(ids);
  });

  it.each([
    { title: 'clusterNetwork and the annotation', more: { config: { clusterNetwork: 'main' } } },
    { title: 'the annotations default-network and networks', more: { defaultNetwork: 'main' } },
    {
      title: 'defaultNetworks and the annotation',
      more: { config: { clusterNetwork: 'main', defaultNetworks: ['main'] }, networks: 'one' },
    },
  ])('also across $title', ({ more }) => {
    const ids = deviceIds(situation('one', more));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids[0]).toBe('0000:02:00.3');
  });

  it('treating a PCI address under two resources as one device, and other IDs as local to their resource', () => {
    const listedTwice = [...of('intel.com/vf', '0000:02:00.3'), ...of('nvidia.com/vf', '0000:02:00.3', '0000:02:00.4')];
    expect(deviceIds(situation('one,other', { more: given(listedTwice) }))).toEqual([
      undefined,
      '0000:02:00.3',
      '0000:02:00.4',
    ]);
    const numbered = [...of('intel.com/vf', '0'), ...of('nvidia.com/vf', '0')];
    expect(deviceIds(situation('one,other', { more: given(numbered) }))).toEqual([undefined, '0', '0']);
  });

  it('letting the network with the fewest candidates choose first', () => {
    const listedTwice = [...of('intel.com/vf', '0000:02:00.3', '0000:02:00.4'), ...of('nvidia.com/vf', '0000:02:00.3')];
    expect(deviceIds(situation('one,other', { more: given(listedTwice) }))).toEqual([
      undefined,
      '0000:02:00.4',
      '0000:02:00.3',
    ]);
  });

  it('sorting by ID as Multus and OVN-Kubernetes do, whatever a driver names its devices', () => {
    const claimed = (id: string, device: string): PodDevice => ({
      id,
      resource: 'intel.com/vf',
      claimed: { claim: { namespace: 'shop', name: 'db-0-nics' }, driver: 'net.example', pool: 'n1', device },
    });
    const list = [
      claimed('mlx5_core.sf.7', 'd1'),
      claimed('mlx5_core.sf.4', 'd2'),
      ...of('intel.com/vf', 'mlx5_core.sf.5'),
    ];
    const ids = [undefined, 'mlx5_core.sf.4', 'mlx5_core.sf.5', 'mlx5_core.sf.7'];
    expect(deviceIds(situation('one,one,one', { more: given(list) }))).toEqual(ids);
  });

  it.each([
    {
      title: 'fewer devices than networks',
      networks: 'one,one,one,one',
      more: given(devices),
      id: 'PLX-DEVICE-MISSING',
      says: /network shop\/one requires a device of resource intel.com\/vf, but the pod has only 3, used by its other networks/,
    },
    {
      title: 'a resource that the pod does not request but a device plugin serves',
      networks: 'one',
      more: given(of('x', 'y'), { served: ['intel.com/vf'], requested: [] }),
      id: 'PLX-RESOURCE-NOT-REQUESTED',
      says: /network shop\/one requires a device of resource intel.com\/vf, but pod shop\/db-0 does not request that resource/,
    },
    {
      title: 'a requested resource of which kubelet gave the pod no device',
      networks: 'other',
      more: given([], { served: ['nvidia.com/vf'], requested: ['nvidia.com/vf'] }),
      id: 'PLX-DEVICE-MISSING',
      says: /requires a device of resource nvidia.com\/vf, but kubelet allocated none to the pod, although the pod requests that resource/,
    },
    {
      title: 'a requested resource while kubelet cannot be queried',
      networks: 'other',
      more: given([], { requested: ['nvidia.com/vf'] }),
      id: 'PLX-DEVICE-MISSING',
      says: /kubelet allocated none to the pod, although the pod requests that resource; kubelet is unavailable, so Plexus does not know whether a device plugin serves the resource/,
    },
    {
      title: "a resource while the pod's requests are unknown",
      networks: 'other',
      more: given([], { served: ['nvidia.com/vf'] }),
      id: 'PLX-DEVICE-MISSING',
      says: /requires a device of resource nvidia.com\/vf, but kubelet allocated none to the pod/,
    },
  ])('rejecting $title, or warning with missingDevice: ignore', ({ networks, more, id, says }) => {
    expect(() => planFor(situation(networks, { more }))).toThrow(failure(id, says));
    const plan = planFor(situation(networks, { more, ...ignoring }));
    expect(plan.warnings).toEqual([
      expect.stringMatching(new RegExp(`${says.source}.*; Plexus attaches the network without a device`)),
    ]);
    expect(plan.attachments.at(-1)?.runtimeConfig).toEqual({});
  });

  it.each([
    { title: 'that the pod requests', more: { requested: ['bridge.network.kubevirt.io/br1'] }, warnings: [] },
    { title: 'of a pod whose requests are unknown', more: {}, warnings: [] },
    {
      title: 'that the pod does not request',
      more: { requested: [] },
      warnings: [
        expect.stringMatching(
          /shop\/vmnet names resource bridge.network.kubevirt.io\/br1, which no device plugin of this node serves/,
        ),
      ],
    },
  ])('05: attaching a resource without devices $title unchanged', ({ more, warnings }) => {
    const plan = planFor({
      networks: 'vmnet',
      nads: { 'shop/vmnet': { cniVersion: '0.3.1', type: 'bridge', bridge: 'br1', ipam: {} } },
      resources: { 'shop/vmnet': 'bridge.network.kubevirt.io/br1' },
      more: given([], { served: ['devices.kubevirt.io/kvm'], ...more }),
    });
    expect(plan.attachments.at(-1)?.configuration.plugins[0]?.json).not.toHaveProperty('deviceID');
    expect(plan.warnings).toEqual(warnings);
  });

  it('warning with the name of the resource if devices were not queried', () => {
    const plan = planFor(situation('one,two', { more: {} }));
    expect(plan.attachments.map(({ runtimeConfig }) => runtimeConfig)).toEqual([{}, {}, {}]);
    expect(plan.warnings).toEqual([
      expect.stringMatching(/network shop\/one .*intel.com\/vf/),
      expect.stringMatching(/network shop\/two .*intel.com\/vf/),
    ]);
  });
});

describe('a network that uses the device of a ResourceClaim', () => {
  const claimed = (request: string, device: string, more: Partial<PodDevice> = {}): PodDevice => ({
    id: `id-of-${device}`,
    claimed: {
      podClaim: 'nics',
      claim: { namespace: 'shop', name: 'db-0-nics' },
      request,
      driver: 'net.example',
      pool: 'n1',
      device,
    },
    ...more,
  });
  const list = [claimed('fast', 'd2'), claimed('fast', 'd1'), claimed('slow/any', 'd0', { resource: 'intel.com/vf' })];
  const claims = { 'shop/any': 'nics', 'shop/fast': 'nics/fast', 'shop/slow': 'nics/slow', 'shop/odd': 'gpus' };
  const all = { 'shop/any': nad, 'shop/fast': nad, 'shop/slow': nad, 'shop/odd': nad, 'shop/one': nad };
  const claimSituation = (networks: string): Situation => ({
    networks,
    nads: all,
    claims,
    resources,
    more: given(list),
  });

  it.each([
    { networks: 'fast', ids: [undefined, 'id-of-d1'] },
    { networks: 'fast,fast', ids: [undefined, 'id-of-d1', 'id-of-d2'] },
    { networks: 'slow', ids: [undefined, 'id-of-d0'] },
    {
      networks: 'any,slow',
      ids: [undefined, 'id-of-d1', 'id-of-d0'],
      why: 'any leaves slow its only candidate',
    },
    {
      networks: 'any,one',
      ids: [undefined, 'id-of-d1', 'id-of-d0'],
      why: 'only one device has the resource',
    },
    {
      networks: 'one,fast',
      ids: [undefined, 'id-of-d0', 'id-of-d1'],
      why: 'a claimed device of a resource, as in Multus',
    },
  ])('gets $ids for $networks', ({ networks, ids }) => {
    expect(deviceIds(claimSituation(networks))).toEqual(ids);
  });
  it.each([
    {
      networks: 'one,slow',
      says: /network shop\/one requires a device of resource intel.com\/vf, but the pod has only 1, used by its other networks/,
    },
    { networks: 'odd', says: /network shop\/odd requires a device of claim gpus, but the pod has none/ },
    { networks: 'any,any,any,any', says: /claim nics, but the pod has only 3/ },
  ])('is rejected for $networks', ({ networks, says }) => {
    expect(() => planFor(claimSituation(networks))).toThrow(failure('PLX-DEVICE-MISSING', says));
  });
});

describe('NPWG-118: how plugins get their device', () => {
  it('is deviceID and pciBusID in every plugin, and deviceID by capability', () => {
    const list = {
      plugins: [{ type: 'sriov', capabilities: { deviceID: true }, deviceID: 'forged' }, { type: 'tuning' }],
    };
    const plan = planFor({ ...situation('one'), nads: { 'shop/one': list } });
    expect(plan.attachments.slice(1).flatMap(stdinsOf)).toEqual([
      {
        type: 'sriov',
        name: 'one',
        cniVersion: '0.4.0',
        deviceID: '0000:02:00.3',
        pciBusID: '0000:02:00.3',
        runtimeConfig: { deviceID: '0000:02:00.3' },
      },
      { type: 'tuning', name: 'one', cniVersion: '0.4.0', deviceID: '0000:02:00.3', pciBusID: '0000:02:00.3' },
    ]);
  });

  it.each(['DeviceID', 'DEVICEID', 'deviceid', 'PciBusID', 'pciBuſID'])(
    "does not include the network's own %s, which a Go plugin would read instead",
    (key) => {
      const plan = planFor({ ...situation('one'), nads: { 'shop/one': { type: 'sriov', [key]: 'forged' } } });
      expect(plan.attachments.slice(1).flatMap(stdinsOf)).toEqual([
        { type: 'sriov', name: 'one', cniVersion: '0.4.0', deviceID: '0000:02:00.3', pciBusID: '0000:02:00.3' },
      ]);
    },
  );
});

describe('deviceID in the annotation', () => {
  const able = { ...nads, 'shop/able': nad };
  it.each([
    {
      title: 'reaches plugins only by capability without a resource',
      networks: [{ name: 'able', deviceID: 'x' }],
      ids: [undefined, 'x'],
    },
    {
      title: 'selects one of the pod’s devices',
      networks: [{ name: 'one', deviceID: '0000:02:00.5' }],
      ids: [undefined, '0000:02:00.5'],
    },
    {
      title: 'selects its device before others choose',
      networks: [{ name: 'one' }, { name: 'two', deviceID: '0000:02:00.3' }],
      ids: [undefined, '0000:02:00.5', '0000:02:00.3'],
    },
    {
      title: 'is used once if two networks name it',
      networks: ['one', 'two'].map((name) => ({ name, deviceID: '0000:02:00.5' })),
      ids: [undefined, '0000:02:00.5', '0000:02:00.3'],
    },
    {
      title: 'is replaced by one of the pod’s devices if it is not among them',
      networks: [{ name: 'one', deviceID: 'x' }],
      ids: [undefined, '0000:02:00.3'],
    },
    {
      title: 'is not given to another network if it is used without a resource',
      networks: [{ name: 'one' }, { name: 'able', deviceID: '0000:02:00.3' }],
      ids: [undefined, '0000:02:00.5', '0000:02:00.3'],
    },
  ])('$title', ({ networks, ids }) => {
    expect(deviceIds(situation(networks, { nads: able }))).toEqual(ids);
  });

  it('reaches no plugin if the pod does not have the device, with missingDevice: ignore', () => {
    const one = { more: given(of('intel.com/vf', '0000:02:00.3')), ...ignoring };
    expect(deviceIds(situation([{ name: 'one', deviceID: 'x' }], { ...one, more: given([]) }))).toEqual([
      undefined,
      undefined,
    ]);
    const both = ['one', 'two'].map((name) => ({ name, deviceID: '0000:02:00.3' }));
    expect(deviceIds(situation(both, one))).toEqual([undefined, '0000:02:00.3', undefined]);
  });

  it('causes a warning if the pod does not have it or no plugin would get it', () => {
    expect(planFor(situation([{ name: 'one', deviceID: 'x' }])).warnings).toEqual([
      'network shop/one: deviceID x of the annotation is not a free device of resource intel.com/vf of the pod; Plexus uses 0000:02:00.3',
    ]);
    expect(planFor({ networks: [{ name: 'a', deviceID: 'x' }] }).warnings).toEqual([
      'network shop/a: no plugin receives deviceID x, because none declares the capability deviceID',
    ]);
  });
});

describe('NPWG-110 to NPWG-114: device information files', () => {
  const userspace = { type: 'userspace', capabilities: { CNIDeviceInfoFile: true } };
  const infoOf = (given: Situation): unknown =>
    planFor(given)
      .attachments.slice(1)
      .map(({ deviceInfo, runtimeConfig }) => [deviceInfo, runtimeConfig['CNIDeviceInfoFile']]);
  const folder = '/var/run/k8s.cni.cncf.io/devinfo';

  it('are the device plugin’s and one per attachment for a device of a resource, whether or not a plugin has the capability', () => {
    const file = `${folder}/cni/shop-one-c1_net1`;
    expect(infoOf(situation('one'))).toEqual([
      [{ file, from: `${folder}/dp/intel.com-vf-0000:02:00.3-device.json` }, file],
    ]);
  });
  it('are one per attachment for plugins with the capability, also without a device', () => {
    const [first, second] = [`${folder}/cni/shop-u-c1_net1`, `${folder}/cni/shop-u-c1_net2`];
    expect(infoOf({ networks: 'u,u', nads: { 'shop/u': userspace } })).toEqual([
      [{ file: first }, first],
      [{ file: second }, second],
    ]);
  });
  it('do not exist for other networks', () => {
    expect(infoOf({ networks: 'a' })).toEqual([[undefined, undefined]]);
  });
  it('are in a folder that a setting names', () => {
    const config = { delegates: [{ type: 'bridge', name: 'cluster-net' }], deviceInfoDir: '/x' };
    expect(infoOf({ networks: 'u', nads: { 'shop/u': userspace }, config })).toEqual([
      [{ file: '/x/cni/shop-u-c1_net1' }, '/x/cni/shop-u-c1_net1'],
    ]);
  });
});
