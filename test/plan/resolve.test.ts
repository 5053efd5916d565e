import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/cni/index.ts';
import type { ConfPath } from '../../src/cni/index.ts';
import { makePlan } from '../../src/plan/index.ts';
import {
  type Situation,
  clusterNet,
  failure,
  folder,
  additionalStdins,
  inputsFor,
  listOf,
  planFor,
  stdinsOf,
} from './planned.ts';

const defaultOf = (situation: Situation): JsonObject[] => {
  const [first] = planFor(situation).attachments;
  return first === undefined ? [] : stdinsOf(first);
};
const withPath = (path: string, listing: ConfPath, config: JsonObject = {}): Situation => ({
  config: { clusterNetwork: path, ...config },
  more: { paths: new Map([[path, listing]]) },
});

describe('NPWG-89, NPWG-90, NPWG-91: the default network, which comes first', () => {
  it.each([
    { title: 'inline', situation: {}, list: ['eth0 cluster-net'] },
    {
      title: 'the NAD in clusterNetwork',
      situation: { config: { clusterNetwork: 'main' }, nads: { 'kube-system/main': { type: 'bridge' } } },
      list: ['eth0 kube-system/main'],
    },
    {
      title: 'a NAD in another multusNamespace',
      situation: {
        config: { clusterNetwork: 'main', multusNamespace: 'nets' },
        nads: { 'nets/main': { type: 'bridge' } },
      },
      list: ['eth0 nets/main'],
    },
    {
      title: 'followed by defaultNetworks, then the annotation’s networks',
      situation: {
        config: { clusterNetwork: 'main', defaultNetworks: ['two'] },
        networks: 'shop/x',
        nads: {
          'kube-system/main': { type: 'bridge' },
          'kube-system/two': { type: 'bridge' },
          'shop/x': { type: 'bridge' },
        },
      },
      list: ['eth0 kube-system/main', 'net1 kube-system/two', 'net2 shop/x'],
    },
    {
      title: "the annotation's instead of delegates[0] (NPWG-91)",
      situation: { config: { delegates: [clusterNet, { name: 'two', type: 'x' }] }, defaultNetwork: 'shop/a' },
      list: ['eth0 shop/a', 'net1 two'],
    },
    {
      title: "the annotation's instead of clusterNetwork, which need not exist (NPWG-91)",
      situation: {
        config: { clusterNetwork: 'gone', defaultNetworks: ['two'] },
        defaultNetwork: 'd',
        nads: { 'kube-system/d': { type: 'x' }, 'kube-system/two': { type: 'x' } },
      },
      list: ['eth0 kube-system/d', 'net1 kube-system/two'],
    },
  ])('is $title', ({ situation, list }) => {
    const plan = planFor(situation);
    expect(listOf(plan)).toEqual(list);
    expect(plan.attachments.map(({ isDefault }) => isDefault)).toEqual(list.map((_, index) => index === 0));
  });

  it('is the only one for pods of systemNamespaces, without defaultNetworks', () => {
    const inputs = inputsFor({
      config: { clusterNetwork: 'main', defaultNetworks: ['two'] },
      nads: { 'kube-system/main': { type: 'x' } },
    });
    expect(listOf(makePlan({ ...inputs, pod: { namespace: 'kube-system', name: 'p', annotations: {} } }))).toEqual([
      'eth0 kube-system/main',
    ]);
  });

  it.each([
    { defaultNetwork: '', says: /default-network.*exactly one network/ },
    { defaultNetwork: '[]', says: /exactly one network/ },
    { defaultNetwork: 'a,b', says: /exactly one network/ },
  ])('NPWG-91: is rejected unless it is exactly one: "$defaultNetwork"', ({ defaultNetwork, says }) => {
    expect(() => planFor({ defaultNetwork })).toThrow(failure('PLX-SELECTION-INVALID', says));
  });
});

describe('inline delegates', () => {
  it.each([
    { delegate: { name: 'x', type: 'bridge' }, types: ['bridge'] },
    { delegate: { name: 'x', plugins: [{ type: 'bridge' }, { type: 'portmap' }] }, types: ['bridge', 'portmap'] },
  ])('may be $delegate', ({ delegate, types }) => {
    expect(defaultOf({ config: { delegates: [delegate] } }).map(({ type }) => type)).toEqual(types);
  });

  it.each([
    { delegate: { name: 'x' }, says: /delegates\[1\]: it has neither "type"/ },
    { delegate: { name: 'x', plugins: [] }, says: /delegates\[1\]: no plugins in list/ },
    { delegate: { name: 'x', plugins: [null] }, says: /delegates\[1\]: plugin 1: it is null/ },
    { delegate: { name: 'x', plugins: [{ type: '' }] }, says: /delegates\[1\]: plugin 1: missing "type"/ },
    { delegate: { type: 'bridge' }, says: /delegates\[1\]: no "name"/ },
    { delegate: { name: 'x', type: '../sh' }, says: /delegates\[1\].*not a plugin's bare file name/ },
  ])('are checked before any plugin runs: rejects $delegate', ({ delegate, says }) => {
    expect(() => planFor({ config: { delegates: [clusterNet, delegate] } })).toThrow(
      failure('PLX-CONFIGURATION-INVALID', says),
    );
    // the index also counts the first delegate if it has been replaced
    expect(() => planFor({ config: { delegates: [clusterNet, delegate] }, defaultNetwork: 'shop/a' })).toThrow(
      failure('PLX-CONFIGURATION-INVALID', says),
    );
  });
});

describe('NPWG-12 to NPWG-16: name and version of a NAD’s configuration', () => {
  it.each([
    { config: { type: 'x' }, stdin: { name: 'foo', cniVersion: '0.4.0' }, why: 'NPWG-12, NPWG-16: both default' },
    { config: { type: 'x', name: '' }, stdin: { name: 'foo' }, why: 'an empty name defaults too' },
    {
      config: { type: 'x', name: 'bar', cniVersion: '1.0.0' },
      stdin: { name: 'bar', cniVersion: '1.0.0' },
      why: 'NPWG-13: both are kept',
    },
    {
      config: { plugins: [{ type: 'x', name: 'own', cniVersion: '0.3.1' }], cniVersion: '1.0.0' },
      stdin: { name: 'foo', cniVersion: '1.0.0' },
      why: "NPWG-105: each plugin gets the list's",
    },
    {
      config: { type: 'x', cniVersion: '1.0.0', cniVersions: ['0.3.1', '1.1.0', '2.0.0'] },
      stdin: { cniVersion: '1.1.0' },
      why: 'CNI-44',
    },
  ])('become $stdin for $config ($why)', ({ config, stdin }) => {
    const plan = planFor({ networks: 'foo', nads: { 'shop/foo': config } });
    expect(plan.attachments.slice(1).flatMap(stdinsOf)).toMatchObject([stdin]);
    expect(plan.attachments[1]?.network).toBe('shop/foo');
  });

  it('NPWG-16: default in the same way for delegates and files', () => {
    expect(defaultOf({ config: { delegates: [{ name: 'x', type: 'y' }] } })).toMatchObject([{ cniVersion: '0.4.0' }]);
    expect(defaultOf(withPath('/net.d/', folder({ '1.conf': { name: 'x', type: 'y' } })))).toMatchObject([
      { cniVersion: '0.4.0' },
    ]);
  });

  it.each([
    { config: '{', id: 'PLX-NAD-INVALID' },
    { config: '[]', id: 'PLX-NAD-INVALID' },
    { config: '{}', id: 'PLX-CONFIGURATION-INVALID' },
    { config: '{"plugins":[]}', id: 'PLX-CONFIGURATION-INVALID' },
    { config: '{"plugins":[null]}', id: 'PLX-CONFIGURATION-INVALID' },
    { config: '{"type":"x","name":5}', id: 'PLX-CONFIGURATION-INVALID' },
    { config: '{"type":"x","cniVersion":"9.9.9"}', id: 'PLX-VERSION-INCOMPATIBLE' },
  ])('NPWG-15: are rejected with the NAD for $config', ({ config, id }) => {
    expect(() => planFor({ networks: 'foo', nads: { 'shop/foo': config } })).toThrow(
      failure(id, /NetworkAttachmentDefinition shop\/foo/),
    );
  });
});

describe('CNI-42, CNI-50, CNI-51: the configuration of a network', () => {
  it('reaches plugins with unknown keys and big numbers, but without capabilities and forged keys', () => {
    const config =
      '{"type":"x","deep":{"list":[1,{"n":12345678901234567890}]},"capabilities":{"mac":true},"runtimeConfig":{"mac":"forged"},"prevResult":{},"cni.dev/x":1}';
    expect(
      additionalStdins({ networks: 'foo', nads: { 'shop/foo': config } }).map((stdin) => JSON.stringify(stdin)),
    ).toEqual(['{"type":"x","deep":{"list":[1,{"n":12345678901234567890}]},"name":"foo","cniVersion":"0.4.0"}']);
  });
});

describe('CNI-22: Plexus behind another plugin', () => {
  it('passes that plugin’s result to the default network', () => {
    const prevResult = { cniVersion: '0.4.0', interfaces: [{ name: 'eth0' }], 'x.y/own': 1 };
    const plan = planFor({ networks: 'a', more: { prevResult } });
    expect(plan.attachments.map(({ initialResult }) => initialResult)).toEqual([prevResult, undefined]);
  });

  it('uses the version of the call if the result has none', () => {
    expect(planFor({ more: { prevResult: {} } }).attachments[0]?.initialResult).toEqual({ cniVersion: '1.0.0' });
  });
});
