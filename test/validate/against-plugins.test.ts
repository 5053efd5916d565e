import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type PlacedFinding, readFiles, validate } from '../../src/validate/index.ts';
import { pluginsDir } from '../support/plugins-dir.ts';

// plexus validate reports an error exactly if the reference plugin on this machine rejects the configuration.
const folder = await pluginsDir();
const state = mkdtempSync(join(tmpdir(), 'plexus-leases-'));
afterAll(() => rmSync(state, { recursive: true, force: true }));
let runs = 0;

/** Runs a plugin in its own network namespace; returns its message, or undefined if it accepts the configuration. */
function refusalOf(plugin: string, config: object): string | undefined {
  const env = {
    CNI_COMMAND: 'ADD',
    CNI_CONTAINERID: 'c1',
    CNI_NETNS: '/nonexistent',
    CNI_IFNAME: 'net1',
    CNI_PATH: folder,
    PATH: process.env['PATH'] ?? '',
  };
  const { status, stdout } = spawnSync('unshare', ['-n', join(folder, plugin)], {
    input: JSON.stringify(config),
    env,
    encoding: 'utf8',
  });
  if (status === 0) return undefined;
  return (JSON.parse(stdout) as { readonly msg: string }).msg;
}

// In a NetworkAttachmentDefinition, because an installer may add missing keys to a file of the node.
const errorsIn = (config: object): readonly PlacedFinding[] => {
  const nad = {
    apiVersion: 'k8s.cni.cncf.io/v1',
    kind: 'NetworkAttachmentDefinition',
    metadata: { name: 'net' },
    spec: { config: JSON.stringify(config) },
  };
  return validate(readFiles([{ path: 'x.json', text: JSON.stringify(nad) }])).filter(
    ({ severity }) => severity === 'error',
  );
};

const withIpam = (ipam: object): object => ({
  cniVersion: '0.4.0',
  name: 'net',
  type: 'macvlan',
  master: 'eth1',
  ipam,
});

describe('plexus validate judges addresses like the plugin', () => {
  const part = fc.nat({ max: 3 });
  const address = fc.oneof(
    fc.tuple(part, part).map(([a, b]) => `10.0.${a}.${b * 60}`),
    fc.constantFrom('fd00::1', 'fd00::ff', 'fd00:1::1', '10.0.0.256', '10.0.0'),
  );
  const subnet = fc
    .tuple(address, fc.constantFrom('/24', '/22', '/31', '/30', '/64', '/126', '', '/33'))
    .map(([one, prefix]) => one + prefix);
  const optional = fc.option(address, { nil: undefined });
  const range = fc.record({ subnet, rangeStart: optional, rangeEnd: optional });

  it('host-local (property)', () => {
    fc.assert(
      fc.property(fc.array(fc.array(range, { minLength: 1, maxLength: 2 }), { maxLength: 2 }), (ranges) => {
        const ipam = { type: 'host-local', ranges, dataDir: join(state, String((runs += 1))) };
        const refused = refusalOf('host-local', withIpam(ipam));
        // An exhausted range is not an error in the configuration.
        const isWrong = refused !== undefined && !/no IP addresses available|failed to allocate/.test(refused);
        expect([
          refused,
          errorsIn(withIpam(ipam))
            .map(({ text }) => text)
            .slice(0, isWrong ? 0 : 9),
          errorsIn(withIpam(ipam)).length > 0,
        ]).toEqual([refused, [], isWrong]);
      }),
      { numRuns: 300 },
    );
  });

  it('static (property)', () => {
    const entry = fc.record({
      address: subnet,
      gateway: fc.option(fc.constantFrom('10.0.0.1', 'fd00::1', 'x', ''), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 3 }), (addresses) => {
        const config = withIpam({ type: 'static', addresses });
        const refused = refusalOf('static', config);
        expect([refused, errorsIn(config).length > 0]).toEqual([refused, refused !== undefined]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('plexus validate judges options like the plugin', () => {
  const inPlugins = new Set(readdirSync(folder));
  // With a valid configuration the plugins fail because the namespace or the link is missing.
  const isElsewhere =
    /nonexistent|Link not found|no default route interface|failed to lookup|operation not (supported|permitted)/;
  const value = fc.oneof(
    fc.integer({ min: -1, max: 5000 }),
    fc.boolean(),
    fc.constantFrom('bridge', 'l2', 'l3', 'vepa', 'eth1', 'x', '', '02:00:00:00:00:01'),
    fc.constant(null),
  );
  const keys: Readonly<Record<string, readonly string[]>> = {
    bridge: ['bridge', 'isGateway', 'vlan', 'mtu', 'hairpinMode', 'promiscMode', 'Vlan', 'forceaddress', 'ipMasq'],
    ptp: ['ipMasq', 'mtu'],
  };

  it.each(Object.keys(keys).filter((type) => inPlugins.has(type)))('%s', (type) => {
    const options = fc.dictionary(fc.constantFrom(...(keys[type] ?? [])), value, { maxKeys: 4 });
    fc.assert(
      fc.property(options, (given) => {
        fc.pre(!('vlan' in given && 'Vlan' in given)); // A warning here, an error in Go only if the first one has the wrong type.
        const config = {
          cniVersion: '0.4.0',
          name: 'net',
          type,
          ...given,
          ...(type === 'ptp' && { ipam: { type: 'static', addresses: [{ address: '10.0.0.2/24' }] } }),
        };
        const mistakes = errorsIn(config).filter(({ text }) => !text.includes('or more') || given['mtu'] !== -1);
        const refused = refusalOf(type, config);
        if (mistakes.length > 0 && refused !== undefined && isElsewhere.test(refused))
          expect(mistakes.map(({ text }) => text)).toEqual(['taken by the plugin']);
        if (mistakes.length === 0)
          expect(refused === undefined || isElsewhere.test(refused) ? 'taken' : refused).toBe('taken');
      }),
      { numRuns: 150 },
    );
  });

  interface Sample {
    readonly type?: string;
    readonly ipam?: { readonly type?: string; readonly ranges?: object; readonly subnet?: string };
  }
  const configsIn = (name: string): readonly Sample[] => {
    const documents = parseAllDocuments(readFileSync(join(import.meta.dirname, 'good', name), 'utf8'));
    const objects = Array.isArray(documents)
      ? documents.map(
          (each) => each.toJS() as { readonly kind?: string; readonly spec?: { readonly config?: string } } | null,
        )
      : [];
    const configs = objects.flatMap((each) =>
      each?.kind === 'NetworkAttachmentDefinition' ? (each.spec?.config ?? []) : [],
    );
    return configs.map((text) => JSON.parse(text) as Sample);
  };
  // The requests of pods are missing here, so host-local needs ranges of its own.
  const isJudged = ({ ipam }: Sample): boolean =>
    ipam?.type === 'static' || (ipam?.type === 'host-local' && (ipam.ranges ?? ipam.subnet) !== undefined);
  const samples = readdirSync(join(import.meta.dirname, 'good')).filter(
    (name) => name.endsWith('.yaml') && configsIn(name).some(isJudged),
  );

  it.each(samples)('in good/%s, which both accept', (name) => {
    for (const config of configsIn(name).filter(isJudged)) {
      const older = { ...config, cniVersion: '0.4.0', ipam: { ...config.ipam, dataDir: join(state, name) } };
      expect(refusalOf(config.ipam?.type ?? '', older)).toBe(undefined);
    }
  });
});
