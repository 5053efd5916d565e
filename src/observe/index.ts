// Sinks for steps: log, metrics, traces, recent operations. Knows what a step is, not where it came from.
export { type EventLimits, type EventQueue, eventQueue } from './event-queue.ts';
export { createLog, type Log, type LogOptions } from './log.ts';
export type { JournalNumbers } from './gauges.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export { type RecentOperations, type RecentLimits, type RecentQuery, recentOperations } from './recent.ts';
export { createWebhookMetrics, type WebhookMetrics } from './webhook-metrics.ts';
export { createTracing, type Tracing } from './tracing.ts';
