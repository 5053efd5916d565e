import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlexusError } from '../../src/errors/index.ts';
import { networksKey, parseDefaultNetwork, parseSelections } from '../../src/npwg/index.ts';
import { brokenFields, goodFields } from './selection.table.ts';

const names = (text: string): string[] =>
  parseSelections(text, 'mine').selections.map(
    ({ nad, interfaceName }) => `${nad.namespace}/${nad.name}${interfaceName === undefined ? '' : `@${interfaceName}`}`,
  );
const ours = ['PLX-SELECTION-INVALID', 'PLX-NETWORKS-TOO-MANY'];
const messageOf = (text: string): string => {
  try {
    parseSelections(text, 'mine');
  } catch (error) {
    if (error instanceof PlexusError && ours.includes(error.id) && error.code === 7) return error.message;
    throw error;
  }
  return 'accepted';
};
/** Returns the part of a selection that one field of a JSON element becomes. */
const field = (element: object): object => {
  const [selection] = parseSelections(JSON.stringify([{ name: 'a', ...element }]), 'mine').selections;
  const { nad: _nad, place: _place, ...rest } = selection ?? {};
  return rest;
};
const refusal = (element: object): string => messageOf(JSON.stringify([{ name: 'a', ...element }]));

describe('NPWG-18 to NPWG-24: the comma form', () => {
  it.each([
    { text: 'net-a,net-b,other-ns/net-c', selections: ['mine/net-a', 'mine/net-b', 'other-ns/net-c'] },
    { text: ' a , ns/b @ x', selections: ['mine/a', 'ns/b@x'] },
    { text: 'ns/n@eth1.100', selections: ['ns/n@eth1.100'] },
    { text: 'a@', selections: ['mine/a'] },
    { text: 'a,a', selections: ['mine/a', 'mine/a'] },
    { text: '', selections: [] },
    { text: ' \n', selections: [] },
  ])('NPWG-20 to NPWG-23: parses $text', ({ text, selections }) => {
    expect(names(text)).toEqual(selections);
  });
  it('NPWG-23: requests no networks if the annotation is absent', () => {
    expect(parseSelections(undefined, 'mine')).toEqual({ selections: [], warnings: [] });
  });
  it.each([
    { text: 'a,', says: 'element 2 (character 3): "" is not a network: it is empty' },
    { text: 'a,,b', says: 'element 2 (character 3): "" is not a network: it is empty' },
    { text: 'a/b/c', says: 'element 1 (character 1): "a/b/c" is not "namespace/name" or "name"' },
    { text: 'n@a@b', says: 'with at most one "@"' },
    { text: 'Net_A', says: '"Net_A" is not a name of lower-case letters' },
    { text: '-a', says: '"-a" is not a name' },
    { text: 'a-', says: '"a-" is not a name' },
    { text: 'a.b', says: '"a.b" is not allowed in the short form because it contains "."; use the JSON form' },
    { text: 'Ns/a', says: '"Ns" is not a namespace' },
    {
      text: 'a@abcdefghijklmnop',
      says: 'after "@": "abcdefghijklmnop" is not an interface name: it is longer than 15 bytes',
    },
    {
      text: 'x, a@b:c',
      says: 'element 2 (character 4), after "@": "b:c" is not an interface name: it contains "/" or ":"',
    },
  ])('NPWG-05, NPWG-07, NPWG-21, NPWG-24: rejects $text and names the place', ({ text, says }) => {
    expect(messageOf(text)).toContain(says);
    expect(messageOf(text)).toContain(networksKey);
  });
});

describe('NPWG-25 to NPWG-31: the JSON form', () => {
  it('NPWG-19: is equivalent to the comma form', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/),
            fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/),
            fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/),
          ),
          {
            minLength: 1,
          },
        ),
        (list) => {
          const json = JSON.stringify(list.map(([namespace, name, at]) => ({ namespace, name, interface: at })));
          expect(names(json)).toEqual(
            names(list.map(([namespace, name, at]) => `${namespace}/${name}@${at}`).join(',')),
          );
        },
      ),
    );
  });
  it.each([
    { text: '{}', says: 'the whole value: {} is not a list of networks' },
    { text: '["a"]', says: 'element 1: "a" is not an object' },
    { text: '[null]', says: 'element 1: null is not an object' },
    { text: '[{}]', says: 'element 1, name: "" is not the name of an object' },
    { text: '[{"name":""}]', says: 'element 1, name' },
    { text: '[{"name":3}]', says: 'element 1, name: 3 is not' },
    { text: '[{"name":"a"},{"name":"b","namespace":"B"}]', says: 'element 2, namespace: "B" is not' },
    { text: '[{"name":"a"}', says: 'JSON' },
    { text: '"a"', says: 'the whole value: "a" is not a list' },
  ])('NPWG-25, NPWG-27: rejects $text', ({ text, says }) => {
    expect(messageOf(text)).toContain(says);
  });
  it('NPWG-26: ignores unknown keys, and warns of those without a dot', () => {
    const { warnings } = parseSelections('[{"name":"a","org.foo.bar":1,"ipz":2}]', 'mine');
    expect(warnings.map(({ text }) => text)).toEqual([
      expect.stringContaining('element 1: unknown key "ipz" is ignored'),
    ]);
  });
  it('NPWG-29: replaces an empty namespace by the pod’s', () => {
    expect(names('[{"name":"a","namespace":""}]')).toEqual(['mine/a']);
  });
  it('NPWG-30: reads keys in any case', () => {
    expect(names('[{"Name":"a","INTERFACE":"x1"}]')).toEqual(['mine/a@x1']);
  });
  it('NPWG-31: reads interfaceRequest if interface is absent', () => {
    expect(field({ interfaceRequest: 'old0' })).toEqual({ interfaceName: 'old0' });
    expect(field({ interfaceRequest: 'old0', interface: 'new0' })).toEqual({ interfaceName: 'new0' });
  });
});

describe('the values of an element', () => {
  it.each(goodFields)('accepts $element ($rule)', ({ element, becomes }) => {
    expect(field(element)).toEqual(becomes);
  });
  it.each(brokenFields)('rejects $element and names the place and the allowed values ($rule)', ({ element, says }) => {
    expect(refusal(element)).toContain(says);
  });
  it('NPWG-53: rejects default-route in a second element, whatever its address family', () => {
    expect(messageOf('[{"name":"a","default-route":["10.0.0.1"]},{"name":"b","default-route":["fd00::1"]}]')).toContain(
      'element 2, default-route',
    );
  });
  it('shortens long values in messages', () => {
    expect(refusal({ mac: 'x'.repeat(5000) }).length).toBeLessThan(400);
  });
});

describe('parsing any annotation', () => {
  const onlyOurs = (text: string): boolean => {
    try {
      parseSelections(text, 'mine');
    } catch (error) {
      if (!(error instanceof PlexusError) || !ours.includes(error.id)) throw error;
    }
    return true;
  };
  it('throws only selectionInvalid or networksTooMany, for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.stringMatching(/^[a-z,@/ [{"]*$/)), onlyOurs),
      { numRuns: 1000 },
    );
  });
  it('throws only selectionInvalid or networksTooMany, for any JSON list of known keys', () => {
    const keys = fc.constantFrom(
      'name',
      'namespace',
      'ips',
      'mac',
      'interface',
      'portMappings',
      'bandwidth',
      'default-route',
      'cni-args',
      'deviceID',
      'infiniband-guid',
    );
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('a', ['10.0.0.1'], [{ hostPort: 1, containerPort: 1 }], { ingressRate: 1 }),
    );
    fc.assert(
      fc.property(fc.array(fc.dictionary(keys, value)), (list) => onlyOurs(JSON.stringify(list))),
      { numRuns: 1000 },
    );
  });
  it('rejects a text of a megabyte', () => {
    expect(onlyOurs('a,'.repeat(500_000))).toBe(true);
    expect(onlyOurs(`${'['.repeat(200_000)}`)).toBe(true);
    expect(onlyOurs('a,'.repeat(100_000).slice(0, -1))).toBe(true);
  });
  it('reads at most 1,000 networks, whatever the settings allow', () => {
    expect(names('a,'.repeat(1000).slice(0, -1))).toHaveLength(1000);
    expect(messageOf('a,'.repeat(1001).slice(0, -1))).toContain(
      'names 1001 networks, but maxNetworksPerPod allows 1000',
    );
  });
});

describe('NPWG-91: v1.multus-cni.io/default-network', () => {
  it('names one network, in multusNamespace by default', () => {
    expect(parseDefaultNetwork('calico', 'kube-system').nad).toEqual({ namespace: 'kube-system', name: 'calico' });
    expect(parseDefaultNetwork('[{"name":"calico","namespace":"net"}]', 'kube-system').nad).toEqual({
      namespace: 'net',
      name: 'calico',
    });
  });
  it.each(['', '[]', 'a,b'])('rejects %j', (text) => {
    expect(() => parseDefaultNetwork(text, 'kube-system')).toThrow(
      /v1\.multus-cni\.io\/default-network.*exactly one network/,
    );
  });
});
