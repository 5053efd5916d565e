import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  createTraceState,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  RandomIdGenerator,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { type PlexusError, clip } from '../errors/index.ts';
import { type OperationInfo, type Step, type TraceContext, maskText } from '../report/index.ts';
import type { Tracing, TracingProgram } from './tracing.ts';

// Finished spans are kept until they are sent, and pod authors decide how long names and messages are.
const mostTextBytes = 1024;
const mostNameBytes = 256;
const shown = (text: string): string => clip(maskText(text), mostTextBytes);
const shownName = (text: string): string => clip(text, mostNameBytes);

export interface OpenTelemetryOptions {
  readonly protocol: 'http/protobuf' | 'http/json';
  readonly sampler: string;
  readonly samplerArg: string;
  readonly program: TracingProgram;
}

/**
 * Creates spans with OpenTelemetry's SDK and sends them by OTLP over HTTP. The exporter's own OTEL_* variables set
 * endpoint, headers, timeout and limits.
 */
export function openTelemetry(options: OpenTelemetryOptions, warn: (text: string) => void): Tracing {
  const random = new RandomIdGenerator();
  const chosen = { spanId: '' }; // A plugin receives the ID of its span long before that span is created.
  const provider = new TracerProvider({
    resource: resourceOf(options.program),
    sampler: samplerOf(options, warn),
    idGenerator: {
      generateTraceId: random.generateTraceId,
      generateSpanId: () => chosen.spanId || random.generateSpanId(),
    },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: withWarnings(options.protocol === 'http/json' ? new JsonExporter() : new ProtobufExporter(), warn),
      }),
    ],
  });
  const maker = {
    tracer: provider.getTracer('plexus', options.program.version),
    chosen,
    running: new Map<string, Span>(),
  };
  return {
    begin: (operation, parent) => begin(operation, parent, maker),
    report: (step, operation) => {
      if (operation?.trace !== undefined) take(step, operation, operation.trace, maker);
    },
    // The exporter has reported the reason.
    flush: (mostMs) => provider.forceFlush({ timeoutMillis: mostMs }).catch(() => {}),
  };
}

/** Warns if spans cannot be sent, once per outage. */
function withWarnings(exporter: SpanExporter, warn: (text: string) => void): SpanExporter {
  let isFailing = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const { error } = result;
        if (error !== undefined && !isFailing) warn(`spans cannot be sent: ${maskText(error.message)}`);
        isFailing = error !== undefined;
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}

/** service.name is plexus unless OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES set it. */
const resourceOf = ({ version, node }: TracingProgram) =>
  resourceFromAttributes({
    'service.name': 'plexus',
    'service.version': version,
    ...(node !== undefined && { 'k8s.node.name': node }),
  }).merge(detectResources({ detectors: [envDetector] }));

const samplers: Readonly<Record<string, (ratio: number) => Sampler>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio) => new TraceIdRatioBasedSampler(ratio),
  parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
  parentbased_traceidratio: (ratio) => new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
};
const usualSampler = 'parentbased_always_on';

function samplerOf({ sampler, samplerArg }: OpenTelemetryOptions, warn: (text: string) => void): Sampler {
  const name = sampler === '' ? usualSampler : sampler;
  const ratio = samplerArg === '' ? 1 : Number(samplerArg);
  const isKnown = Object.hasOwn(samplers, name) && ratio >= 0 && ratio <= 1;
  if (!isKnown)
    warn(
      `OTEL_TRACES_SAMPLER ${JSON.stringify(name)} with OTEL_TRACES_SAMPLER_ARG ${JSON.stringify(samplerArg)} is invalid: ${usualSampler} is used`,
    );
  const make =
    (isKnown ? samplers[name] : undefined) ?? (() => new ParentBasedSampler({ root: new AlwaysOnSampler() }));
  return make(ratio);
}

// ── spans of operations and steps ─────────────────────────────────────────────────────────────────────────────

interface Maker {
  readonly tracer: Tracer;
  readonly chosen: { spanId: string };
  /** Spans of operations in progress, by ID. */
  readonly running: Map<string, Span>;
}

const contextOf = ({ traceId, spanId, flags, state }: TraceContext): Context =>
  trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: flags,
    isRemote: true,
    ...(state !== undefined && { traceState: createTraceState(state) }),
  });

function begin(
  operation: Omit<OperationInfo, 'trace'>,
  parent: TraceContext | undefined,
  { tracer, running }: Maker,
): TraceContext {
  const { command, sandbox, pod = '', startedAt } = operation;
  const [namespace = '', name = ''] = pod.split('/');
  const attributes: Attributes = {
    'cni.command': command,
    ...(sandbox !== '' && { 'container.id': shownName(sandbox) }),
    ...(pod !== '' && { 'k8s.namespace.name': shownName(namespace), 'k8s.pod.name': shownName(name) }),
  };
  const options = { kind: SpanKind.SERVER, startTime: new Date(startedAt), attributes };
  const span = tracer.startSpan(`CNI ${command}`, options, parent === undefined ? ROOT_CONTEXT : contextOf(parent));
  const { traceId, spanId, traceFlags, traceState } = span.spanContext();
  running.set(spanId, span);
  const state = traceState?.serialize() ?? '';
  return { traceId, spanId, flags: traceFlags, ...(state !== '' && { state }) };
}

function take(step: Step, operation: OperationInfo, of: TraceContext, maker: Maker): void {
  const span = maker.running.get(of.spanId);
  if (step.kind === 'warning') span?.addEvent('warning', { text: shown(step.text) });
  const part = partOf(step);
  if (part !== undefined) child(part, of, maker);
  if (step.kind !== 'operation-finished') return;
  maker.running.delete(of.spanId);
  if (span !== undefined) end(span, step.error, operation.startedAt + step.ms);
}

function partOf(step: Step): Part | undefined {
  if (step.kind === 'plugin-finished')
    return {
      ...step,
      name: shownName(`${step.command} ${step.plugin}`),
      kind: SpanKind.CLIENT,
      attributes: attributesOf(step),
    };
  if (step.kind === 'phase-finished') return { ...step, name: step.phase, kind: SpanKind.INTERNAL, attributes: {} };
  if (step.kind !== 'status-published') return undefined;
  return { ...step, name: 'network-status', kind: SpanKind.INTERNAL, attributes: { 'plexus.status': step.outcome } };
}

interface Part {
  readonly name: string;
  readonly kind: SpanKind;
  readonly startedAt: number;
  readonly ms: number;
  readonly attributes: Attributes;
  readonly error?: PlexusError;
  readonly trace?: TraceContext;
}

function child(
  { name, kind, startedAt, ms, attributes, error, trace: own }: Part,
  of: TraceContext,
  { tracer, chosen }: Maker,
): void {
  chosen.spanId = own?.spanId ?? '';
  const span = tracer.startSpan(name, { kind, startTime: new Date(startedAt), attributes }, contextOf(of));
  chosen.spanId = '';
  end(span, error, startedAt + ms);
}

function end(span: Span, error: PlexusError | undefined, at: number): void {
  if (error !== undefined) {
    span.setAttributes({ 'error.type': error.id, 'plexus.error.id': error.id, 'cni.code': error.code });
    span.setStatus({ code: SpanStatusCode.ERROR, message: shown(error.message) });
  }
  span.end(new Date(at));
}

const attributesOf = ({
  command,
  plugin,
  network,
  interfaceName = '',
}: Extract<Step, { kind: 'plugin-finished' }>): Attributes => ({
  'cni.command': command,
  'cni.plugin': shownName(plugin),
  'cni.network': shownName(network),
  ...(interfaceName !== '' && { 'cni.interface': shownName(interfaceName) }),
});
