import { describe, expect, it } from 'vitest';
import { type NodeLink, parseNad } from '../../src/npwg/index.ts';
import { type Plan, makePlan } from '../../src/plan/index.ts';
import { failure, inputsFor } from './planned.ts';

const link = (name: string, more: Partial<NodeLink> = {}): NodeLink => ({ name, altNames: [], addresses: [], ...more });
const links: readonly NodeLink[] = [
  link('lo', { addresses: ['127.0.0.1'] }),
  link('veth12'),
  link('ens1f0', { driver: 'ice', pciAddress: '0000:3b:00.0', mac: '02:00:00:00:00:01', addresses: ['10.1.0.4'] }),
  link('ens1f1', { driver: 'ice', pciAddress: '0000:3b:00.1', altNames: ['storage0'], addresses: ['10.20.0.4'] }),
];

/** Plans a pod with network shop/rail, whose annotation interfaces has this value. */
function plan(interfaces: object, config: object, nodeLinks: readonly NodeLink[] | undefined = links): Plan {
  const annotations = { 'plexus-cni.io/interfaces': JSON.stringify(interfaces) };
  const nad = parseNad({
    metadata: { name: 'rail', namespace: 'shop', annotations },
    spec: { config: JSON.stringify(config) },
  });
  const inputs = inputsFor({ networks: 'rail', more: nodeLinks === undefined ? {} : { nodeLinks } });
  return makePlan({ ...inputs, nads: new Map([['shop/rail', nad]]) });
}
const pluginsOf = ({ attachments }: Plan): unknown => attachments.at(-1)?.configuration.plugins.map(({ json }) => json);
const macvlan = { cniVersion: '1.0.0', type: 'macvlan', master: 'uplink' };

describe('interfaces of the node that a network selects', () => {
  it.each([
    { selectors: { name: 'ens1f0' }, is: 'ens1f0' },
    { selectors: { altName: 'storage0' }, is: 'ens1f1' },
    { selectors: { mac: '02:00:00:00:00:01' }, is: 'ens1f0' },
    { selectors: { pciAddress: '0000:3b:00.1' }, is: 'ens1f1' },
    { selectors: { driver: 'ice', subnet: '10.20.0.0/16' }, is: 'ens1f1' },
    { selectors: [{ name: 'eth9' }, { subnet: '10.1.0.0/16' }, { name: 'ens1f1' }], is: 'ens1f0' },
  ])('are the master with $selectors', ({ selectors, is }) => {
    const { warnings, ...planned } = plan({ uplink: selectors }, macvlan);
    expect(pluginsOf({ warnings, ...planned })).toMatchObject([{ type: 'macvlan', master: is }]);
    expect(warnings).toEqual([]);
  });

  it('are replaced in every plugin of a chain, in any spelling of the key, and nowhere else', () => {
    const chain = {
      cniVersion: '1.0.0',
      name: 'rail',
      plugins: [
        { type: 'host-device', device: 'uplink' },
        { type: 'vlan', Master: 'uplink', vlanId: 5 },
        { type: 'tuning', master: 'ens9', mac: 'uplink' },
      ],
    };
    expect(pluginsOf(plan({ uplink: { name: 'ens1f0' } }, chain))).toMatchObject([
      { type: 'host-device', device: 'ens1f0' },
      { type: 'vlan', master: 'ens1f0', vlanId: 5 },
      { type: 'tuning', master: 'ens9', mac: 'uplink' },
    ]);
  });

  it('are rejected with the interfaces of the node if none matches', () => {
    expect(() =>
      plan({ uplink: [{ altName: 'rail0' }, { driver: 'mlx5_core', subnet: '10.9.0.0/16' }] }, macvlan),
    ).toThrow(
      failure(
        'PLX-HOST-INTERFACE-UNRESOLVED',
        /network shop\/rail uses interface "uplink" of the node, .*: no interface of this node matches altName=rail0 or driver=mlx5_core\+subnet=10\.9\.0\.0\/16; it has ens1f0 \(ice, 0000:3b:00\.0, 02:00:00:00:00:01, 10\.1\.0\.4\), ens1f1 \(ice, 0000:3b:00\.1, 10\.20\.0\.4\), veth12$/,
      ),
    );
  });

  it('are rejected with their names if several match', () => {
    expect(() => plan({ uplink: [{ driver: 'ice' }, { name: 'ens1f0' }] }, macvlan)).toThrow(
      failure('PLX-HOST-INTERFACE-UNRESOLVED', /2 interfaces of this node match driver=ice: ens1f0, ens1f1/),
    );
  });

  it('are not needed for a name that the configuration does not use', () => {
    expect(pluginsOf(plan({ other: { name: 'absent' } }, { ...macvlan, master: 'ens1f0' }))).toMatchObject([
      { master: 'ens1f0' },
    ]);
  });

  it('stay open with a warning in a process that is not on the node', () => {
    const nowhere = inputsFor({ networks: 'rail' });
    const annotations = { 'plexus-cni.io/interfaces': JSON.stringify({ uplink: { name: 'x' } }) };
    const nad = parseNad({
      metadata: { name: 'rail', namespace: 'shop', annotations },
      spec: { config: JSON.stringify(macvlan) },
    });
    const planned = makePlan({ ...nowhere, nads: new Map([['shop/rail', nad]]) });
    expect(pluginsOf(planned)).toMatchObject([{ master: 'uplink' }]);
    expect(planned.warnings.map((each) => (typeof each === 'string' ? each : each.text))).toEqual([
      expect.stringContaining('network shop/rail: the node determines which of its interfaces uplink means'),
    ]);
  });
});
