import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import https from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject, JsonValue } from '../../src/cni/index.ts';
import { makeGeneration } from '../../src/webhook/make-certificate.ts';
import { applyJsonPatch } from '../support/api-server/json-patch.ts';
import { repository } from '../support/plexus-command.ts';
import { waitFor } from '../support/wait-for.ts';
import { type ApiProcess, startApiProcess } from './api.ts';
import type { Measurement } from './calls.ts';
import { nadObject } from './node.ts';
import type { WebhookRow } from './report.ts';
import { cpuMsOf, memoryOf } from './resources.ts';
import { quantile, rounded, summaryOf } from './statistics.ts';

/** Pods that are created at a constant rate, two networks each. */
export interface PodWrites {
  readonly nads: number;
  readonly pods: number;
  readonly perSecond: number;
}
interface Webhook {
  readonly pid: number;
  readonly url: string;
  readonly agent: https.Agent;
}

const hourMs = 60 * 60_000;
/** Pods that are created one after the other before the measurement, until the code is compiled. */
const warmUpPods = 300;

/**
 * Measures the webhook in its own process. As the API server does, the client sends each pod to the mutating webhook,
 * applies the patch and sends the result to the validating webhook, over HTTPS connections that stay open.
 */
export async function measureWebhook({ say }: Measurement, writes: PodWrites): Promise<WebhookRow> {
  say(`webhook: ${writes.pods} pods, ${writes.nads} NetworkAttachmentDefinitions`);
  const api = await startApiProcess();
  await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-bench-webhook-'));
  let child: ChildProcess | undefined;
  try {
    await api.put(
      'network-attachment-definitions',
      Array.from({ length: writes.nads }, (_, index) => nadOf(index)),
    );
    const started = await startWebhookProcess(api, folder.path);
    ({ child } = started);
    const { webhook } = started;
    for (let index = 0; index < warmUpPods; index++) await createPod(webhook, `warm-${index}`, ['net-0', 'net-1']);
    await api.requests();
    const [startedAt, cpuMs] = [performance.now(), await cpuMsOf(webhook.pid)];
    const { times, turnedAway } = await createPods(webhook, writes);
    const seconds = (performance.now() - startedAt) / 1000;
    const usedMs = (await cpuMsOf(webhook.pid)) - cpuMs;
    webhook.agent.destroy();
    return {
      ...writes,
      seconds: rounded(seconds),
      mutate: figuresOf(times.map(({ mutate }) => mutate)),
      validate: figuresOf(times.map(({ validate }) => validate)),
      turnedAway,
      cpuMsPerPod: rounded(usedMs / writes.pods),
      ...(await memoryOf(webhook.pid)),
      requests: await api.requests(),
    };
  } finally {
    child?.kill('SIGKILL');
    await api.close();
  }
}

const figuresOf = (times: readonly number[]): WebhookRow['mutate'] => ({
  ...summaryOf(times),
  p99: rounded(quantile(times, 0.99)),
});

const resource = 'example.com/nic';

/** Every second network needs a device, which the webhook adds to the pod. */
function nadOf(index: number): object {
  const ipam = { type: 'host-local', ranges: [[{ subnet: '10.10.0.0/16' }]] };
  const base = nadObject(`net-${index}`, { cniVersion: '1.0.0', type: 'macvlan', master: 'eth1', ipam }) as JsonObject;
  const annotations = index % 2 === 0 ? {} : { 'k8s.v1.cni.cncf.io/resourceName': resource };
  return { ...base, metadata: { ...(base['metadata'] as JsonObject), annotations } };
}

async function startWebhookProcess(
  api: ApiProcess,
  folder: string,
): Promise<{ readonly child: ChildProcess; readonly webhook: Webhook }> {
  const [kubeconfig, cert, key] = ['kubeconfig', 'tls.crt', 'tls.key'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const pair = await makeGeneration(['127.0.0.1'], hourMs, Date.now());
  await Promise.all([
    writeFile(kubeconfig, api.kubeconfig, { mode: 0o600 }),
    writeFile(cert, pair.cert),
    writeFile(key, pair.key, { mode: 0o600 }),
  ]);
  const [port, health] = [await freePort(), await freePort()];
  const flags = {
    kubeconfig,
    listen: `127.0.0.1:${port}`,
    health: `127.0.0.1:${health}`,
    'tls-cert-file': cert,
    'tls-key-file': key,
  };
  const words = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  const program = [join(repository, 'dist/plexus.mjs'), 'webhook', ...words];
  const child = spawn(process.execPath, program, { stdio: ['ignore', 'ignore', 'inherit'] });
  await waitFor('the webhook', async () => (await fetch(`http://127.0.0.1:${health}/readyz`)).status === 200);
  const agent = new https.Agent({ keepAlive: true, ca: pair.ca });
  return { child, webhook: { pid: child.pid ?? 0, url: `https://127.0.0.1:${port}`, agent } };
}

/**
 * Creates pods at a constant rate, whether or not earlier ones are answered. Returns the times of their reviews, and how
 * many pods the webhook turned away because it was overloaded; a controller would create these again.
 */
async function createPods(
  webhook: Webhook,
  { nads, pods, perSecond }: PodWrites,
): Promise<{ readonly times: readonly Times[]; readonly turnedAway: number }> {
  const startedAt = performance.now();
  const running: Promise<Times | undefined>[] = [];
  for (let index = 0; index < pods; index++) {
    const wait = startedAt + (index * 1000) / perSecond - performance.now();
    if (wait > 0) await delay(wait);
    const names = [2 * index, 2 * index + 1].map((each) => `net-${each % nads}`);
    running.push(createPod(webhook, `pod-${index}`, names));
  }
  const all = await Promise.all(running);
  const times = all.filter((each) => each !== undefined);
  return { times, turnedAway: all.length - times.length };
}

interface Times {
  readonly mutate: number;
  readonly validate: number;
}

/** Undefined if the webhook was overloaded. */
async function createPod(webhook: Webhook, name: string, networks: readonly string[]): Promise<Times | undefined> {
  const pod: JsonObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', annotations: { 'k8s.v1.cni.cncf.io/networks': networks.join(',') } },
    spec: { containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.10', resources: {} }] },
  };
  const first = await review(webhook, '/mutate', pod);
  if (first === undefined) return undefined;
  if (first.patch === undefined) throw new Error(`${name} got no device`);
  const patch = JSON.parse(Buffer.from(first.patch, 'base64').toString()) as readonly JsonValue[];
  const second = await review(webhook, '/validate', applyJsonPatch(pod, patch) as JsonObject);
  return second && { mutate: first.ms, validate: second.ms };
}

interface Reviewed {
  readonly ms: number;
  readonly patch?: string;
}

/** Sends the review of a new pod. Undefined if the webhook was overloaded; rejects unless the pod is allowed. */
async function review({ url, agent }: Webhook, path: string, object: JsonObject): Promise<Reviewed | undefined> {
  const { name } = object['metadata'] as { readonly name: string };
  const request = {
    uid: name,
    kind: { group: '', version: 'v1', kind: 'Pod' },
    resource: { group: '', version: 'v1', resource: 'pods' },
    name,
    namespace: 'default',
    operation: 'CREATE',
    userInfo: { username: 'system:serviceaccount:kube-system:replicaset-controller', groups: ['system:authenticated'] },
    object,
  };
  const body = JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request });
  const startedAt = performance.now();
  const text = await post(`${url}${path}?timeout=5s`, agent, body);
  const ms = performance.now() - startedAt;
  if (text === undefined) return undefined;
  const { response } = JSON.parse(text) as { response: { allowed: boolean; status?: object; patch?: string } };
  if (!response.allowed) throw new Error(`${name} was refused: ${JSON.stringify(response.status)}`);
  return { ms, ...(response.patch !== undefined && { patch: response.patch }) };
}

async function post(url: string, agent: https.Agent, body: string): Promise<string | undefined> {
  const request = https.request(url, { method: 'POST', agent, headers: { 'Content-Type': 'application/json' } });
  request.end(body);
  type Response = AsyncIterable<Buffer> & { readonly statusCode?: number };
  const response = await once(request, 'response').then(
    ([answer]) => answer as Response,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET') throw error;
    },
  );
  if (response === undefined) return undefined; // it has too many connections
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part);
  const text = Buffer.concat(parts).toString();
  if (response.statusCode === 503) return undefined;
  if (response.statusCode !== 200) throw new Error(`the webhook answered ${response.statusCode}: ${text}`);
  return text;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
