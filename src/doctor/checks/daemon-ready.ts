import { problemOf } from '../../errors/index.ts';
import { type Check, type Seen, unknown } from '../check.ts';
import { observeSocketOf } from '../../host/index.ts';
import type { HttpAnswer } from '../ask-http.ts';
import { type NodeScene, metricIn } from '../node-scene.ts';

/** Whether the daemon reports that it is ready. */
export const daemonReady: Check<NodeScene> = {
  id: 'PLX-D-READY',
  good: 'the daemon is ready',
  finds: '/readyz of the daemon reports that it cannot serve calls, and why',
  fix: 'Correct the reported cause; until then the pod of Plexus is not ready and CNI calls wait.',
  place: ({ places }) => observeSocketOf(places.socket),
  look: async (scene, signal) => {
    const answer = await askHttp(scene, '/readyz', signal);
    if ('severity' in answer) return [answer];
    if (answer.status !== 200) return [{ severity: 'error', what: `the daemon is not ready: ${answer.text.trim()}` }];
    const metrics = await askHttp(scene, '/metrics', signal);
    return 'text' in metrics && metricIn(metrics.text, 'plexus_http_listening') === 0 ? [addressTaken(scene)] : [];
  },
};

const addressTaken = ({ places }: NodeScene): Seen => ({
  severity: 'warning',
  what: `the daemon cannot listen on ${places.http ?? 'its HTTP address'}: metrics cannot be scraped; CNI calls and probes are not affected`,
  fix: 'Find the program that listens there (ss -ltnp) and stop it, or set another address (http).',
});

/** An answer of the daemon's HTTP endpoints, or why there is none. */
export async function askHttp(
  { http }: NodeScene,
  path: '/readyz' | '/metrics',
  signal: AbortSignal,
): Promise<HttpAnswer | Seen> {
  const fix =
    "Run plexus doctor as root on the node or in the daemon's container, or pass the daemon's HTTP address with --http.";
  return http(path, signal).catch((error: unknown) => unknown(`no answer (${reasonOf(error)})`, { fix }));
}

// fetch reports only that it failed; the cause contains the reason
const reasonOf = (error: unknown): string =>
  error instanceof Error && error.cause !== undefined ? problemOf(error.cause) : problemOf(error);
