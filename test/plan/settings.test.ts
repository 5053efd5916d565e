import { readFile } from 'node:fs/promises';
import { assert, json, jsonValue, object, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonObject, parseJson } from '../../src/cni/index.ts';
import { PlexusError } from '../../src/errors/index.ts';
import { type Settings, didYouMean, parseSettings } from '../../src/plan/index.ts';
import { clusterNet, failure, textsOf } from './planned.ts';

const base: JsonObject = { delegates: [clusterNet] };
const settingsOf = (more: JsonObject): Settings => parseSettings({ ...base, ...more }).settings;

interface Schema {
  readonly properties: Readonly<Record<string, Schema & { readonly default?: unknown; readonly description?: string }>>;
}
const schema = JSON.parse(
  await readFile(new URL('../../src/plan/settings.schema.json', import.meta.url), 'utf8'),
) as Schema;

describe('the default settings', () => {
  it('are these', () => {
    expect(parseSettings({ cniVersion: '1.0.0', name: 'plexus', type: 'plexus', ...base })).toMatchInlineSnapshot(`
      {
        "settings": {
          "allowDefaultNetworkAnnotation": true,
          "attachmentConcurrency": 1,
          "binDir": [
            "/opt/cni/bin",
          ],
          "claimStatus": false,
          "cniDir": "/var/lib/cni/plexus",
          "confDir": "/etc/cni/multus/net.d",
          "deadlines": {
            "addSeconds": 120,
            "checkSeconds": 30,
            "delSeconds": 40,
            "gcSeconds": 25,
            "pluginSeconds": 60,
            "readinessSeconds": 5,
            "statusSeconds": 2,
          },
          "defaultNetworks": [],
          "delegates": [
            {
              "capabilities": {
                "portMappings": true,
              },
              "cniVersion": "1.0.0",
              "name": "cluster-net",
              "type": "bridge",
            },
          ],
          "detachAttempts": 5,
          "detachSeconds": 120,
          "deviceInfoDir": "/var/run/k8s.cni.cncf.io/devinfo",
          "durability": "beside",
          "globalNamespaces": [
            "default",
          ],
          "invalidAnnotation": "fail",
          "kubeletDir": "/var/lib/kubelet",
          "logLevel": "warn",
          "logRotation": {
            "maxAgeDays": 5,
            "maxBackups": 5,
            "maxSizeMegabytes": 100,
          },
          "logToStderr": true,
          "maskedKeys": [],
          "maxNetworksPerPod": 32,
          "missingDevice": "fail",
          "multusNamespace": "kube-system",
          "multusStateDir": "/var/lib/cni/multus",
          "namespaceIsolation": false,
          "pluginPolicies": [],
          "requireUse": false,
          "staticPodUse": "allow",
          "statusAddresses": "bare",
          "statusBeforeAnswer": true,
          "statusNetworks": [],
          "systemNamespaces": [
            "kube-system",
          ],
          "unservedRequests": "refuse",
        },
        "warnings": [],
      }
    `);
  });

  it.each(Object.entries(schema.properties).filter(([key]) => key !== 'deadlines' && key !== 'delegates'))(
    'include %s as the schema describes it',
    (key, property) => {
      const { settings, warnings } = parseSettings({ ...base, [key]: null });
      expect(property.description).toMatch(/\.$/);
      expect(warnings).toEqual([]);
      if (property.default !== undefined)
        expect(parseSettings({ ...base, [key]: property.default as string }).settings).toEqual(settings);
    },
  );

  it.each(Object.entries(schema.properties['deadlines']?.properties ?? {}))('include deadlines.%s', (key, property) => {
    expect(property.description).toMatch(/\.$/);
    expect(settingsOf({}).deadlines).toHaveProperty(key, property.default);
  });
});

describe('settings in a configuration', () => {
  it.each([
    { config: { type: 'multus' }, key: 'logLevel', value: 'warn', why: 'a key whose type is not checked' },
    { config: { type: 'multus-shim' }, key: 'cniDir', value: '/var/lib/cni/plexus', why: 'another one' },
    { config: { BinDir: '/x', CONFDIR: '/y' }, key: 'binDir', value: ['/x'], why: 'keys in any case, as in Go' },
    { config: { binDir: '/x:/y: ' }, key: 'binDir', value: ['/x', '/y'], why: 'separated by colons' },
    { config: { binDir: ['/x', '/y'] }, key: 'binDir', value: ['/x', '/y'], why: 'a list' },
    { config: { binDir: '' }, key: 'binDir', value: ['/opt/cni/bin'], why: 'an empty value counts as absent' },
    { config: { confDir: null }, key: 'confDir', value: '/etc/cni/multus/net.d', why: 'null counts as absent' },
    {
      config: { globalNamespaces: ' foo,bar ,default' },
      key: 'globalNamespaces',
      value: ['foo', 'bar', 'default'],
      why: 'trimmed',
    },
    { config: { globalNamespaces: 'foo' }, key: 'globalNamespaces', value: ['foo'], why: 'replaces the default' },
    { config: { namespaceIsolation: true }, key: 'globalNamespaces', value: ['default'], why: 'default only' },
    { config: { logLevel: 'Verbose' }, key: 'logLevel', value: 'info', why: 'Multus: verbose, in any case' },
    {
      config: { logOptions: { maxSize: 1, maxBackups: 2, maxAge: 3, compress: true } },
      key: 'logRotation',
      value: { maxSizeMegabytes: 1, maxBackups: 2, maxAgeDays: 3 },
      why: 'Multus: the same keys',
    },
    {
      config: { logOptions: { maxSize: 0 } },
      key: 'logRotation',
      value: { maxSizeMegabytes: 100, maxBackups: 5, maxAgeDays: 5 },
      why: 'Multus: 0 means the default',
    },
    { config: { logLevel: 'panic' }, key: 'logLevel', value: 'silent', why: 'Multus: panic' },
    {
      config: { readinessindicatorfile: '/run/ready' },
      key: 'readinessIndicatorFile',
      value: '/run/ready',
      why: 'the key of Multus',
    },
    {
      config: { clusterNetwork: 'x', defaultNetworks: ['y'] },
      key: 'delegates',
      value: [],
      why: 'clusterNetwork overrides delegates',
    },
    { config: { defaultNetworks: ['y'] }, key: 'defaultNetworks', value: [], why: 'only with clusterNetwork' },
    {
      config: { clusterNetwork: '/net.d/', auxiliaryCNIChainName: 'chain' },
      key: 'auxiliaryCNIChainName',
      value: 'chain',
      why: 'with a path',
    },
  ] as const)('set $key to $value with $config ($why)', ({ config, key, value }) => {
    expect(settingsOf(config)[key]).toEqual(value);
  });

  it('keep the other deadlines if some are set', () => {
    expect(settingsOf({ deadlines: { addSeconds: 90 } }).deadlines).toEqual({
      ...settingsOf({}).deadlines,
      addSeconds: 90,
    });
  });
});

describe('invalid settings', () => {
  it.each([
    {
      config: {},
      says: 'configuration of Plexus, delegates: neither delegates nor clusterNetwork sets the default network',
    },
    {
      config: { delegates: [] },
      says: 'configuration of Plexus, delegates: neither delegates nor clusterNetwork sets the default network',
    },
    {
      config: { ...base, delegates: {} },
      says: 'configuration of Plexus, delegates: {} is not allowed: it must be array',
    },
    { config: { delegates: [1] }, says: 'configuration of Plexus, delegates.0: 1 is not allowed: it must be object' },
    {
      config: { ...base, binDir: 5 },
      says: 'configuration of Plexus, binDir: 5 is not allowed: it must be string or array',
    },
    {
      config: { ...base, binDir: [5] },
      says: 'configuration of Plexus, binDir.0: 5 is not allowed: it must be string',
    },
    {
      config: { ...base, namespaceIsolation: 'yes' },
      says: 'configuration of Plexus, namespaceIsolation: "yes" is not allowed: it must be boolean',
    },
    {
      config: { ...base, invalidAnnotation: 'warn' },
      says: 'configuration of Plexus, invalidAnnotation: "warn" is not allowed: it must be fail, ignore',
    },
    {
      config: { ...base, deadlines: { addSeconds: 0 } },
      says: 'configuration of Plexus, deadlines.addSeconds: 0 is not allowed: it must be > 0',
    },
    {
      config: { ...base, deadlines: { addSeconds: 9999 } },
      says: 'configuration of Plexus, deadlines.addSeconds: 9999 is not allowed: it must be <= 160',
    },
    {
      config: { ...base, deadlines: { addSecond: 5 } },
      says: 'configuration of Plexus, deadlines.addSecond: unknown key; did you mean "addSeconds"?',
    },
    { config: { ...base, deadlines: { y: 5 } }, says: 'configuration of Plexus, deadlines.y: unknown key' },
    {
      config: { ...base, auxiliaryCNIChainName: 'chain' },
      says: 'configuration of Plexus, auxiliaryCNIChainName: its folder is beside the file of clusterNetwork, but clusterNetwork is not a path',
    },
    {
      config: { clusterNetwork: '/x/y', auxiliaryCNIChainName: '../../etc' },
      says: 'configuration of Plexus, auxiliaryCNIChainName: "../../etc" is not allowed: it must match pattern "^([a-zA-Z0-9][a-zA-Z0-9_.-]*)?$"',
    },
  ])('are rejected with the message $says', ({ config, says }) => {
    expect(() => parseSettings(config)).toThrow(expect.objectContaining({ id: 'PLX-SETTINGS-INVALID', message: says }));
  });

  it('are quoted shortened, because a configuration may contain secrets', () => {
    expect(() => parseSettings({ ...base, logFile: [`token-${'x'.repeat(500)}`] })).toThrow(
      failure('PLX-SETTINGS-INVALID', /^.{1,160}$/),
    );
  });

  it.each([
    {
      key: 'clusterNetworks',
      says: 'configuration of Plexus: unknown key "clusterNetworks" is ignored; did you mean "clusterNetwork"?',
    },
    { key: 'logfile2', says: 'configuration of Plexus: unknown key "logfile2" is ignored; did you mean "logFile"?' },
    { key: 'somethingElse', says: 'configuration of Plexus: unknown key "somethingElse" is ignored' },
  ])('cause the warning $says', ({ key, says }) => {
    expect(textsOf(parseSettings({ ...base, [key]: 'x' }).warnings)).toEqual([says]);
  });

  it('do not include keys of other programs', () => {
    const others = {
      cniVersion: '1.0.0',
      capabilities: {},
      chrootDir: '/hostroot',
      'org.example/key': 1,
      prevResult: {},
      runtimeConfig: {},
    };
    expect(parseSettings({ ...base, ...others }).warnings).toEqual([]);
  });
});

describe('parsing any settings returns settings or throws a PlexusError', () => {
  const keys = Object.keys(schema.properties);
  const tolerant = (config: JsonObject): void => {
    try {
      parseSettings(config);
    } catch (error) {
      expect(error).toBeInstanceOf(PlexusError);
    }
  };

  it('for any object', () => {
    assert(property(object(), (config) => tolerant(config as JsonObject)));
  });

  it.each(keys)('for any value of %s', (key) => {
    assert(property(jsonValue(), (value) => tolerant({ ...base, [key]: value as string })));
    assert(property(json(), (text) => tolerant({ ...base, [key]: parseJson(text, 'test') })));
  });
});

describe('didYouMean', () => {
  it.each([
    { word: 'binDirs', meant: 'binDir' },
    { word: 'BINDIR', meant: 'binDir' },
    { word: 'bnidir', meant: 'binDir' },
    { word: 'x', meant: undefined },
    { word: '', meant: undefined },
    { word: 'kubeconfg', meant: 'kubeconfig' },
    { word: 'kbecnfig', meant: 'kubeconfig' },
    { word: 'kbcnfg', meant: undefined },
    { word: 'binkubeconfi', meant: 'kubeconfig' },
    { word: `binDir${' '.repeat(1_000_000)}`, meant: undefined },
  ])('finds $meant for a word of $word.length letters', ({ word, meant }) => {
    expect(didYouMean(word, ['binDir', 'kubeconfig'])).toBe(meant);
  });
});
