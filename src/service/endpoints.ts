import { asPlexusError, summaryOf } from '../errors/index.ts';

/** What the endpoints serve. */
export interface Health {
  /** Returns why the daemon cannot serve calls; undefined if it can. */
  readonly notReady: () => string | undefined;
  readonly metrics: () => Promise<MetricsText>;
}
export interface MetricsText {
  readonly contentType: string;
  readonly text: string;
}
export interface EndpointAnswer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

export const plain = (status: number, text: string): EndpointAnswer => ({
  status,
  type: 'text/plain; charset=utf-8',
  text: `${text}\n`,
});

/**
 * Answers /healthz (this process runs), /readyz (it can serve calls) and /metrics; undefined for other paths. Never
 * rejects.
 */
export async function answerOf(path: string, { notReady, metrics }: Health): Promise<EndpointAnswer | undefined> {
  switch (path) {
    case '/healthz':
      return plain(200, 'ok');
    case '/readyz': {
      const problem = notReady();
      return problem === undefined ? plain(200, 'ok') : plain(503, problem);
    }
    case '/metrics':
      return metrics().then(
        ({ contentType, text }) => ({ status: 200, type: contentType, text }),
        (thrown: unknown) => plain(500, summaryOf(asPlexusError(thrown))),
      );
    default:
      return undefined;
  }
}

// collecting metrics may take at most a tenth of the time
const pausePerRun = 10;

/**
 * Collects metrics once for all concurrent requests, and again only after ten times the duration of the last
 * collection. A client that polls in a loop gets the same text and cannot keep the daemon busy reading its journal.
 */
export function sharedMetrics(collect: Health['metrics'], now = (): number => performance.now()): Health['metrics'] {
  let last: { readonly text: Promise<MetricsText>; validUntil: number } | undefined;
  return () => {
    if (last !== undefined && now() < last.validUntil) return last.text;
    const startedAt = now();
    const entry = { text: collect(), validUntil: Number.POSITIVE_INFINITY };
    const finish = (): void => void (entry.validUntil = now() + (now() - startedAt) * pausePerRun);
    entry.text.then(finish, finish);
    last = entry;
    return entry.text;
  };
}
