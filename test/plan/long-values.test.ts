import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/cni/index.ts';
import { problemOf } from '../../src/errors/index.ts';
import { allowedCniArgsKey, parseNad } from '../../src/npwg/index.ts';
import { type PlanInputs, makePlan } from '../../src/plan/index.ts';
import { type Situation, inputsFor } from './planned.ts';

// a pod's author can write 256 KiB of annotations; a network's author 64 KiB of spec.config and 256 KiB of annotations
const long = 'x'.repeat(250_000);
const config = 'x'.repeat(60_000);
const many = Array.from({ length: 1500 }, (_, index) => ({ type: `plugin-with-a-long-name-${index}` }));
const longest = 8 * 1024;

/** Returns every message for users about a plan. */
function sentences(inputs: PlanInputs): readonly string[] {
  try {
    const { warnings, notes } = makePlan(inputs);
    return [...warnings, ...notes].map(({ text }) => text);
  } catch (thrown) {
    return [problemOf(thrown)];
  }
}
const nads = (json: JsonObject): NonNullable<Situation['nads']> => ({ 'shop/n': { cniVersion: '1.0.0', ...json } });
const sriov = nads({ type: 'sriov', capabilities: { deviceID: true } });
const element = (fields: JsonObject): Situation['networks'] => [{ name: 'n', ...fields }];
const devices = (...ids: string[]): Partial<PlanInputs> => ({
  devices: { devices: ids.map((id) => ({ id, resource: 'intel.com/vf' })), warnings: [], served: [], requested: [] },
});
const lenient = { delegates: [{ type: 'bridge', name: 'cluster-net' }], missingDevice: 'ignore' };
const cases: readonly { readonly title: string; readonly situation: Situation }[] = [
  {
    title: 'a deviceID that reaches no plugin',
    situation: { networks: element({ deviceID: long }), nads: nads({ type: 'macvlan' }) },
  },
  {
    title: 'a deviceID that the pod was not given',
    situation: {
      networks: element({ deviceID: long }),
      nads: sriov,
      resources: { 'shop/n': 'intel.com/vf' },
      more: devices('0000:02:00.3'),
    },
  },
  {
    title: 'a resource that no device plugin serves',
    situation: { networks: 'n', nads: sriov, resources: { 'shop/n': long }, more: devices() },
  },
  {
    title: 'a resource while devices were not queried',
    situation: { networks: 'n', nads: sriov, resources: { 'shop/n': long } },
  },
  {
    title: 'a resource that the pod does not request',
    situation: {
      networks: 'n',
      nads: sriov,
      resources: { 'shop/n': long },
      more: { devices: { devices: [], warnings: [], requested: [] } },
    },
  },
  {
    title: 'a claim that the pod does not have',
    situation: { networks: 'n', nads: sriov, claims: { 'shop/n': long }, more: devices() },
  },
  {
    title: 'a claim that the pod does not have, with missingDevice: ignore',
    situation: { networks: 'n', nads: sriov, claims: { 'shop/n': long }, more: devices(), config: lenient },
  },
  {
    title: 'an unknown plugin',
    situation: { networks: element({ mac: '02:00:00:00:00:01' }), nads: nads({ type: config }) },
  },
  {
    title: 'many unknown plugins',
    situation: { networks: element({ bandwidth: { ingressRate: 1 } }), nads: nads({ plugins: many }) },
  },
  {
    title: 'a capability under a wrong key',
    situation: {
      networks: element({ portMappings: [{ hostPort: 1, containerPort: 1 }] }),
      nads: nads({ type: 'portmap', [config]: { capability: { portMappings: true } } }),
    },
  },
  {
    title: 'a capability with a wrong value',
    situation: {
      networks: element({ portMappings: [{ hostPort: 1, containerPort: 1 }] }),
      nads: nads({ type: 'portmap', capabilities: ['portMappings', config] }),
    },
  },
  {
    title: 'a meta-plugin in cni-args',
    situation: { networks: element({ 'cni-args': { type: `plexus${long}` } }), nads: nads({ type: 'macvlan' }) },
  },
  {
    title: 'a meta-plugin in a network',
    situation: { networks: 'n', nads: nads({ type: `plexus${config}` }) },
  },
  {
    title: 'args that are not an object, in a network with a long name',
    situation: { networks: element({ 'cni-args': { a: 1 } }), nads: nads({ type: 'bridge', name: config, args: 1 }) },
  },
  { title: 'an interface name after a name with a dot', situation: { networks: `a.b@${long}` } },
  {
    title: 'an invalid annotation that is ignored',
    situation: { networks: `a.b@${long}`, config: { ...lenient, invalidAnnotation: 'ignore' } },
  },
  { title: 'an annotation that is not JSON', situation: { networks: `[{"name": "${long}` } },
  { title: 'an unknown key', situation: { networks: element({ [long]: 1 }), nads: nads({ type: 'macvlan' }) } },
];

describe('a message about a long value in a pod or a network', () => {
  it.each(cases)('is short for $title', ({ situation }) => {
    const found = sentences(inputsFor(situation));
    expect(found).not.toEqual([]);
    expect(found.filter((each) => each.length > longest).map((each) => each.length)).toEqual([]);
  });

  it('is short for the keys of cni-args that a network allows', () => {
    const metadata = {
      name: 'n',
      namespace: 'shop',
      annotations: { [allowedCniArgsKey]: `${long},${'k,'.repeat(9)}z` },
    };
    const nad = parseNad({ metadata, spec: { config: '{"type":"macvlan"}' } });
    const inputs = inputsFor({ networks: element({ 'cni-args': { other: 1 } }) });
    const [text = ''] = sentences({ ...inputs, nads: new Map([['shop/n', nad]]) });
    expect(text).toContain('may not use the key "other"');
    expect(text.length).toBeLessThan(longest);
  });

  it('is shortened alone: the device ID itself is passed on complete', () => {
    const inputs = inputsFor({ networks: element({ deviceID: long }), nads: sriov });
    expect(makePlan(inputs).attachments[1]?.runtimeConfig).toEqual({ deviceID: long });
  });
});
