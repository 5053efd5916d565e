import { type Arbitrary, property, assert, record, array, option, constantFrom, string as text } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameInterfaces } from '../../src/plan/interface-names.ts';
import { PlexusError } from '../../src/errors/index.ts';
import { failure, inputsFor, listOf, planFor } from './planned.ts';
import { makePlan } from '../../src/plan/index.ts';

describe('NPWG-66: generated names count over the whole list and skip what is taken', () => {
  it.each([
    { networks: 'a,b', names: ['eth0', 'net1', 'net2'], why: 'by position' },
    { networks: 'a,a', names: ['eth0', 'net1', 'net2'], why: 'NPWG-64: the same network twice' },
    { networks: 'a@foo,b', names: ['eth0', 'foo', 'net2'], why: 'a requested name does not shift the others' },
    { networks: 'a@net2,b', names: ['eth0', 'net2', 'net3'], why: 'a requested name is skipped' },
    { networks: 'a,b@net1', names: ['eth0', 'net2', 'net1'], why: 'also one that is requested later' },
    { networks: 'a,b,a@net3', names: ['eth0', 'net1', 'net2', 'net3'], why: 'the last by its own number' },
  ])('$networks: $names ($why)', ({ networks, names }) => {
    expect(planFor({ networks }).attachments.map(({ interfaceName }) => interfaceName)).toEqual(names);
  });

  it('counts the further delegates of the node too', () => {
    const config = {
      delegates: [
        { name: 'one', type: 'bridge' },
        { name: 'two', type: 'bridge' },
      ],
    };
    expect(listOf(planFor({ config, networks: 'a' }))).toEqual(['eth0 one', 'net1 two', 'net2 shop/a']);
  });

  it('skips the name of a link that is in the sandbox already', () => {
    expect(listOf(planFor({ networks: 'a', more: { links: ['lo', 'net1'] } }))).toEqual([
      'eth0 cluster-net',
      'net2 shop/a',
    ]);
  });
});

describe('NPWG-39, NPWG-41: a requested name is used as asked, or refused when it is taken', () => {
  it.each([
    { networks: 'a@eth0', links: ['lo'], by: /eth0 is already used by the default network/ },
    { networks: 'a@x,b@x', links: ['lo'], by: /x is already used by shop\/a/ },
    { networks: 'a@x', links: ['lo', 'x'], by: /x is already used by a link/ },
    { networks: 'a@lo', links: [], by: /lo is already used by/ },
    { networks: 'a', links: ['lo', 'eth0'], by: /eth0 is already used by a link/ },
  ])('$networks with links $links', ({ networks, links, by }) => {
    expect(() => planFor({ networks, more: { links } })).toThrow(failure('PLX-INTERFACE-TAKEN', by));
  });

  it('CNI-22: behind another plugin the interface of the call may be there', () => {
    const inputs = inputsFor({ networks: 'a', more: { links: ['lo', 'eth0'], prevResult: {} } });
    expect(listOf(makePlan(inputs))).toEqual(['eth0 cluster-net', 'net1 shop/a']);
  });
});

describe('NPWG-91: the default network keeps the name of the call', () => {
  it.each([
    { asked: 'shop/a@eth0', names: ['eth0 shop/a'] },
    { asked: 'shop/a', names: ['eth0 shop/a'] },
  ])('$asked', ({ asked, names }) => {
    expect(listOf(planFor({ defaultNetwork: asked }))).toEqual(names);
  });

  it('refuses another, which would leave the pod without its interface', () => {
    expect(() => planFor({ defaultNetwork: 'shop/a@net7' })).toThrow(
      failure('PLX-SELECTION-INVALID', /default-network, element 1.*net7 is not eth0/),
    );
  });
});

describe('NPWG-66, for any requests: names are unique and not those of existing links', () => {
  const names: Arbitrary<string> = constantFrom('eth0', 'net0', 'net1', 'net2', 'net3', 'net10', 'x', 'lo');
  const nameable = record({ network: text(), interfaceName: option(names, { nil: undefined }) });

  it('or interfaceTaken says which is not', () => {
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

  it('and never refuses when nothing is requested and nothing is there', () => {
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
