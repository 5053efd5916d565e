/** A place in a tree of spans (W3C Trace Context). */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** Bit 0: the span is recorded. */
  readonly flags: number;
  /** `tracestate`, as it came. */
  readonly state?: string;
}

type Env = Readonly<Record<string, string>>;

/** The context that TRACEPARENT and TRACESTATE of a call give, as libcni sets them (CNI-69); undefined when there is none that can be understood. */
export function parseTraceContext(env: Env): TraceContext | undefined {
  const parts = form.exec(env['TRACEPARENT']?.trim() ?? '');
  if (parts === null) return undefined;
  const [, version = '', traceId = '', spanId = '', flags = '', more = ''] = parts;
  if (version === 'ff' || (version === '00' && more !== '') || [traceId, spanId].some(isZero)) return undefined;
  const { TRACESTATE: state } = env;
  return { traceId, spanId, flags: Number.parseInt(flags, 16), ...(state && { state }) };
}

// version 00 ends after the flags, a later one may go on
const form = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

const isZero = (identifier: string): boolean => /^0+$/.test(identifier);

/** The variables that hand a context on to a plugin. */
export const traceVariables = ({ traceId, spanId, flags, state }: TraceContext): Env => ({
  TRACEPARENT: `00-${traceId}-${spanId}-${flags.toString(16).padStart(2, '0')}`,
  ...(state !== undefined && { TRACESTATE: state }),
});
