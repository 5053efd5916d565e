// Listeners to steps: the log, metrics, traces, the recent operations. Knows what a step is, not who took it.
export { type EventLimits, type EventQueue, eventQueue } from './event-queue.ts';
export { createLog, type Log, type LogOptions } from './log.ts';
export type { JournalNumbers } from './gauges.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export { type Recent, type RecentLimits, type RecentQuery, recentOperations } from './recent.ts';
export { createTracing, type Tracing } from './tracing.ts';
