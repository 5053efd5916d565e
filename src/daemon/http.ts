import http from 'node:http';
import { asPlexusError, fileUnusable, problemOf, summaryOf } from '../errors/index.ts';

/** What the HTTP endpoints tell. */
export interface Health {
  /** undefined: all is well; else what keeps the daemon from serving calls. */
  readonly notReady: () => string | undefined;
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

/** Serves /healthz (this process answers), /readyz (it can serve calls) and /metrics. fileUnusable when the address cannot be had. */
export async function serveHttp(
  address: { readonly host: string; readonly port: number },
  health: Health,
): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const server = http.createServer({ requestTimeout: 10_000, headersTimeout: 5000 }, (request, response) => {
    const failed = (thrown: unknown): HttpAnswer => plain(500, summaryOf(asPlexusError(thrown))); // nobody's failure would end the process
    void answer(request, health)
      .catch(failed)
      .then(({ status, type, text }) => response.writeHead(status, { 'content-type': type }).end(text));
  });
  server.maxConnections = 64;
  const place = `${address.host}:${address.port}`;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(address.port, address.host, resolve)).catch((error: unknown) => {
    throw fileUnusable({ file: place, action: 'listen on', problem: problemOf(error) }, { cause: error });
  });
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : address.port,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

interface HttpAnswer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

const plain = (status: number, text: string): HttpAnswer => ({ status, type: 'text/plain; charset=utf-8', text: `${text}\n` });

async function answer({ method, url }: http.IncomingMessage, { notReady, metrics }: Health): Promise<HttpAnswer> {
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'only GET');
  const [path = ''] = (url ?? '').split('?');
  switch (path) {
    case '/healthz':
      return plain(200, 'ok');
    case '/readyz': {
      const problem = notReady();
      return problem === undefined ? plain(200, 'ok') : plain(503, problem);
    }
    case '/metrics': {
      const { contentType, text } = await metrics();
      return { status: 200, type: contentType, text };
    }
    default:
      return plain(404, 'here are /healthz, /readyz and /metrics');
  }
}
