import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/cni/index.ts';
import type { ConfPath } from '../../src/cni/index.ts';
import { type Situation, failure, file, folder, additionalStdins, listOf, planFor, stdinsOf } from './planned.ts';

const defaultOf = (situation: Situation): JsonObject[] => {
  const [first] = planFor(situation).attachments;
  return first === undefined ? [] : stdinsOf(first);
};
const withPath = (path: string, listing: ConfPath, config: JsonObject = {}): Situation => ({
  config: { clusterNetwork: path, ...config },
  more: { paths: new Map([[path, listing]]) },
});

describe('clusterNetwork and defaultNetworks', () => {
  const conf = (name: string, more: JsonObject = {}): JsonObject => ({ name, type: `plugin-of-${name}`, ...more });

  it.each([
    {
      title: 'a file in confDir if there is no such NAD',
      situation: {
        config: { clusterNetwork: 'x' },
        nads: {},
        more: { confDir: folder({ '10.conf': conf('y'), '20.conf': conf('x') }) },
      },
      type: 'plugin-of-x',
    },
    {
      title: 'the NAD before a file',
      situation: {
        config: { clusterNetwork: 'x' },
        nads: { 'kube-system/x': { type: 'nad' } },
        more: { confDir: folder({ '20.conf': conf('x') }) },
      },
      type: 'nad',
    },
    {
      title: 'the file at a path',
      situation: withPath('/net.d/10.conf', { kind: 'file', file: file('/net.d/10.conf', conf('x')), siblings: [] }),
      type: 'plugin-of-x',
    },
    {
      title: 'the first file in the folder at a path',
      situation: withPath('/net.d/', folder({ '10.conf': conf('x'), '20.conf': conf('y') })),
      type: 'plugin-of-x',
    },
    {
      title: 'the first valid file in a folder',
      situation: withPath('/net.d/', folder({ '00.conf': '{', '05.conf': undefined, '10.conf': conf('x') })),
      type: 'plugin-of-x',
    },
    {
      title: 'no file of Plexus itself',
      situation: withPath(
        '/net.d/',
        folder({
          '00-plexus.conflist': { name: 'p', plugins: [{ type: 'plexus' }] },
          '00.conf': { name: 'm', type: 'multus-shim' },
          '10.conf': conf('x'),
        }),
      ),
      type: 'plugin-of-x',
    },
  ])('name $title', ({ situation, type }) => {
    expect(defaultOf(situation)).toMatchObject([{ type }]);
  });

  it.each([
    {
      title: 'a name without NAD and file',
      situation: { config: { clusterNetwork: 'x' }, nads: {} },
      says: /named "x" in \/etc\/cni\/multus\/net.d \(present: no such folder\)/,
    },
    {
      title: 'a path that does not exist',
      situation: withPath('/net.d/10.conf', { kind: 'missing', problem: 'ENOENT' }),
      id: 'PLX-NODE-NETWORK-MISSING',
      says: /: \/net.d\/10.conf: ENOENT/,
    },
    {
      title: 'an empty folder',
      situation: withPath('/net.d/', folder({})),
      id: 'PLX-NODE-NETWORK-MISSING',
      says: /the folder contains no network configuration/,
    },
    {
      title: 'a folder with only the file of Plexus',
      situation: withPath('/net.d/', folder({ '00.conf': { name: 'p', type: 'plexus' } })),
      id: 'PLX-NODE-NETWORK-MISSING',
      says: /00.conf is skipped: it runs plexus, which would invoke Plexus recursively/,
    },
    {
      title: 'a folder with only invalid files',
      situation: withPath('/net.d/', folder({ '00.conf': undefined })),
      id: 'PLX-NODE-NETWORK-MISSING',
      says: /00.conf is skipped: permission denied/,
    },
    {
      title: 'a folder with other names',
      situation: {
        config: { clusterNetwork: 'x' },
        nads: {},
        more: { confDir: folder({ '10.conf': '{"name":12345678901234567890}', '20.conf': { name: { toString: 1 } } }) },
      },
      says: /present: \(no name\), \(no name\)/,
    },
  ])('are rejected for $title', ({ situation, id = 'PLX-NETWORK-FILE-MISSING', says }) => {
    expect(() => planFor(situation)).toThrow(failure(id, says));
  });

  it('CNI-45: load the plugins in the folder named after a list', () => {
    const list = { name: 'x', cniVersion: '1.0.0', plugins: [{ type: 'one' }] };
    const siblings = [file('/net.d/x/10.conf', { type: 'two' })];
    const found = (json: JsonObject, listing: ConfPath): unknown[] =>
      defaultOf(withPath('/net.d/x.conflist', listing, json)).map(({ type }) => type);
    expect(found({}, { kind: 'file', file: file('/net.d/x.conflist', list), siblings })).toEqual(['one', 'two']);
    expect(
      found({}, { kind: 'file', file: file('/net.d/x.conflist', { ...list, loadOnlyInlinedPlugins: true }), siblings }),
    ).toEqual(['one']);
    expect(found({}, folder({ 'x.conflist': list }, { x: siblings }))).toEqual(['one', 'two']);
    expect(found({}, folder({ 'x.conf': list }, { x: siblings }))).toEqual(['one']);
    expect(() => found({}, folder({ 'x.conflist': list }, { x: [file('/net.d/x/10.conf', undefined)] }))).toThrow(
      failure('PLX-CONFIGURATION-INVALID', /x\/10.conf: permission denied/),
    );
  });
});

describe('NPWG-08 to NPWG-11: a NAD without spec.config', () => {
  const nads = { 'shop/foo': '' };
  const found = (confDir: ConfPath): unknown[] =>
    additionalStdins({ networks: 'foo', nads, more: { confDir } }).map(({ type }) => type);

  it.each([
    {
      title: 'a list before a single configuration',
      confDir: folder({
        '10-x.conf': { name: 'foo', type: 'single' },
        '20-x.conflist': { name: 'foo', plugins: [{ type: 'listed' }] },
      }),
      types: ['listed'],
    },
    {
      title: 'a single configuration',
      confDir: folder({ '10-x.conf': { name: 'foo', type: 'single' } }),
      types: ['single'],
    },
    {
      title: 'a .json file (CNI-46)',
      confDir: folder({ '10-x.json': { name: 'foo', type: 'single' } }),
      types: ['single'],
    },
    {
      title: 'a file beside an invalid one (NPWG-11)',
      confDir: folder({ '00-bad.conf': '{', '10-x.conf': { name: 'foo', type: 'single' } }),
      types: ['single'],
    },
  ])('uses $title', ({ confDir, types }) => {
    expect(found(confDir)).toEqual(types);
  });

  it('NPWG-11: warns of an invalid file once', () => {
    const confDir = folder({ '00-bad.conf': '{', '10-x.conf': { name: 'foo', type: 'single' } });
    expect(planFor({ networks: 'foo,foo', nads, more: { confDir } }).warnings).toEqual([
      expect.stringMatching(/^\/net.d\/00-bad.conf is skipped: /),
    ]);
  });

  it('NPWG-09: is not one with spec.config, which overrides any file', () => {
    const more = { confDir: folder({ '10-x.conf': { name: 'foo', type: 'file' } }) };
    expect(additionalStdins({ networks: 'foo', nads: { 'shop/foo': { type: 'spec' } }, more })).toMatchObject([
      { type: 'spec' },
    ]);
  });

  it('NPWG-10: is rejected if no file has its name', () => {
    expect(() => found(folder({ '10.conf': { name: 'bar', type: 'x' } }))).toThrow(
      failure('PLX-NETWORK-FILE-MISSING', /named "foo" in \/etc\/cni\/multus\/net.d \(present: bar\)/),
    );
  });

  it('is reported with the pod if it does not exist', () => {
    expect(() => planFor({ networks: 'nope' })).toThrow(
      failure('PLX-NAD-NOT-FOUND', /pod shop\/db-0 requests NetworkAttachmentDefinition shop\/nope/),
    );
  });
});

describe('the auxiliary chain of Multus', () => {
  const config = { clusterNetwork: '/net.d/10.conf', auxiliaryCNIChainName: 'chain' };
  const main: ConfPath = { kind: 'file', file: file('/net.d/10.conf', { name: 'main', type: 'x' }), siblings: [] };
  const planned = (chain: ConfPath | undefined) =>
    planFor({
      config,
      networks: 'a',
      more: {
        paths: new Map([['/net.d/10.conf', main], ...(chain === undefined ? [] : [['/net.d/chain', chain] as const])]),
      },
    });

  it('runs last, with an empty prevResult in the version of the call', () => {
    const { attachments } = planned(
      folder({
        '1.conf': { type: 'one' },
        '2.conf': { type: 'two' },
        '3.conflist': { name: 'no', plugins: [{ type: 'no' }] },
      }),
    );
    const last = attachments.at(-1);
    expect(last).toMatchObject({
      interfaceName: 'net2',
      network: 'chain',
      initialResult: { cniVersion: '1.0.0' },
      configuration: { name: 'chain', cniVersion: '1.0.0' },
    });
    expect(last?.configuration.plugins.map(({ type }) => type)).toEqual(['one', 'two']);
  });

  it.each([
    { title: 'no folder', chain: { kind: 'missing', problem: 'ENOENT' } as const, warnings: [] },
    { title: 'a folder that was not read', chain: undefined, warnings: [] },
    { title: 'empty', chain: folder({}), warnings: [] },
    {
      title: 'a folder with only invalid files',
      chain: folder({ '1.conf': '{' }),
      warnings: [expect.stringMatching(/1.conf is skipped/)],
    },
  ])('is absent for $title', ({ chain, warnings }) => {
    const plan = planned(chain);
    expect(listOf(plan)).toEqual(['eth0 main', 'net1 shop/a']);
    expect(plan.warnings).toEqual(warnings);
  });
});
