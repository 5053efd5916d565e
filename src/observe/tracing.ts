import { problemOf } from '../errors/index.ts';
import type { OperationInfo, Report, TraceContext } from '../report/index.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Creates spans of operations and their steps, and exports them. */
export interface Tracing {
  /** Starts the span of an operation below its caller's span; the returned context is passed on to plugins. */
  readonly begin: (operation: Omit<OperationInfo, 'trace'>, parent: TraceContext | undefined) => TraceContext;
  readonly report: Report;
  /** Sends pending spans for at most this time. Never rejects. */
  readonly flush: (mostMs: number) => Promise<void>;
}
/** Identifies the program in its spans. */
export interface TracingProgram {
  readonly version: string;
  readonly node?: string;
}

/**
 * Creates tracing as configured by the OTEL_* variables (docs/observability.md); undefined if they do not enable it,
 * and then no module of OpenTelemetry's SDK is loaded. `warn` receives invalid values, and failures to send spans.
 */
export async function createTracing(
  env: Env,
  program: TracingProgram,
  warn: (text: string) => void,
): Promise<Tracing | undefined> {
  if (!isWanted(env)) return undefined;
  const protocol = env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] || env['OTEL_EXPORTER_OTLP_PROTOCOL'] || 'http/protobuf';
  if (protocol !== 'http/protobuf' && protocol !== 'http/json') {
    warn(
      `traces are off: OTEL_EXPORTER_OTLP_PROTOCOL is ${JSON.stringify(protocol)}; it must be http/protobuf or http/json`,
    );
    return undefined;
  }
  try {
    const { openTelemetry } = await import('./open-telemetry.ts');
    return openTelemetry(
      {
        protocol,
        sampler: env['OTEL_TRACES_SAMPLER'] ?? '',
        samplerArg: env['OTEL_TRACES_SAMPLER_ARG'] ?? '',
        program,
      },
      warn,
    );
  } catch (error) {
    warn(`traces are off: ${problemOf(error)}`); // Tracing must never fail a pod.
    return undefined;
  }
}

function isWanted(env: Env): boolean {
  const exporter = env['OTEL_TRACES_EXPORTER'] ?? '';
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' || exporter === 'none') return false;
  return (
    exporter.split(',').includes('otlp') ||
    Boolean(env['OTEL_EXPORTER_OTLP_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'])
  );
}
