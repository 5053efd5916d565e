import { setTimeout as delay } from 'node:timers/promises';
import { type Topology, topologyOf } from '../view/index.ts';
import { type ScopeArguments, clusterFor, scopeFor } from './cluster-options.ts';
import { say } from './output.ts';

export const watchOption = {
  alias: 'w',
  type: 'boolean',
  default: false,
  describe: 'Then print rows that change, until Ctrl-C; only for tables and names',
} as const;

/** Changes that arrive within this time are printed together. */
const gatherMs = 200;

/**
 * Prints the lines of a topology, and from then on the lines that change. `linesOf` gets whether this is the first
 * time. Returns at SIGINT or SIGTERM. Rejects if the cluster cannot be read at first.
 */
export async function watchTopology(
  options: ScopeArguments,
  linesOf: (topology: Topology, isFirst: boolean) => readonly string[],
): Promise<void> {
  const cluster = await clusterFor(options);
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort());
  await cluster.probe(stop.signal);
  let changed = Promise.withResolvers<void>();
  const watched = cluster.watch(scopeFor(options, cluster), () => changed.resolve());
  const ended = watched.run(stop.signal);
  let before: ReadonlySet<string> | undefined;
  let reported = '';
  while (!stop.signal.aborted) {
    await Promise.race([changed.promise, ended]);
    await delay(gatherMs, undefined, { signal: stop.signal }).catch(() => {}); // The loop ends.
    changed = Promise.withResolvers<void>();
    const { complete, problems } = watched.state();
    const problem = problems.join('; ');
    if (problem !== reported && problem !== '') process.stderr.write(`plexus: ${problem}\n`);
    reported = problem;
    if (!complete || stop.signal.aborted) continue;
    const lines = linesOf(topologyOf(watched.current()), before === undefined);
    const last = before;
    const fresh = last === undefined ? lines : lines.filter((line) => !last.has(line));
    if (fresh.length > 0) say(fresh.join('\n'));
    before = new Set(lines);
  }
  await ended;
}
