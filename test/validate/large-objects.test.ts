import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import type { Finding } from '../../src/validate/index.ts';
import type { Judged } from '../support/judge-child.ts';

// The webhook judges objects of any author in one thread, in a container with 250 Mi, and keeps the findings of all
// networks. What one object costs must not grow with the product of two lists that its author writes.

const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const nad = (name: string, plugin: object, annotations = {}) => ({
  apiVersion: 'k8s.cni.cncf.io/v1',
  kind: 'NetworkAttachmentDefinition',
  metadata: { name, namespace: 'shop', annotations },
  spec: { config: JSON.stringify({ cniVersion: '1.0.0', name, ...plugin }) },
});
const pod = (networks: readonly object[], limits: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'shop', annotations: { 'k8s.v1.cni.cncf.io/networks': JSON.stringify(networks) } },
  spec: { containers: [{ name: 'c', resources: { limits } }] },
});
const ranges = (count: number): object =>
  many(count, (index) => ({ subnet: `10.${index >> 6}.${(index & 63) * 4}.0/30` }));
const hostLocal = (ipam: object): object => ({
  type: 'macvlan',
  master: 'eth0',
  capabilities: { ips: true },
  ipam: { type: 'host-local', ...ipam },
});

/** Judges in a thread that ends at 96 MiB of objects. */
async function judged(objects: Judged): Promise<readonly Finding[]> {
  const worker = new Worker(join(import.meta.dirname, '../support/judge-child.ts'), {
    workerData: objects,
    resourceLimits: { maxOldGenerationSizeMb: 96 },
  });
  const [findings] = (await once(worker, 'message')) as [readonly Finding[]];
  await worker.terminate();
  return findings;
}
const lengthOf = (findings: readonly Finding[]): number => JSON.stringify(findings).length;

it('names few of the ranges of a network in each finding about a gateway outside of them', async () => {
  const routes = many(1000, () => ({ dst: '0.0.0.0/0', gw: '11.0.0.1' }));
  const findings = await judged({ nads: [nad('n', hostLocal({ ranges: [ranges(1000)], routes }))], pods: [] });
  expect(findings).toHaveLength(100);
  expect(findings[0]?.text).toMatch(/^gateway 11\.0\.0\.1 is not in 10\.0\.0\.0\/30, .+ and 990 more$/);
  expect(findings[99]?.text).toMatch(/ \(900 more findings of this rule are not listed\)$/);
  expect(lengthOf(findings)).toBeLessThan(100_000);
});

it('names few of the ranges of a network in each finding about an address that a pod requests', async () => {
  const networks = many(32, () => ({ name: 'n', ips: many(30, () => '11.0.0.1/24') }));
  const findings = await judged({ nads: [nad('n', hostLocal({ ranges: [ranges(2000)] }))], pods: [pod(networks)] });
  expect(findings).toHaveLength(100);
  expect(findings[0]?.text).toMatch(/ is in no range of shop\/n \(10\.0\.0\.0\/30, .+ and 1990 more\)$/);
  expect(lengthOf(findings)).toBeLessThan(100_000);
});

it.each([
  ['of which each is invalid', 1, 'PLX-CONFIGURATION-INVALID'],
  ['that are unknown', { type: 'x' }, 'PLX-V-PLUGIN-UNKNOWN'],
])('checks only the first hundred of a list of plugins %s, and warns about the others', async (_, plugin, rule) => {
  const findings = await judged({ nads: [nad('n', { plugins: many(5000, () => plugin) })], pods: [] });
  expect(findings.filter((each) => each.rule === rule && each.path.includes('plugins'))).toHaveLength(100);
  expect(findings).toContainEqual(
    expect.objectContaining({
      severity: 'warning',
      path: ['spec', 'config', 'plugins'],
      text: 'the list has 5000 plugins: only the first 100 are checked',
    }),
  );
});

it('keeps an error that follows thousands of warnings', async () => {
  const plugins = [{ type: 'ptp', ipam: { type: 'x' } }, ...many(90, () => ({ type: 'x' })), { type: 'multus' }];
  const dns = { nameservers: many(3000, () => 'x') };
  const findings = await judged({
    nads: [nad('n', { plugins: [{ ...plugins[0], dns }, ...plugins.slice(1)] })],
    pods: [],
  });
  expect(findings.map(({ rule }) => rule)).toContain('PLX-NESTED-CALL');
  expect(findings.length).toBeLessThan(310);
});

it('plans only with the resources of the networks when a pod requests tens of thousands of others', async () => {
  const limits = Object.fromEntries(many(60_000, (index) => [`example.com/r${index}`, '1000000000']));
  const annotations = { 'k8s.v1.cni.cncf.io/resourceName': 'example.com/nic' };
  const nads = [nad('n', { type: 'macvlan', master: 'eth0' }, annotations)];
  const missing = await judged({ nads, pods: [pod([{ name: 'n' }], limits)] });
  expect(missing.map(({ rule }) => rule)).toContain('PLX-RESOURCE-NOT-REQUESTED');
  const found = await judged({ nads, pods: [pod([{ name: 'n' }], { ...limits, 'example.com/nic': '1' })] });
  expect(found.map(({ rule }) => rule)).not.toContain('PLX-RESOURCE-NOT-REQUESTED');
});
