import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect } from 'node:tls';
import { once } from 'node:events';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeGeneration } from '../../src/webhook/make-certificate.ts';
import { afterStep, nextStep } from '../../src/webhook/certificate.ts';
import type { JsonObject } from '../support/api-server/index.ts';
import { type ClusterUnderTest, startCluster } from '../support/cluster-under-test.ts';
import { rawRequest } from '../support/raw-request.ts';
import { waitFor } from '../support/wait-for.ts';
import {
  type RunningTestWebhook,
  bundlesIn,
  configure,
  createSecret,
  healthOf,
  isReady,
  startReplica,
} from './running-webhook.ts';

describe('the steps of a renewal', () => {
  const timing = { lifetimeMs: 90 * 24 * 3_600_000, renewAfterMs: 60 * 24 * 3_600_000, overlapMs: 600_000 };
  const names = ['webhook.kube-system.svc', '10.0.0.1'];
  const created = 1_900_000_000_000;
  const later = (ms: number) => ({ now: created + ms, names, isPublished: true });

  it('prepares the next certificate before the current one expires, and serves it after the overlap', async () => {
    const first = afterStep({ bundle: '' }, 'create', await makeGeneration(names, timing.lifetimeMs, created), created);
    expect(nextStep(first, timing, later(0))).toBe('keep');
    const due = timing.renewAfterMs;
    expect(nextStep(first, timing, later(due))).toBe('prepare');
    const made = await makeGeneration(names, timing.lifetimeMs, created + due);
    const prepared = afterStep(first, 'prepare', made, created + due);
    expect([prepared.current, prepared.next?.cert]).toEqual([first.current, made.cert]);
    expect(prepared.bundle).toBe(made.ca + first.bundle);
    expect(nextStep(prepared, timing, later(due + 1000))).toBe('keep');
    expect(nextStep(prepared, timing, { ...later(due + timing.overlapMs), isPublished: false })).toBe('keep');
    expect(nextStep(prepared, timing, later(due + timing.overlapMs))).toBe('promote');
    const promoted = afterStep(prepared, 'promote', undefined, created + due);
    expect([promoted.current?.cert, promoted.next, promoted.bundle]).toEqual([made.cert, undefined, prepared.bundle]);
    expect(nextStep(promoted, timing, later(due + timing.overlapMs))).toBe('keep');
  });

  it('creates a certificate at once if the stored one is expired, damaged, or for other names', async () => {
    const made = await makeGeneration(names, timing.lifetimeMs, created);
    const stored = afterStep({ bundle: '' }, 'create', made, created);
    const other = await makeGeneration(names, timing.lifetimeMs, created);
    expect(nextStep({ bundle: '' }, timing, later(0))).toBe('create');
    expect(nextStep(stored, timing, later(timing.lifetimeMs))).toBe('create');
    expect(nextStep(stored, timing, { ...later(0), names: [...names, 'elsewhere'] })).toBe('create');
    expect(nextStep({ ...stored, current: { cert: made.cert, key: other.key } }, timing, later(0))).toBe('create');
    expect(nextStep({ ...stored, current: { cert: 'no PEM', key: made.key } }, timing, later(0))).toBe('create');
    expect(nextStep({ ...stored, bundle: other.ca }, timing, later(0))).toBe('create');
  });
});

describe('the certificate of two replicas', () => {
  let cluster: ClusterUnderTest;
  let replicas: RunningTestWebhook[];
  beforeEach(async () => {
    cluster = await startCluster();
    replicas = [];
  });
  afterEach(async () => {
    for (const replica of replicas) await replica.stop();
    await cluster.close();
  });

  const secretPath = '/api/v1/namespaces/kube-system/secrets/plexus-webhook';
  const secretData = async (): Promise<Record<string, string>> =>
    ((await rawRequest(cluster, { path: secretPath })).body['data'] ?? {}) as Record<string, string>;
  const servedBy = async (replica: RunningTestWebhook): Promise<string> => {
    const socket = connect({ host: '127.0.0.1', port: replica.port() ?? 0, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { raw } = socket.getPeerCertificate();
    socket.destroy();
    return raw.toString('base64');
  };
  const stored = async (key: string): Promise<string> =>
    Buffer.from((await secretData())[key] ?? '', 'base64')
      .toString()
      .replaceAll(/-----[A-Z ]+-----|\s/g, '');

  it('is created once, trusted by the API server, and renewed in both without a restart or a failed call', async () => {
    await createSecret(cluster);
    const certificateTiming = { lifetimeMs: 3_600_000, renewAfterMs: 3000, overlapMs: 1000 };
    for (const _ of [1, 2]) replicas.push(await startReplica(cluster, { certificateTiming }));
    const [one, two] = replicas as [RunningTestWebhook, RunningTestWebhook];
    await waitFor('both replicas', async () => (await isReady(one)) && (await isReady(two)));
    await configure(cluster, one.port() ?? 0);
    const first = await stored('tls.crt');
    const failures = new Set<string>();
    await waitFor('a renewal', async () => {
      const nad = { metadata: { name: 'probe' }, spec: { config: '{"type": 1}' } };
      const nads = '/apis/k8s.cni.cncf.io/v1/namespaces/default/network-attachment-definitions';
      const { code, body } = await rawRequest(cluster, { method: 'POST', path: nads, body: nad });
      // 403: the webhook decided; a busy machine may exceed the timeout of the configuration
      if (code !== 403 && !/timeout/.test(String(body['message']))) failures.add(`${code} ${String(body['message'])}`);
      const now = await stored('tls.crt');
      return now !== first && (await servedBy(one)) === now && (await servedBy(two)) === now;
    });
    expect([...failures]).toEqual([]);
    for (const kind of ['mutating', 'validating'])
      await waitFor('the bundle of all authorities', async () => {
        const path = `/apis/admissionregistration.k8s.io/v1/${kind}webhookconfigurations/plexus`;
        const bundle = (await secretData())['ca.crt'];
        return (await bundlesIn(cluster, path)).every((each) => each === bundle);
      });
  });

  it('is not ready and reports what is missing without the Secret, and recovers when it exists', async () => {
    const replica = await startReplica(cluster);
    replicas.push(replica);
    await waitFor('the problem', async () =>
      replica.steps.some((step) => step.kind === 'problem' && step.error.id === 'PLX-WEBHOOK-SECRET-MISSING'),
    );
    expect(await (await healthOf(replica, '/healthz')).text()).toBe('ok\n');
    expect((await healthOf(replica, '/readyz')).status).toBe(503);
    await createSecret(cluster);
    await waitFor('readiness', () => isReady(replica));
  });

  it('is reloaded from files that another program renews', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-tls-'));
    const files = { cert: join(folder.path, 'tls.crt'), key: join(folder.path, 'tls.key') };
    const write = async (): Promise<string> => {
      const { cert, key } = await makeGeneration(['127.0.0.1'], 3_600_000, Date.now());
      await writeFile(files.key, key);
      await writeFile(files.cert, cert);
      return cert.replaceAll(/-----[A-Z ]+-----|\s/g, '');
    };
    const first = await write();
    const replica = await startReplica(cluster, { certificate: { kind: 'files', ...files } });
    replicas.push(replica);
    await waitFor('the first', async () => (await servedBy(replica)) === first);
    const second = await write();
    await waitFor('the second', async () => (await servedBy(replica)) === second);
    const unchanged: JsonObject = await secretData();
    expect(unchanged).toEqual({});
  });
});
