import { describe, expect, it } from 'vitest';
import type { PodSummary, PodWarning } from '../../src/npwg/index.ts';
import type { RecordedOperation } from '../../src/report/index.ts';
import {
  type PodStatus,
  failureOfOperations,
  podIn,
  podsText,
  problemsText,
  topologyOf,
} from '../../src/view/index.ts';
import { aNadObject, aPodSummary, entry, eth0 } from '../support/pod-summary.ts';

const clock = Date.parse('2026-03-01T10:10:00Z');
const at = (minutes: number): string => new Date(Date.parse('2026-03-01T10:00:00Z') + minutes * 60_000).toISOString();
const pluginError =
  'PLX-PLUGIN-MISSING: CNI plugin "macvlan" is missing in /opt/cni/bin. Install the plugin on this node in one of these folders.';
const warning = (name: string, given: Partial<PodWarning> = {}): PodWarning => ({
  namespace: 'shop',
  name,
  reason: 'AttachmentFailed',
  message: pluginError,
  count: 7,
  firstAt: at(0),
  lastAt: at(9),
  ...given,
});
const pending = (given: Parameters<typeof aPodSummary>[1] = {}): PodSummary =>
  aPodSummary('p', { asks: 'storage', phase: 'Pending', uid: 'u1', ...given });
const of = (pods: readonly PodSummary[], warnings: readonly PodWarning[] = []) =>
  topologyOf({ pods, nads: [aNadObject('storage')], nadNamespaces: 'all', warnings });
const statusOf = (
  pod: PodSummary,
  warnings: readonly PodWarning[] = [],
  others: readonly PodSummary[] = [],
): PodStatus => podIn(of([pod, ...others], warnings), pod).status;

describe('the state of a pod', () => {
  const holder = aPodSummary('holder', { asks: 'storage', has: [entry('shop/storage', 'net1', ['10.30.0.2'])] });
  const wanting = pending({ asks: '[{"name":"storage","ips":["10.30.0.2/24"]}]' });
  it.each([
    { state: 'attached', pod: aPodSummary('p', { has: [eth0('10.0.0.1')] }) },
    { state: 'waiting', pod: pending() },
    { state: 'failing', pod: pending(), warnings: [warning('p')] },
    { state: 'failing', pod: pending({ asks: undefined as never }), warnings: [warning('p')] },
    {
      state: 'failing',
      pod: aPodSummary('p', { hasSandbox: false, has: [eth0('10.0.0.1')] }),
      warnings: [warning('p')],
    },
    { state: 'attached', pod: aPodSummary('p', { has: [eth0('10.0.0.1')] }), warnings: [warning('p')] },
    { state: 'waiting', pod: pending(), warnings: [warning('p', { uid: 'another pod of that name' })] },
    { state: 'waiting', pod: pending(), warnings: [warning('p', { reason: 'NetworkWarning' })] },
    { state: 'invalid annotation', pod: pending({ asks: 'a,,b' }), warnings: [warning('p')] },
    { state: 'missing network', pod: pending({ asks: 'none' }) },
    { state: 'address in use', pod: wanting, others: [holder] },
    { state: 'waiting', pod: wanting },
    { state: 'address in use', pod: { ...holder, name: 'p' }, others: [holder] },
    { state: 'not attached', pod: aPodSummary('p', { asks: 'storage' }) },
    { state: 'host network', pod: aPodSummary('p', { asks: 'storage', hostNetwork: true }) },
    { state: 'status unreadable', pod: aPodSummary('p', { has: '[{' }) },
    { state: 'deleting', pod: aPodSummary('p', { asks: 'storage', deleting: true }) },
    { state: 'ended', pod: aPodSummary('p', { asks: 'a,,b', phase: 'Failed' }), warnings: [warning('p')] },
    { state: 'no networks', pod: aPodSummary('p') },
  ])('is $state ($#)', ({ state, pod, warnings = [], others = [] }) => {
    expect(statusOf(pod, warnings, others).state).toBe(state);
  });

  it('contains the reason, its identifier and fix, since when, and how often', () => {
    expect(statusOf(pending(), [warning('p', { uid: 'u1' })])).toEqual({
      state: 'failing',
      id: 'PLX-PLUGIN-MISSING',
      why: 'pod shop/p on node n1 cannot start and is not attached to shop/storage: PLX-PLUGIN-MISSING: CNI plugin "macvlan" is missing in /opt/cni/bin',
      fix: 'Install the plugin on this node in one of these folders.',
      since: at(0),
      times: 7,
    });
  });

  it('takes the reason from kubelet if Plexus could not report it, and the newest of several', () => {
    const kubelet = warning('p', {
      reason: 'FailedCreatePodSandBox',
      message:
        'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "4f1c": plugin type="plexus" name="cluster-net" failed (add): PLX-DAEMON-AWAY: the plexus daemon cannot be reached at /run/plexus/plexus.sock (waited 2 s). Check that the plexus daemon pod of this node is running (kubectl get pods -A -o wide); the runtime retries automatically.; step ADD',
      count: 1,
      firstAt: at(3),
    });
    const { id, why, since, times } = statusOf(pending(), [
      warning('p', { lastAt: at(2) }),
      { ...kubelet, lastAt: at(4) },
      { ...kubelet, lastAt: at(5), count: 3 },
    ]);
    expect({ id, since, times }).toEqual({ id: 'PLX-DAEMON-AWAY', since: at(0), times: 7 });
    expect(why).toMatch(/\(waited 2 s\)$/);
    const foreign = warning('p', {
      reason: 'FailedCreatePodSandBox',
      message:
        'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "4f1c": plugin type="calico" failed (add): no route',
    });
    expect(statusOf(pending(), [foreign]).why).toBe(
      'pod shop/p on node n1 cannot start and is not attached to shop/storage: plugin type="calico" failed (add): no route',
    );
  });

  it('names the cause once: a missing network and an address in use replace the failure that they cause', () => {
    const nadMissing = warning('p', { reason: 'NoNetworkFound', message: 'PLX-NAD-NOT-FOUND: network shop/none' });
    const kinds = (pods: readonly PodSummary[], warnings: readonly PodWarning[]) =>
      of(pods, warnings).problems.map(({ kind }) => kind);
    expect(kinds([pending({ asks: 'none' })], [nadMissing])).toEqual(['network-missing']);
    expect(kinds([wanting, holder], [warning('p')])).toEqual(['address-in-use']);
    expect(kinds([pending({ asks: 'none' })], [warning('p')])).toEqual(['network-missing', 'attach-failing']);
  });

  it('is in the table of pods, and in a row of its own if no attachment is lacking', () => {
    const text = podsText(of([pending(), aPodSummary('q', { asks: 'a,,b' })], [warning('p')]).pods, undefined);
    expect(text).toMatch(/^shop\/p .* FAILING \(PLX-PLUGIN-MISSING\) +-$/m);
    expect(text).toMatch(/^shop\/q .* INVALID ANNOTATION \(PLX-SELECTION-INVALID\) +-$/m);
  });

  it('is in the list of problems, with age, count and fix', () => {
    expect(
      problemsText(of([pending()], [warning('p')]).problems, { msSince: (time) => clock - Date.parse(time) }),
    ).toBe(
      [
        'error  attach-failing, for 10m, 7 times',
        '  pod shop/p on node n1 cannot start and is not attached to shop/storage: PLX-PLUGIN-MISSING: CNI plugin "macvlan" is missing in /opt/cni/bin',
        '  fix: Install the plugin on this node in one of these folders.',
      ].join('\n'),
    );
  });
});

describe('the failure in the daemon’s recent operations', () => {
  const add = (outcome: RecordedOperation['outcome'], minute: number): RecordedOperation => ({
    command: 'ADD',
    sandbox: 's',
    startedAt: at(minute),
    outcome,
    background: false,
    ...(outcome === 'failure' && {
      error: { id: 'PLX-PLUGIN-TIMEOUT', code: 11, message: `slow at ${minute}`, details: '', fix: 'Wait.' },
    }),
    steps: [],
  });
  it('is that of the failed ADDs since the last successful one', () => {
    expect(failureOfOperations('shop/p', [])).toBeUndefined();
    expect(failureOfOperations('shop/p', [add('failure', 0), add('success', 1)])).toBeUndefined();
    const failure = failureOfOperations('shop/p', [
      add('failure', 0),
      add('success', 1),
      add('failure', 2),
      { ...add('success', 3), command: 'DEL' },
      add('failure', 4),
      add('running', 5),
    ]);
    expect(failure).toEqual({
      pod: 'shop/p',
      id: 'PLX-PLUGIN-TIMEOUT',
      sentence: 'slow at 4',
      fix: 'Wait.',
      since: at(2),
      last: at(4),
      times: 2,
    });
    const pod = pending();
    const topology = topologyOf({
      pods: [pod],
      nads: [aNadObject('storage')],
      nadNamespaces: 'all',
      failures: failure === undefined ? [] : [{ ...failure, pod: 'shop/p' }],
    });
    expect(podIn(topology, pod).status).toMatchObject({ state: 'failing', id: 'PLX-PLUGIN-TIMEOUT', times: 2 });
  });
});
