import { afterEach, describe, expect, it } from 'vitest';
import { podRefused } from '../../src/doctor/checks/webhook-dry-run.ts';
import type { ApiServerOptions } from '../support/api-server/index.ts';
import { type DoctorCluster, openDoctorCluster } from '../support/doctor-cluster.ts';
import { patience } from '../support/patience.ts';
import {
  type RunningTestWebhook,
  configure,
  createSecret,
  isReady,
  startReplica,
  usualPolicy,
} from '../webhook/running-webhook.ts';
import { waitFor } from '../support/wait-for.ts';

let cluster: DoctorCluster;
let replica: RunningTestWebhook | undefined;

/** A healthy cluster with a running webhook and the shipped webhook configurations. */
async function open(options: ApiServerOptions = {}): Promise<RunningTestWebhook> {
  cluster = await openDoctorCluster(options);
  const access = { ...cluster.api, kind: 'embedded', faults: undefined, embedded: cluster.api } as const;
  await createSecret(access);
  const started = await startReplica(access);
  replica = started;
  await waitFor('a certificate', async () => started.port() !== undefined);
  await configure(access, started.port() ?? 0);
  await waitFor('the webhook', async () => isReady(started));
  return started;
}
afterEach(async () => {
  await replica?.stop();
  replica = undefined;
  await cluster.close();
});

describe('PLX-D-WEBHOOK with a running webhook', () => {
  it('reports nothing if the API server rejects a pod with an invalid annotation, and creates no pod', async () => {
    await open();
    expect(await cluster.look('WEBHOOK')).toEqual([]);
    expect(cluster.api.get('pods', 'default', 'plexus-doctor')).toBeUndefined();
    const sent = cluster.api.requests.filter(({ verb, resource }) => verb === 'create' && resource === 'pods');
    expect(sent).toHaveLength(1);
  });

  it('reports that the API server cannot call the webhook', async () => {
    const started = await open();
    await started.stop();
    replica = undefined;
    expect(await cluster.look('WEBHOOK')).toEqual([
      expect.stringMatching(/^error: the API server cannot call the webhook: .*failed calling webhook/),
    ]);
  });

  it('reports that the API server accepts a pod that must be rejected', async () => {
    const started = await open();
    started.policy = { ...usualPolicy, pods: 'off' };
    expect(await cluster.look('WEBHOOK')).toEqual([
      'warning: the API server accepts a pod whose annotation k8s.v1.cni.cncf.io/networks is invalid (dry run, status 201)',
    ]);
  });

  it('reports nothing if the Deployment of the webhook states that pods are not rejected', async () => {
    const started = await open();
    started.policy = { ...usualPolicy, pods: 'warn' };
    const look = () => podRefused(cluster.scene().api, 'kube-system/plexus-webhook', patience());
    expect(await look()).toHaveLength(1);
    cluster.api.put('deployments', {
      metadata: { name: 'plexus-webhook', namespace: 'kube-system' },
      spec: { template: { spec: { containers: [{ name: 'webhook', args: ['webhook', '--pods', 'warn'] }] } } },
    });
    expect(await look()).toEqual([]);
  });

  it('notes that the current user may not create pods', async () => {
    await open({ authorize: ({ verb, resource }) => !(verb === 'create' && resource === 'pods') });
    expect(await cluster.look('WEBHOOK')).toEqual([
      'note: not checked: the current user may not create pods in namespace default',
    ]);
  });
});
