import { status } from '@grpc/grpc-js';
import { mkdtempDisposable, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type KubeletPatience, podResources } from '../../src/devices/pod-resources.ts';
import {
  type PodResourcesBehaviour,
  type PodResourcesServer,
  type PodWithDevices,
  startPodResources,
} from '../support/pod-resources-server.ts';
import { waitFor } from '../support/wait-for.ts';

const pod = { namespace: 'shop', name: 'db-0' };
const db: PodWithDevices = {
  ...pod,
  containers: [{ devices: [{ resource: 'example.com/vf', ids: ['0000:3b:02.1', '0000:3b:02.0'] }] }],
};
const other: PodWithDevices = {
  namespace: 'web',
  name: 'db-0',
  containers: [{ devices: [{ resource: 'example.com/vf', ids: ['0000:3b:02.7'] }] }],
};
const devices = [
  { resource: 'example.com/vf', id: '0000:3b:02.0' },
  { resource: 'example.com/vf', id: '0000:3b:02.1' },
];
const never = new AbortController().signal;
/** Pauses short enough, and limits long enough, that no test depends on time. */
const quick = { pauseMs: 1, answerMs: 50_000, unknownPodMs: 50_000, restartMs: 50_000 };

let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let kubelet: PodResourcesServer;
const socket = (): string => join(folder.path, 'kubelet.sock');
const serve = async (behaviour: Partial<PodResourcesBehaviour> = {}): Promise<void> => {
  kubelet = await startPodResources(socket(), { pods: [other, db], ...behaviour });
};
const source = (patience: Partial<KubeletPatience> = {}) => podResources(socket(), { ...quick, ...patience });

beforeEach(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-kubelet-'));
});
afterEach(async () => {
  kubelet?.close();
  await folder.remove();
});

describe('K8S-01: kubelet is queried for the one pod, or for all pods if it does not support that', () => {
  it('the client calls Get', async () => {
    await serve();
    expect(await source().of(pod, never)).toEqual({ devices });
    expect(kubelet.calls).toEqual(['Get shop/db-0']);
  });
  it.each(['missing', 'disabled'] as const)('the client calls List if Get is %s, and remembers that', async (get) => {
    await serve({ get });
    const resources = source();
    expect(await resources.of(pod, never)).toEqual({ devices });
    expect(await resources.of(pod, never)).toEqual({ devices });
    expect(kubelet.calls.filter((call) => call === 'List')).toHaveLength(2);
    expect(kubelet.calls.filter((call) => call !== 'List').length).toBeLessThanOrEqual(1);
  });
  it('the client requests one list of all pods at a time', async () => {
    await serve({ get: 'missing', isSilent: true });
    const resources = source();
    const stop = new AbortController();
    const first = resources.of(pod, stop.signal);
    const others = [pod, other].map((each) => resources.of(each, never));
    await waitFor('the first list', async () => kubelet.calls.includes('List'));
    kubelet.behave({ isSilent: false }); // a list that was requested before is never answered
    stop.abort();
    await expect(first).rejects.toThrow();
    expect(await Promise.all(others)).toEqual([
      { devices },
      { devices: [{ resource: 'example.com/vf', id: '0000:3b:02.7' }] },
    ]);
  });
  it('the client calls Get again after kubelet was replaced', async () => {
    await serve({ get: 'disabled' });
    const resources = source();
    await resources.of(pod, never);
    await kubelet.restart({ get: 'served' });
    await resources.of(pod, never);
    expect(kubelet.calls).toEqual(['Get shop/db-0', 'List', 'Get shop/db-0']);
  });
  it.each([status.INTERNAL, status.PERMISSION_DENIED])(
    'the client reports status %s if List fails as Get did',
    async (code) => {
      await serve({ status: code });
      await expect(source().of(pod, never)).rejects.toMatchObject({
        id: 'PLX-KUBELET-UNAVAILABLE',
        code: 11,
        message: expect.stringContaining(status[code]),
      });
      expect(kubelet.calls).toEqual(['Get shop/db-0', 'List']);
    },
  );
});

describe('K8S-02: a pod that kubelet does not know', () => {
  it.each([status.UNKNOWN, status.NOT_FOUND])(
    'is requested again until kubelet knows it (status %s)',
    async (unknownStatus) => {
      await serve({ unknown: 3, unknownStatus });
      expect(await source().of(pod, never)).toEqual({ devices });
      expect(kubelet.calls).toEqual(Array(4).fill('Get shop/db-0'));
    },
  );
  it('is searched for in the full list, and has no devices if it is not there', async () => {
    await serve({ pods: [other] });
    expect(await source({ unknownPodMs: 0 }).of(pod, never)).toEqual({ devices: [] });
    expect(kubelet.calls).toEqual(['Get shop/db-0', 'List']);
  });
});

describe('K8S-06: limits', () => {
  it.each(['served', 'missing'] as const)('a call rejected by the rate limit is retried (Get is %s)', async (get) => {
    await serve({ exhausted: 3, get });
    expect(await source().of(pod, never)).toEqual({ devices });
    expect(kubelet.calls).toHaveLength(4);
  });
  it('a persistent rate limit is reported instead of the deadline that it consumed', async () => {
    await serve({ exhausted: 1_000_000 });
    await expect(source({ answerMs: 300 }).of(pod, never)).rejects.toMatchObject({
      id: 'PLX-KUBELET-UNAVAILABLE',
      message: expect.stringMatching(/RESOURCE_EXHAUSTED: rejected by rate limit$|no answer within 0\.3 s$/),
    });
  });
  const crowd = Array.from({ length: 300 }, (_, index) => ({
    namespace: 'crowd',
    name: `pod-${index}`,
    containers: [
      {
        devices: [
          {
            resource: 'example.com/long',
            ids: Array.from({ length: 200 }, (__, id) => `${'x'.repeat(90)}-${index}-${id}`),
          },
        ],
      },
    ],
  }));
  it('an answer longer than gRPC’s default of 4 MiB is read', async () => {
    await serve({ get: 'missing', pods: [...crowd, db] });
    expect(await source().of(pod, never)).toEqual({ devices });
  });
  it('an answer above Plexus’s own limit is rejected at once', async () => {
    await serve({ get: 'missing', pods: [...crowd, db] });
    await expect(source({ mostBytes: 4 * 1024 * 1024 }).of(pod, never)).rejects.toMatchObject({
      id: 'PLX-KUBELET-UNAVAILABLE',
      message: expect.stringContaining('larger than max'),
    });
    expect(kubelet.calls).toEqual(['List']);
  });
});

describe('K8S-07: no call waits for kubelet forever', () => {
  it('a kubelet that does not answer is reported with the socket and the time', async () => {
    await serve({ isSilent: true });
    await expect(source({ answerMs: 200 }).of(pod, never)).rejects.toMatchObject({
      id: 'PLX-KUBELET-UNAVAILABLE',
      message: `cannot read the devices of the pod from kubelet at ${socket()}: no answer within 0.2 s`,
    });
  });
  it('the caller’s signal cancels the call at kubelet', async () => {
    await serve({ isSilent: true });
    const caller = new AbortController();
    const reason = new Error('the runtime gave up');
    const answer = source().of(pod, caller.signal);
    await waitFor('the call', async () => kubelet.calls.length === 1);
    caller.abort(reason);
    await expect(answer).rejects.toBe(reason);
    await waitFor('its end at kubelet', async () => kubelet.cancelled() === 1);
  });
  it('the caller’s signal ends a pause between two attempts', async () => {
    await serve({ exhausted: 1_000_000 });
    const caller = new AbortController();
    const answer = source({ pauseMs: 1_000_000 }).of(pod, caller.signal);
    await waitFor('the call', async () => kubelet.calls.length === 1);
    caller.abort(new Error('enough'));
    await expect(answer).rejects.toThrow('enough');
  });
  it('no connection stays open after a call', async () => {
    await serve();
    const open = (): number => process.getActiveResourcesInfo().filter((name) => name === 'PipeWrap').length;
    const before = open();
    for (let call = 0; call < 5; call++) await source().of(pod, never);
    await waitFor('the connections to end', async () => open() <= before);
  });
  it('without the socket the result is undefined, not an error', async () => {
    expect(await source().of(pod, never)).toBeUndefined();
    expect(await podResources(join(folder.path, 'no/folder.sock')).of(pod, never)).toBeUndefined();
  });
});

describe('K8S-08: a restarting kubelet', () => {
  it('is called at its new socket during a call', async () => {
    await serve({ isSilent: true });
    const answer = source().of(pod, never);
    await waitFor('the call', async () => kubelet.calls.length === 1);
    await kubelet.restart({ isSilent: false });
    expect(await answer).toEqual({ devices });
  });
  it('is called at its new socket between two calls', async () => {
    await serve();
    const resources = source();
    await resources.of(pod, never);
    await kubelet.restart({ pods: [{ ...pod, containers: [] }] });
    expect(await resources.of(pod, never)).toEqual({ devices: [] });
  });
  it('is waited for while it refuses connections', async () => {
    await serve({ status: status.UNAVAILABLE });
    const answer = source().of(pod, never);
    await waitFor('some refusals', async () => kubelet.calls.length >= 3);
    await kubelet.restart({ status: undefined });
    expect(await answer).toEqual({ devices });
  });
  it('is not waited for beyond the limit if nobody listens at the socket file', async () => {
    await writeFile(socket(), 'garbage');
    await expect(source({ restartMs: 0 }).of(pod, never)).rejects.toMatchObject({
      id: 'PLX-KUBELET-UNAVAILABLE',
      message: expect.stringMatching(/kubelet\.sock: 14 UNAVAILABLE: .*ECONNREFUSED/),
    });
  });
  it('is reached as soon as it is back, even if it refused connections before', async () => {
    await writeFile(socket(), 'garbage');
    const resources = source({ restartMs: 0 });
    for (let refusal = 0; refusal < 3; refusal++)
      await expect(resources.of(pod, never)).rejects.toThrow('ECONNREFUSED');
    await rm(socket());
    await serve();
    expect(await resources.of(pod, never)).toEqual({ devices });
  });
});
