import { readFile, mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { createWebhookMetrics } from '../../src/observe/index.ts';
import type { Step } from '../../src/report/index.ts';
import { podSettings } from '../../src/validate/index.ts';
import { type CertificateSource, type Policy, startWebhook, type WebhookOptions } from '../../src/webhook/index.ts';
import type { JsonObject } from '../support/api-server/index.ts';
import type { ClusterUnderTest } from '../support/cluster-under-test.ts';
import { rawRequest } from '../support/raw-request.ts';
import { waitFor } from '../support/wait-for.ts';

const component = join(import.meta.dirname, '../../deploy/components/webhook');

export const usualPolicy: Policy = {
  settings: podSettings(),
  nads: 'enforce',
  pods: 'enforce',
  templates: 'warn',
  inject: true,
  resourceNameKeys: ['k8s.v1.cni.cncf.io/resourceName'],
  resources: 'top-up',
  hugepages: false,
};

export interface RunningTestWebhook {
  readonly port: () => number | undefined;
  readonly healthPort: () => number;
  readonly steps: readonly Step[];
  policy: Policy;
  readonly stop: () => Promise<void>;
}

/** Starts a replica on free ports of 127.0.0.1. It reads its cluster often, so that tests need not wait. */
export async function startReplica(
  cluster: ClusterUnderTest,
  more: Partial<WebhookOptions> = {},
): Promise<RunningTestWebhook> {
  const folder = await mkdtempDisposable(join(tmpdir(), 'plexus-webhook-'));
  const file = join(folder.path, 'kubeconfig');
  await cluster.writeKubeconfig(file);
  const stop = new AbortController();
  const steps: Step[] = [];
  const replica = { policy: usualPolicy };
  const certificate: CertificateSource = {
    kind: 'self-signed',
    names: ['plexus-webhook.kube-system.svc', '127.0.0.1'],
    namespace: 'kube-system',
    secret: 'plexus-webhook',
    configuration: 'plexus',
  };
  const { port, healthPort, ended } = await startWebhook(
    {
      address: { host: '127.0.0.1', port: 0 },
      health: { host: '127.0.0.1', port: 0 },
      credentials: { kind: 'kubeconfig', file },
      certificate,
      switchesAt: { namespace: 'kube-system', name: 'nri-control-switches' },
      policy: () => replica.policy,
      metrics: await createWebhookMetrics(),
      report: (step) => void steps.push(step),
      pollMs: 100,
      ...more,
    },
    stop.signal,
  );
  return Object.assign(replica, {
    port,
    healthPort: () => healthPort() ?? 0,
    steps,
    stop: async () => {
      stop.abort();
      await ended;
      await folder.remove();
    },
  });
}

export const healthOf = async (replica: RunningTestWebhook, path: string): Promise<Response> =>
  fetch(`http://127.0.0.1:${replica.healthPort()}${path}`);

export const isReady = async (replica: RunningTestWebhook): Promise<boolean> =>
  (await healthOf(replica, '/readyz')).status === 200;

/** The objects of one manifest of the component. */
export async function manifest(name: string): Promise<readonly JsonObject[]> {
  const text = await readFile(join(component, name), 'utf8');
  return parseAllDocuments(text).map((document) => document.toJS() as JsonObject);
}

const groups: Readonly<Record<string, string>> = {
  MutatingWebhookConfiguration: '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
  ValidatingWebhookConfiguration: '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
};

/** Creates the Secret of the component. */
export async function createSecret(cluster: ClusterUnderTest): Promise<void> {
  const secret = (await manifest('deployment.yaml')).find(({ kind }) => kind === 'Secret');
  await rawRequest(cluster, { method: 'POST', path: '/api/v1/namespaces/kube-system/secrets', body: secret });
}

/**
 * Creates the shipped webhook configurations, with the URL of the replica in place of the Service, and waits until the
 * replica has added its CA bundle.
 */
export async function configure(cluster: ClusterUnderTest, port: number): Promise<void> {
  for (const configuration of await manifest('configurations.yaml')) {
    const webhooks = (configuration['webhooks'] as JsonObject[]).map((webhook) => {
      const { service } = webhook['clientConfig'] as { readonly service: { readonly path: string } };
      return { ...webhook, clientConfig: { url: `https://127.0.0.1:${port}${service.path}` } };
    });
    const path = groups[String(configuration['kind'])] ?? '';
    await rawRequest(cluster, { method: 'POST', path, body: { ...configuration, webhooks } });
    await waitFor('the CA bundle', async () =>
      (await bundlesIn(cluster, `${path}/plexus`)).every((each) => each !== ''),
    );
  }
}

export async function bundlesIn(cluster: ClusterUnderTest, path: string): Promise<readonly string[]> {
  const { body } = await rawRequest(cluster, { path });
  const webhooks = (body['webhooks'] ?? []) as readonly { readonly clientConfig: { readonly caBundle?: string } }[];
  return webhooks.map(({ clientConfig }) => clientConfig.caBundle ?? '');
}
