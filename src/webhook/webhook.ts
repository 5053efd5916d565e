import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type Health, answerOf, fairQueue, fairTurns, limitConnections } from '../service/index.ts';
import { type ApiConnection, type CredentialSource, type WatchTiming, loadCredentials } from '../kube/index.ts';
import type { WebhookMetrics } from '../observe/index.ts';
import type { Report } from '../report/index.ts';
import type { CertificateTiming } from './certificate.ts';
import { mutateWrite, validateWrite } from './decide.ts';
import { type CertificateSource, keepCertificate } from './keep-certificate.ts';
import type { Policy } from './options.ts';
import { type WebhookLimits, webhookServer } from './server.ts';
import { type Sources, clusterSources } from './sources.ts';

interface Address {
  readonly host: string;
  readonly port: number;
}
export interface WebhookOptions {
  readonly address: Address;
  /** Where /healthz, /readyz and /metrics are served. */
  readonly health: Address;
  readonly credentials: CredentialSource;
  readonly certificate: CertificateSource;
  /** The ConfigMap with control switches. */
  readonly switchesAt: { readonly namespace: string; readonly name: string };
  /** Read for each request, because the configuration of the daemon may change. */
  readonly policy: () => Policy;
  readonly metrics: WebhookMetrics;
  readonly report: Report;
  readonly limits?: WebhookLimits;
  readonly certificateTiming?: CertificateTiming;
  readonly watchTiming?: WatchTiming;
  /** How often the Secret, the webhook configurations, the ConfigMap and the DeviceClasses are read. */
  readonly pollMs?: number;
  /** How long requests are served after the stop, until the API server no longer sends any. Default: 0. */
  readonly drainMs?: number;
}
export interface RunningWebhook {
  /** Undefined until a certificate exists. */
  readonly port: () => number | undefined;
  readonly healthPort: () => number | undefined;
  /** Resolves when everything has ended; rejects if the webhook cannot listen. */
  readonly ended: Promise<void>;
}

const dayMs = 24 * 60 * 60_000;
const usualCertificateTiming: CertificateTiming = {
  lifetimeMs: 90 * dayMs,
  renewAfterMs: 60 * dayMs,
  overlapMs: 10 * 60_000,
};
const usualPollMs = 30_000;

/** Runs the webhook until the signal is aborted. Rejects with kubeconfigUnusable. */
export async function startWebhook(options: WebhookOptions, signal: AbortSignal): Promise<RunningWebhook> {
  const { policy, metrics, report, pollMs = usualPollMs, certificateTiming = usualCertificateTiming } = options;
  const credentials = await loadCredentials(options.credentials);
  await credentials.current(); // Report unusable credentials at start.
  const api: ApiConnection = { credentials, report };
  const sources = await clusterSources({
    credentials: options.credentials,
    api,
    resourceNameKeys: policy().resourceNameKeys,
    switchesAt: options.switchesAt,
    pollMs,
    ...(options.watchTiming !== undefined && { timing: options.watchTiming }),
  });
  const [turn, heavy] = [fairTurns(), fairQueue()];
  const failed = Promise.withResolvers<never>();
  const server = webhookServer({
    address: options.address,
    paths: {
      '/mutate': (request, limit) => mutateWrite(request, { sources, policy: policy(), turn, heavy }, limit),
      '/validate': (request, limit) => validateWrite(request, { sources, policy: policy(), turn, heavy }, limit),
    },
    onReviewed: metrics.reviewed,
    onError: failed.reject,
    ...(options.limits !== undefined && { limits: options.limits }),
  });
  let expires = 0;
  const keeper = {
    source: options.certificate,
    api,
    timing: certificateTiming,
    pollMs,
    serve: (pair: { readonly cert: string; readonly key: string }) => {
      server.serve(pair);
      expires = new X509Certificate(pair.cert).validToDate.getTime() / 1000;
    },
  };
  const render = metrics.collectFrom({ networks: sources.networks, certificateExpires: () => expires });
  const health = await serveHealth(options.health, {
    notReady: () => (signal.aborted ? 'the webhook stops' : notReady(sources, server.isListening())),
    metrics: render,
  });
  report({ kind: 'daemon', text: `health and metrics on port ${portOf(health) ?? 0}` });
  const work = Promise.all([sources.run(signal), keepCertificate(keeper, signal)]);
  const ended = Promise.race([work, failed.promise]).then(async () => {
    await delay(options.drainMs ?? 0);
    await server.close();
    health.closeAllConnections();
    health.close();
  });
  return { port: server.port, healthPort: () => portOf(health), ended };
}

const notReady = (sources: Sources, isListening: boolean): string | undefined =>
  sources.notReady() ?? (isListening ? undefined : 'there is no certificate yet');

const portOf = (server: http.Server): number | undefined => {
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : undefined;
};

// Any pod of the cluster can connect, and kubelet's probes must be answered.
const healthLimits = { perPeer: 16, total: 64, lifeMs: 10_000 };

async function serveHealth({ host, port }: Address, health: Health): Promise<http.Server> {
  const { lifeMs } = healthLimits;
  const server = http.createServer({ requestTimeout: lifeMs, headersTimeout: lifeMs }, (request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    void answerOf(path, health).then((found) => {
      const { status, type, text } = found ?? { status: 404, type: 'text/plain', text: 'not found\n' };
      response.writeHead(status, { 'Content-Type': type, Connection: 'close' }).end(text);
    });
  });
  limitConnections(server, healthLimits);
  server.listen(port, host === '' ? undefined : host);
  await once(server, 'listening');
  return server;
}
