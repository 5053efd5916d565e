/** The outcome of one AdmissionReview. */
export interface ReviewOutcome {
  readonly operation: string;
  readonly resource: string;
  readonly outcome: 'allowed' | 'changed' | 'denied' | 'error';
  readonly ms: number;
  /** Identifiers of the mistakes or of the error. */
  readonly ids: readonly string[];
}
export interface WebhookMetrics {
  readonly reviewed: (review: ReviewOutcome) => void;
  /** Adds the gauges. Returns the function that renders all metrics. */
  readonly collectFrom: (gauges: {
    readonly networks: () => number;
    /** Seconds since 1970 at which the served certificate expires; 0 without one. */
    readonly certificateExpires: () => number;
  }) => () => Promise<{ readonly contentType: string; readonly text: string }>;
}

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const operations = ['CREATE', 'UPDATE', 'DELETE'];
const resources = [
  'pods',
  'network-attachment-definitions',
  'deployments',
  'statefulsets',
  'daemonsets',
  'jobs',
  'cronjobs',
];
const known = (list: readonly string[], value: string): string => (list.includes(value) ? value : 'other');

/** Prometheus metrics of the webhook (docs/metrics.md). */
export async function createWebhookMetrics(): Promise<WebhookMetrics> {
  const { default: client } = await import('prom-client');
  const registers = [new client.Registry()];
  client.collectDefaultMetrics({ register: registers[0]!, eventLoopMonitoringPrecision: 1000 });
  const duration = new client.Histogram({
    name: 'plexus_webhook_review_duration_seconds',
    help: 'Duration of AdmissionReviews, from the first byte to the decision',
    labelNames: ['operation', 'resource', 'outcome'],
    buckets: seconds,
    registers,
  });
  const denials = new client.Counter({
    name: 'plexus_webhook_rejections_total',
    help: 'Mistakes for which writes were rejected, and errors that prevented a decision, by identifier',
    labelNames: ['id'],
    registers,
  });
  return {
    reviewed: ({ operation, resource, outcome, ms, ids }) => {
      const labels = { operation: known(operations, operation), resource: known(resources, resource), outcome };
      duration.observe(labels, ms / 1000);
      for (const id of ids) denials.inc({ id });
    },
    collectFrom: ({ networks, certificateExpires }) => {
      const gauge = (name: string, help: string, value: () => number): void =>
        void new client.Gauge({
          name,
          help,
          registers,
          collect() {
            this.set(value());
          },
        });
      gauge('plexus_webhook_networks', 'NetworkAttachmentDefinitions in the cache of the webhook', networks);
      gauge(
        'plexus_webhook_certificate_expiry_timestamp_seconds',
        'Time at which the certificate that the webhook serves expires; 0: none is served yet',
        certificateExpires,
      );
      const [registry] = registers;
      return async () => ({ contentType: registry!.contentType, text: await registry!.metrics() });
    },
  };
}
