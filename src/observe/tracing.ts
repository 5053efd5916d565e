import { problemOf } from '../errors/index.ts';
import type { OperationInfo, Report, TraceContext } from '../report/index.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Makes spans of operations and their steps, and sends them away. */
export interface Tracing {
  /** Begins the span of an operation, below the one its caller gave; what it returns is handed on to its plugins. */
  readonly begin: (operation: Omit<OperationInfo, 'trace'>, parent: TraceContext | undefined) => TraceContext;
  readonly report: Report;
  /** Sends what waits, for so long at most. Never rejects. */
  readonly flush: (mostMs: number) => Promise<void>;
}
/** Whom the spans are from. */
export interface TracingProgram {
  readonly version: string;
  readonly node?: string;
}

/**
 * Tracing as the OTEL_* variables ask for it (docs/observability.md); undefined when they do not: then no module of
 * OpenTelemetry's SDK is even loaded. `warn` hears of values that are not understood, and of spans that could not be
 * sent.
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
    warn(`traces are off: ${problemOf(error)}`); // no trace is worth a pod
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
