import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/cni/index.ts';
import { parseNad } from '../../src/npwg/index.ts';
import { makePlan, parseSettings } from '../../src/plan/index.ts';
import { clusterNet, inputsFor, listOf, planFor } from './planned.ts';

const config = (more: JsonObject): JsonObject => ({ delegates: [clusterNet], ...more });
const refusal = (id: string, message: string | RegExp) =>
  expect.objectContaining({ id, message: typeof message === 'string' ? message : expect.stringMatching(message) });

describe('allowedCniArgs', () => {
  /** Plans a pod that requests cni-args on a network whose NAD has that annotation. */
  const plan = (
    cniArgs: JsonValue,
    { setting, annotation }: { readonly setting?: readonly string[]; readonly annotation?: string } = {},
  ) => {
    const networks = [{ name: 'a', 'cni-args': cniArgs }];
    const inputs = inputsFor({
      config: config({ ...(setting !== undefined && { allowedCniArgs: setting }) }),
      networks,
    });
    const annotations = annotation === undefined ? {} : { 'plexus-cni.io/allowed-cni-args': annotation };
    const nad = parseNad({
      metadata: { namespace: 'shop', name: 'a', annotations },
      spec: { config: '{"cniVersion":"1.0.0","type":"bridge"}' },
    });
    return makePlan({ ...inputs, nads: new Map([['shop/a', nad]]) });
  };

  it.each([
    { title: 'all keys by default', cniArgs: { ips: ['10.0.0.1'] } },
    { title: 'the keys in the setting', cniArgs: { mac: 'x' }, setting: ['mac', 'ips'] },
    {
      title: "the keys in the NAD's annotation, which replaces the setting",
      cniArgs: { ips: [] },
      setting: ['mac'],
      annotation: ' ips , mac ',
    },
    { title: "all keys if the NAD's annotation is *", cniArgs: { ips: [] }, setting: [], annotation: '*' },
    { title: 'no keys', cniArgs: {}, setting: [] },
  ])('allows $title', ({ cniArgs, ...allowed }) => {
    expect(plan(cniArgs, allowed).attachments[1]?.configuration.plugins[0]?.json['args']).toEqual({ cni: cniArgs });
  });

  it.each([
    { title: 'a key that is not in the setting', setting: ['mac'], key: 'ips', by: 'allowedCniArgs allows mac' },
    { title: 'every key if the list is empty', setting: [], key: 'ips', by: 'allowedCniArgs allows none' },
    {
      title: "a key that is not in the NAD's annotation",
      setting: ['ips'],
      annotation: 'mac',
      key: 'ips',
      by: 'its annotation plexus-cni.io/allowed-cni-args allows mac',
    },
    {
      title: 'every key if the annotation is empty',
      annotation: '',
      key: 'ips',
      by: 'its annotation plexus-cni.io/allowed-cni-args allows none',
    },
    {
      title: 'another spelling, which a Go plugin would accept',
      setting: ['ips'],
      key: 'IPs',
      by: 'allowedCniArgs allows ips',
    },
    { title: 'a key named __proto__', setting: ['ips'], key: '__proto__', by: 'allowedCniArgs allows ips' },
  ])('rejects $title and names the key', ({ key, by, ...allowed }) => {
    const cniArgs = JSON.parse(`{${JSON.stringify(key)}:["10.0.0.1"]}`) as JsonObject;
    expect(() => plan(cniArgs, allowed)).toThrow(
      refusal(
        'PLX-CNI-ARGS-REFUSED',
        `pod shop/db-0 may not use the key "${key}" of cni-args on network shop/a: ${by}`,
      ),
    );
  });

  it('rejects keys whatever invalidAnnotation is, also on the default network', () => {
    const refused = config({ allowedCniArgs: [], invalidAnnotation: 'ignore' });
    expect(() => planFor({ config: refused, networks: [{ name: 'a', 'cni-args': { x: 1 } }] })).toThrow(
      refusal('PLX-CNI-ARGS-REFUSED', /shop\/a/),
    );
    const nads = { 'kube-system/other': { cniVersion: '1.0.0', type: 'bridge' } };
    expect(() => planFor({ config: refused, defaultNetwork: [{ name: 'other', 'cni-args': { x: 1 } }], nads })).toThrow(
      refusal('PLX-CNI-ARGS-REFUSED', /kube-system\/other/),
    );
  });
});

describe('allowDefaultNetworkAnnotation', () => {
  const nads = { 'kube-system/other': { cniVersion: '1.0.0', type: 'bridge' } };
  const plan = (allowed: JsonValue, defaultNetwork: string | undefined = 'other') =>
    planFor({
      config: config({ allowDefaultNetworkAnnotation: allowed, invalidAnnotation: 'ignore' }),
      defaultNetwork,
      nads,
    });

  it.each([[true], [['shop']], [['lab', 'shop']]])('lets a pod replace its default network with %j', (allowed) => {
    expect(listOf(plan(allowed))).toEqual(['eth0 kube-system/other']);
  });
  it.each([
    [false, 'pod shop/db-0 may not replace the default network: allowDefaultNetworkAnnotation forbids it'],
    [[], 'pod shop/db-0 may not replace the default network: allowDefaultNetworkAnnotation forbids it'],
    [
      ['lab', 'shop-2'],
      'pod shop/db-0 may not replace the default network: allowDefaultNetworkAnnotation allows it only in lab, shop-2',
    ],
  ])('rejects the annotation with %j, whatever invalidAnnotation and the annotation are', (allowed, message) => {
    expect(() => plan(allowed)).toThrow(refusal('PLX-DEFAULT-NETWORK-REFUSED', message));
    expect(() => plan(allowed, '[{"name":')).toThrow(refusal('PLX-DEFAULT-NETWORK-REFUSED', message));
  });
  it('does not affect pods that keep their default network', () => {
    expect(listOf(planFor({ config: config({ allowDefaultNetworkAnnotation: false }), networks: 'a' }))).toEqual([
      'eth0 cluster-net',
      'net1 shop/a',
    ]);
  });
});

describe('maxNetworksPerPod', () => {
  const networks = (count: number): string => Array.from({ length: count }, () => 'a').join(',');
  it('defaults to 32', () => {
    expect(planFor({ networks: networks(32) }).attachments).toHaveLength(33);
    expect(() => planFor({ networks: networks(33) })).toThrow(
      refusal('PLX-NETWORKS-TOO-MANY', /names 33 networks, but maxNetworksPerPod allows 32$/),
    );
    expect(planFor({ config: config({ maxNetworksPerPod: 40 }), networks: networks(40) }).attachments).toHaveLength(41);
  });
  it('makes a longer annotation invalid, so invalidAnnotation: ignore drops it', () => {
    const plan = planFor({ config: config({ maxNetworksPerPod: 1, invalidAnnotation: 'ignore' }), networks: 'a,b' });
    expect(listOf(plan)).toEqual(['eth0 cluster-net']);
    expect(plan.warnings).toEqual([expect.stringContaining('names 2 networks, but maxNetworksPerPod allows 1')]);
  });
  it.each([0, 1001, 1.5])('cannot be %s', (value) => {
    expect(() => parseSettings(config({ maxNetworksPerPod: value }))).toThrow(
      refusal('PLX-SETTINGS-INVALID', /maxNetworksPerPod/),
    );
  });
  it('parses a network once even if a pod names it many times', () => {
    const plan = planFor({ networks: networks(32) });
    expect(new Set(plan.attachments.slice(1).map(({ configuration }) => configuration)).size).toBe(1);
  });
});
