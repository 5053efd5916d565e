/** A position in a tree of spans (W3C Trace Context). */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** Bit 0: the span is recorded. */
  readonly flags: number;
  /** `tracestate`, unchanged. */
  readonly state?: string;
}

type Env = Readonly<Record<string, string>>;

/** Parses TRACEPARENT and TRACESTATE, as libcni sets them (CNI-69); undefined if there is no valid context. */
export function parseTraceContext({ TRACEPARENT: parent = '', TRACESTATE: state = '' }: Env): TraceContext | undefined {
  const parts = form.exec(parent.trim())?.groups as Parts | undefined;
  if (parts === undefined || !isUsable(parts)) return undefined;
  const { traceId, spanId, flags } = parts;
  return { traceId, spanId, flags: Number.parseInt(flags, 16), ...(state !== '' && { state }) };
}

interface Parts extends Pick<TraceContext, 'traceId' | 'spanId'> {
  readonly version: string;
  readonly flags: string;
  readonly more: string | undefined;
}

// Version 00 ends after the flags; a later version may have more fields. All zeros is not a valid ID.
const isUsable = ({ version, traceId, spanId, more }: Parts): boolean =>
  version !== 'ff' &&
  (version !== '00' || more === undefined) &&
  ![traceId, spanId].some((identifier) => /^0+$/.test(identifier));

const form =
  /^(?<version>[0-9a-f]{2})-(?<traceId>[0-9a-f]{32})-(?<spanId>[0-9a-f]{16})-(?<flags>[0-9a-f]{2})(?<more>-.*)?$/;

/** The variables that pass a context on to a plugin. */
export const traceVariables = ({ traceId, spanId, flags, state }: TraceContext): Env => ({
  TRACEPARENT: `00-${traceId}-${spanId}-${flags.toString(16).padStart(2, '0')}`,
  ...(state !== undefined && { TRACESTATE: state }),
});
