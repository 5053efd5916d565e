import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type JsonObject,
  type NetworkConfiguration,
  formatJson,
  gcInput,
  parseConfiguration,
  parseJsonObject,
  pluginInput,
  statusInput,
  wantsSiblingPlugins,
} from '../../src/cni/index.ts';

const parse = (json: JsonObject, more: object = {}): NetworkConfiguration =>
  parseConfiguration(json, { source: 'test', ...more });
const invalid = (id = 'PLX-CONFIGURATION-INVALID', code = 7): unknown => expect.objectContaining({ id, code });

const rows = readFileSync(join(import.meta.dirname, '../golden/libcni-1.3.0-runtime-api.txt'), 'utf8')
  .split('\n')
  .map((line) => /^CONF (.*) => (?:ver (\S*) dc (\S+) np (\d+)|ERR (.*))$/.exec(line))
  .filter((match) => match !== null)
  .map(([, json = '', version, disableCheck, plugins, error]) => ({ json, version, disableCheck, plugins, error }));

// Intended differences: libcni accepts these, and a plugin fails later.
const refused: Readonly<Record<string, string>> = {
  '{"name":"n","cniVersions":["9.9.9"],"plugins":[{"type":"a"}]}': 'no version that is spoken',
  '{"name":"n","cniVersion":"9.9.9","plugins":[{"type":"a"}]}': 'no version that is spoken',
  '{"name":"n"}': 'nothing to run',
  '{"name":"bad/name","plugins":[{"type":"a"}]}': 'CNI-17',
};

describe('CNI-41 to CNI-44: configurations are accepted and rejected as in libcni 1.3.0', () => {
  it('reads the golden file', () => {
    expect(rows.length).toBeGreaterThan(10);
  });
  it.each(rows)('$json', ({ json, version, disableCheck, plugins, error }) => {
    const read = () => parse(parseJsonObject(json, 'golden'));
    if (error !== undefined || json in refused) return expect(read).toThrow();
    const { cniVersion, ...rest } = read();
    // Without a version: 0.4.0 for every command (NPWG-16).
    expect([cniVersion, String(rest.disableCheck), String(rest.plugins.length)]).toEqual([
      version === '' ? '0.4.0' : version,
      disableCheck,
      plugins,
    ]);
  });
});

describe('a network configuration', () => {
  it('CNI-46: parses a single configuration as a list of one', () => {
    expect(
      parse({ name: 'n', type: 'bridge', cniVersion: '1.0.0', capabilities: { ips: true, mac: false } }),
    ).toMatchObject({
      name: 'n',
      plugins: [{ type: 'bridge', capabilities: ['ips'] }],
    });
  });
  it('CNI-45: appends plugins of the sibling folder unless the list declares that it is complete', () => {
    const siblingPlugins = [{ type: 'b' }, { type: 'c' }];
    const types = (json: JsonObject): string[] => parse(json, { siblingPlugins }).plugins.map(({ type }) => type);
    expect(types({ name: 'n', plugins: [{ type: 'a' }] })).toEqual(['a', 'b', 'c']);
    expect(types({ name: 'n' })).toEqual(['b', 'c']);
    expect(types({ name: 'n', loadOnlyInlinedPlugins: 'TRUE', plugins: [{ type: 'a' }] })).toEqual(['a']);
    expect(wantsSiblingPlugins({ name: 'n', type: 'conf' })).toBe(false);
  });
  it.each([
    { json: { name: 'n', plugins: [null] }, why: 'null plugin' },
    { json: { name: 'n', plugins: {} }, why: 'plugins is not a list' },
    { json: { name: 'n', type: '../sh' }, why: 'CNI-42: a path' },
    { json: { name: 'n', plugins: [{ type: 'a/b' }] }, why: 'CNI-42: a path' },
    { json: { name: 5, type: 'a' }, why: 'name is not a string' },
    { json: { type: 'a' }, why: 'CNI-43: no name' },
  ] as { json: JsonObject; why: string }[])('rejects a configuration: $why', ({ json }) => {
    expect(() => parse(json)).toThrow(invalid() as Error);
  });
  it('NPWG-12: gives a default name to a configuration without one', () => {
    expect(parse({ name: '', type: 'a' }, { defaultName: 'nad' }).name).toBe('nad');
    expect(parse({ name: 'own', type: 'a' }, { defaultName: 'nad' }).name).toBe('own');
  });
});

describe('the input of a plugin', () => {
  const text = `{"cniVersion":"1.0.0","name":"net","plugins":[{"type":"p","name":"own","cniVersion":"0.1.0","capabilities":{"ips":true,"mac":false},
    "runtimeConfig":{"forged":1},"prevResult":{"forged":1},"cni.dev/attachments":[],"args":{"cni":{"a":1}},"big":12345678901234567890,"exact":1.10}]}`;
  const configuration = parse(parseJsonObject(text, 'test'));
  const [plugin] = configuration.plugins;
  if (plugin === undefined) throw new Error('no plugin');
  const runtimeConfig = { ips: ['10.0.0.1/24'], mac: '02:00:00:00:00:01', dns: {} };

  it('CNI-42, CNI-48 to CNI-51: has list name and version and declared capabilities only, and keeps unknown keys and large numbers', () => {
    expect(formatJson(pluginInput({ configuration, plugin, runtimeConfig }))).toBe(
      '{"type":"p","name":"net","cniVersion":"1.0.0","args":{"cni":{"a":1}},"big":12345678901234567890,"exact":1.1,"runtimeConfig":{"ips":["10.0.0.1/24"]}}',
    );
  });
  it.each([
    'RuntimeConfig',
    'PREVRESULT',
    'prevRe\u017fult',
    'Capabilities',
    'CNI.dev/attachments',
    'NAME',
    'cniverſion',
  ])('CNI-51: drops %s, which plugins written in Go would read as the key that only a runtime sets', (key) => {
    const forged = parse({ cniVersion: '1.0.0', name: 'net', plugins: [{ type: 'p', [key]: { forged: 1 } }] });
    expect(forged.plugins.map((each) => pluginInput({ configuration: forged, plugin: each }))).toEqual([
      { type: 'p', name: 'net', cniVersion: '1.0.0' },
    ]);
  });
  it('CNI-49: has no runtimeConfig unless a declared capability is given a value', () => {
    expect(pluginInput({ configuration, plugin, runtimeConfig: { mac: 'x' } })).not.toHaveProperty('runtimeConfig');
  });
  it('CNI-53: has prevResult in the configuration’s version', () => {
    const prevResult = {
      cniVersion: '0.4.0',
      interfaces: [],
      ips: [{ address: '10.0.0.1/24', version: '4' }],
      routes: [],
      dns: {},
    } as const;
    expect(pluginInput({ configuration, plugin, prevResult })).toMatchObject({
      prevResult: { cniVersion: '1.0.0', ips: [{ address: '10.0.0.1/24' }] },
    });
  });
  it('CNI-54: has the GC list under both keys, and neither prevResult nor runtimeConfig for STATUS and GC', () => {
    const list = [{ containerID: 'c', ifname: 'net1' }];
    const gc = gcInput(configuration, plugin, [{ containerId: 'c', ifName: 'net1' }]);
    expect(gc).toMatchObject({ 'cni.dev/valid-attachments': list, 'cni.dev/attachments': list });
    for (const input of [gc, statusInput(configuration, plugin)])
      expect(Object.keys(input)).not.toEqual(expect.arrayContaining(['prevResult']));
    expect(statusInput(configuration, plugin)).not.toHaveProperty('runtimeConfig');
  });
});
