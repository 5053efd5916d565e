import { type Arbitrary, property, assert, record, array, option, constantFrom, string as text } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameInterfaces } from '../../src/plan/interface-names.ts';
import { PlexusError } from '../../src/errors/index.ts';
import { failure, inputsFor, listOf, planFor } from './planned.ts';
import { makePlan } from '../../src/plan/index.ts';

describe('NPWG-66: generated interface names', () => {
  it.each([
    { networks: 'a,b', names: ['eth0', 'net1', 'net2'], why: 'numbered by position' },
    { networks: 'a,a', names: ['eth0', 'net1', 'net2'], why: 'NPWG-64: the same network twice' },
    { networks: 'a@foo,b', names: ['eth0', 'foo', 'net2'], why: 'a requested name does not shift the others' },
    { networks: 'a@net2,b', names: ['eth0', 'net2', 'net3'], why: 'a requested name is skipped' },
    { networks: 'a,b@net1', names: ['eth0', 'net2', 'net1'], why: 'also a name that is requested later' },
    { networks: 'a,b,a@net3', names: ['eth0', 'net1', 'net2', 'net3'], why: 'the last one has its own number' },
  ])('are $names for $networks ($why)', ({ networks, names }) => {
    expect(planFor({ networks }).attachments.map(({ interfaceName }) => interfaceName)).toEqual(names);
  });

  it("count the node's defaultNetworks too", () => {
    const config = {
      delegates: [
        { name: 'one', type: 'bridge' },
        { name: 'two', type: 'bridge' },
      ],
    };
    expect(listOf(planFor({ config, networks: 'a' }))).toEqual(['eth0 one', 'net1 two', 'net2 shop/a']);
  });

  it('skip the names of links in the sandbox', () => {
    expect(listOf(planFor({ networks: 'a', more: { links: ['lo', 'net1'] } }))).toEqual([
      'eth0 cluster-net',
      'net2 shop/a',
    ]);
  });
});

describe('NPWG-39, NPWG-41: a requested interface name', () => {
  it.each([
    { networks: 'a@eth0', links: ['lo'], by: /eth0 is already used by the default network/ },
    { networks: 'a@x,b@x', links: ['lo'], by: /x is already used by shop\/a/ },
    { networks: 'a@x', links: ['lo', 'x'], by: /x is already used by a link/ },
    { networks: 'a@lo', links: [], by: /lo is already used by/ },
    { networks: 'a', links: ['lo', 'eth0'], by: /eth0 is already used by a link/ },
  ])('is used, or rejected if it is taken: $networks with links $links', ({ networks, links, by }) => {
    expect(() => planFor({ networks, more: { links } })).toThrow(failure('PLX-INTERFACE-TAKEN', by));
  });

  it('CNI-22: may exist if Plexus runs behind another plugin', () => {
    const inputs = inputsFor({ networks: 'a', more: { links: ['lo', 'eth0'], prevResult: {} } });
    expect(listOf(makePlan(inputs))).toEqual(['eth0 cluster-net', 'net1 shop/a']);
  });
});

describe('NPWG-91: the interface name of the default network', () => {
  it.each([
    { defaultNetwork: 'shop/a@eth0', names: ['eth0 shop/a'] },
    { defaultNetwork: 'shop/a', names: ['eth0 shop/a'] },
  ])('is that of the call for $defaultNetwork', ({ defaultNetwork, names }) => {
    expect(listOf(planFor({ defaultNetwork }))).toEqual(names);
  });

  it('cannot be changed, because the pod would have no such interface', () => {
    expect(() => planFor({ defaultNetwork: 'shop/a@net7' })).toThrow(
      failure('PLX-SELECTION-INVALID', /default-network, element 1.*net7 is not eth0/),
    );
  });
});

describe('NPWG-66: interface names for any requests', () => {
  const names: Arbitrary<string> = constantFrom('eth0', 'net0', 'net1', 'net2', 'net3', 'net10', 'x', 'lo');
  const nameable = record({ network: text(), interfaceName: option(names, { nil: undefined }) });

  it('are unique and differ from existing links, or interfaceTaken names the duplicate', () => {
    assert(
      property(array(nameable, { maxLength: 12 }), array(names, { maxLength: 4 }), (delegates, links) => {
        const named = namesOrRefusal(delegates, links);
        if (named === 'refused') return;
        expect(new Set(named).size).toBe(delegates.length);
        expect(named.filter((name) => links.includes(name))).toEqual([]);
        expect(named[0] ?? 'eth0').toBe('eth0');
      }),
    );
  });

  it('are never rejected without requested names and existing links', () => {
    assert(
      property(
        array(record({ network: text() }), { maxLength: 40 }),
        (delegates) => nameInterfaces(delegates, 'eth0', []).length === delegates.length,
      ),
    );
  });
});

function namesOrRefusal(
  delegates: Parameters<typeof nameInterfaces>[0],
  links: readonly string[],
): readonly string[] | 'refused' {
  try {
    return nameInterfaces(delegates, 'eth0', links);
  } catch (error) {
    if (error instanceof PlexusError && error.id === 'PLX-INTERFACE-TAKEN') return 'refused';
    throw error;
  }
}
