import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import type { JsonObject } from '../../src/cni/index.ts';
import { parseConfiguration } from '../../src/cni/index.ts';
import { parseSettings, policyViolations } from '../../src/plan/index.ts';

const text = await readFile(join(import.meta.dirname, '../../examples/node/plugin-policies.yaml'), 'utf8');
const { settings, warnings } = parseSettings({ clusterNetwork: 'x', ...(parse(text) as JsonObject) });
const problems = (config: JsonObject, labels: Record<string, string> = {}): number =>
  policyViolations(parseConfiguration(config, { source: 'it', defaultName: 'n' }), labels, settings.pluginPolicies)
    .length;
const local: JsonObject = { type: 'host-local', subnet: '10.1.0.0/24' };

it.each<[string, JsonObject, number]>([
  ['allows a bridge', { type: 'bridge', bridge: 'br-shop', ipam: local }, 0],
  [
    'allows macvlan on the shared link',
    { type: 'macvlan', master: 'eth1', ipam: { type: 'whereabouts', range: '10.1.0.0/24' } },
    0,
  ],
  ['refuses the bridge of the default network', { type: 'bridge', ipam: local }, 1],
  ['refuses to write files of the node', { type: 'bridge', bridge: 'br-a', ipam: { ...local, dataDir: '/etc' } }, 1],
  [
    'refuses to read files of the node',
    { type: 'bridge', bridge: 'br-a', ipam: { ...local, resolvConf: '/etc/shadow' } },
    1,
  ],
  [
    'refuses sysctls',
    {
      plugins: [
        { type: 'bridge', bridge: 'br-a' },
        { type: 'tuning', sysctl: { 'net.core.somaxconn': '1' } },
      ],
    },
    1,
  ],
  [
    'refuses sysctls where the plugin reads cni-args',
    {
      plugins: [
        { type: 'bridge', bridge: 'br-a' },
        { type: 'tuning', args: { cni: { sysctl: { 'net.core.somaxconn': '1' } } } },
      ],
    },
    1,
  ],
  ['refuses devices of the node', { type: 'host-device', device: 'eth0' }, 2],
  ['refuses another master', { type: 'ipvlan', master: 'eth0' }, 1],
])('the hardened profile %s', (_what, config, expected) => {
  expect(warnings).toEqual([]);
  expect(problems(config)).toBe(expected);
  expect(problems(config, { 'plexus-cni.io/plugins': 'all' })).toBe(0);
});
