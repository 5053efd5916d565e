import { describe, expect, it } from 'vitest';
import { apiUnavailable } from '../../src/errors/index.ts';
import { parseSelections } from '../../src/npwg/index.ts';
import {
  type PlugPlan,
  type PlugInputs,
  type SandboxRecord,
  annotationDifference,
  makePlan,
  newRecord,
  planPlugs,
} from '../../src/plan/index.ts';
import { type Situation, able, clusterNet, inputsFor } from './planned.ts';

const nads = { 'shop/a': able, 'shop/b': able, 'shop/vf': able };
const resources = { 'shop/vf': 'vendor.example/vf' };
const devices = (...ids: readonly string[]) => ({
  devices: { devices: ids.map((id) => ({ id, resource: 'vendor.example/vf' })), warnings: [] },
});

/** Plans the change of a live pod from one annotation to another. */
function plan(before: string, now: string, more: Partial<PlugInputs> = {}, situation: Situation = {}): PlugPlan {
  const all: Situation = { nads, resources, ...situation };
  const { links: _now, ...atStart } = more;
  const start = inputsFor({ ...all, networks: before, more: atStart });
  const record = newRecord(makePlan(start), start.call, start.pod, '2026-01-01T00:00:00Z');
  const attachments = record.attachments.map(
    ({ attachment }) => ({ state: 'attached', attachment, result: {} }) as const,
  );
  const live: SandboxRecord = { ...record, complete: true, attachments };
  const { selections } = parseSelections(now, 'shop');
  const inputs = inputsFor({ ...all, networks: now, more });
  const { pod = { namespace: 'shop', name: 'db-0', annotations: {} } } = inputs;
  const difference = annotationDifference(selections, live);
  return planPlugs(difference, live, { ...inputs, pod, unusable: new Map(), deviceProblems: new Map(), ...more });
}
const inWords = ({ planned, refused }: PlugPlan): readonly string[] => [
  ...planned.map(({ attachment }) => `${attachment.interfaceName} ${attachment.network}`),
  ...refused.map(({ plug, error }) => `${plug.selection.nad.name}: ${error.id}`),
];

describe('planning the networks that a running pod gains', () => {
  it('names an unnamed network by its position, and takes the next number if that name is taken', () => {
    expect(inWords(plan('a', 'a,b'))).toEqual(['net2 shop/b']);
    expect(inWords(plan('a@net2', 'a@net2,b'))).toEqual(['net3 shop/b']);
    expect(inWords(plan('a', 'a,b', { links: ['lo', 'eth0', 'net1', 'net2'] }))).toEqual(['net3 shop/b']);
    expect(inWords(plan('a', 'a,b,b@net2'))).toEqual(['net3 shop/b', 'net2 shop/b']);
  });
  it('refuses a name that a link, another attachment or another element has, and keeps the others', () => {
    const links = ['lo', 'eth0', 'net1', 'tap0'];
    expect(inWords(plan('a', 'a,b@tap0,b@eth0,b@lo,b@y,a@y', { links }))).toEqual([
      'y shop/b',
      'b: PLX-INTERFACE-TAKEN',
      'b: PLX-INTERFACE-TAKEN',
      'b: PLX-INTERFACE-TAKEN',
      'a: PLX-INTERFACE-TAKEN',
    ]);
  });
  it('plans the same input for the plugins as an ADD', () => {
    const networks =
      '[{"name":"a"},{"name":"b","ips":["10.0.0.5/24"],"mac":"02:00:00:00:00:05","bandwidth":{"ingressRate":1}}]';
    const [, , expected] = makePlan(inputsFor({ nads, networks })).attachments;
    expect(plan('a', networks).planned.map(({ attachment }) => attachment)).toEqual([expected]);
  });
  it('refuses only the network whose NAD is absent or cannot be read now', () => {
    const unusable = new Map([['shop/b', apiUnavailable({ request: 'get', problem: 'down' })]]);
    expect(inWords(plan('a', 'b,absent,a@x', { unusable }))).toEqual([
      'x shop/a',
      'b: PLX-API-UNAVAILABLE',
      'absent: PLX-NAD-NOT-FOUND',
    ]);
  });
  it('checks namespace isolation', () => {
    const config = { delegates: [clusterNet], namespaceIsolation: true };
    expect(inWords(plan('a', 'a,kube-system/x', {}, { config }))).toEqual(['x: PLX-NAMESPACE-REFUSED']);
  });
  it('replaces an attachment whose element names another device, and keeps it if the pod has none', () => {
    const of = (resourceName: string): string => JSON.stringify([{ name: 'b', interface: 'x', resourceName }]);
    const other = { id: '9', resource: 'other.example/vf' };
    const both = { devices: { devices: [...devices('1').devices.devices, other], warnings: [] } };
    const [swap] = plan(of('vendor.example/vf'), of('other.example/vf'), both).planned;
    expect(swap?.attachment).toMatchObject({ interfaceName: 'x', device: { id: '9' } });
    expect(swap?.plug.replaces?.attachment.device).toMatchObject({ id: '1' });
    expect(inWords(plan(of('vendor.example/vf'), of('other.example/vf'), devices('1')))).toEqual([
      'b: PLX-SPARE-DEVICE-MISSING',
    ]);
  });
  it('refuses only the networks whose devices cannot be determined', () => {
    const claim = JSON.stringify([{ name: 'a' }, { name: 'b', resourceClaim: 'nics' }, { name: 'vf' }]);
    const deviceProblems = new Map([['claim nics', apiUnavailable({ request: 'get', problem: 'down' })]]);
    expect(inWords(plan('a', claim, { ...devices('1'), deviceProblems }))).toEqual([
      'net3 shop/vf',
      'b: PLX-API-UNAVAILABLE',
    ]);
  });
  it('uses a device that the pod has left, and refuses a network if there is none', () => {
    expect(plan('vf', 'vf,vf', devices('1', '2')).planned[0]?.attachment.device).toMatchObject({ id: '2' });
    expect(inWords(plan('vf', 'vf,vf', devices('1')))).toEqual(['vf: PLX-SPARE-DEVICE-MISSING']);
    const config = { delegates: [clusterNet], missingDevice: 'ignore' };
    expect(inWords(plan('a', 'a,vf', devices(), { config }))).toEqual(['vf: PLX-SPARE-DEVICE-MISSING']);
  });
  it('a network can have the device of one that is detached or that it replaces', () => {
    expect(plan('vf@x', 'vf@y', devices('1')).planned[0]?.attachment.device).toMatchObject({ id: '1' });
    const changed = plan('vf@x', '[{"name":"vf","interface":"x","mac":"02:00:00:00:00:05"}]', devices('1'));
    expect(changed.planned[0]?.attachment.device).toMatchObject({ id: '1' });
  });
  it('decides default routes beside the networks that stay', () => {
    const owner = '[{"name":"a","default-route":["10.0.0.1"]}]';
    const both = '[{"name":"a","default-route":["10.0.0.1"]},{"name":"b"}]';
    expect(plan(owner, both).planned[0]?.attachment.defaultRoute).toMatchObject({ v4: { kind: 'removed' } });
    expect(
      plan('b', '[{"name":"b"},{"name":"a","default-route":["10.0.0.1"]}]').planned[0]?.attachment.defaultRoute,
    ).toEqual({
      v4: { kind: 'gateways', gateways: ['10.0.0.1'] },
      v6: { kind: 'unmanaged' },
    });
    expect(plan(owner, 'b').planned[0]?.attachment.defaultRoute).toMatchObject({ v4: { kind: 'unmanaged' } });
  });
});
