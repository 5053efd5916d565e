import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span in OTLP's JSON form. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly {
    readonly key: string;
    readonly value: { readonly stringValue?: string; readonly intValue?: number };
  }[];
  readonly status: { readonly code?: number; readonly message?: string };
}
/** An OTLP/HTTP receiver, like a collector. */
export interface OtlpReceiver {
  readonly endpoint: string;
  /** Spans received as JSON, in order. */
  readonly spans: () => readonly ReceivedSpan[];
  /** Attributes of the last resource received as JSON. */
  readonly resource: () => Readonly<Record<string, string | undefined>>;
  /** Requests with other bodies. */
  readonly bodies: readonly { readonly path: string; readonly type: string; readonly bytes: Buffer }[];
  readonly close: () => Promise<void>;
}

interface Payload {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: ReceivedSpan['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly ReceivedSpan[] }[];
  }[];
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const bodies: { path: string; type: string; bytes: Buffer }[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push({
        path: request.url ?? '',
        type: request.headers['content-type'] ?? '',
        bytes: Buffer.concat(chunks),
      });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const payloads = (): readonly Payload[] =>
    bodies
      .filter(({ type }) => type === 'application/json')
      .map(({ bytes }) => JSON.parse(bytes.toString()) as Payload);
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: () =>
      payloads().flatMap(({ resourceSpans }) =>
        resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      ),
    resource: () =>
      Object.fromEntries(
        (payloads().at(-1)?.resourceSpans[0]?.resource.attributes ?? []).map(({ key, value }) => [
          key,
          value.stringValue,
        ]),
      ),
    bodies,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** An attribute of a span. */
export const attribute = (span: ReceivedSpan | undefined, key: string): string | number | undefined => {
  const value = span?.attributes.find((each) => each.key === key)?.value;
  return value?.stringValue ?? value?.intValue;
};
