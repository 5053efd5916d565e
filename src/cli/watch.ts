import { setTimeout as delay } from 'node:timers/promises';
import { asPlexusError, summaryAtPrompt } from '../errors/index.ts';
import { escapeInvisible } from '../report/index.ts';
import { type ListingArguments, type ObjectListing, listingWatch } from './listing.ts';

/** The arguments of listings that can be watched. */
export interface WatchArguments extends ListingArguments {
  readonly watch: boolean;
}

export const watchOption = {
  alias: 'w',
  type: 'boolean',
  default: false,
  describe: 'Then print rows that change, until Ctrl-C; only for tables and names',
} as const;

/** Checks the options of a listing that can be watched, for yargs. */
export const checkWatch = ({ output, watch }: WatchArguments): true | string =>
  !watch || ['table', 'wide', 'name'].includes(output) || '--watch prints tables (-o table, wide) and names only';

/** The option, without dashes, of a watch that runs on a node for a reader elsewhere. */
export const endsWithInput = 'ends-with-input';

/** The options of watches on a node. */
export const nodeWatchOptions = {
  watch: watchOption,
  [endsWithInput]: { type: 'boolean', default: false, hidden: true },
} as const;

/** The arguments of a watch on a node. */
export interface NodeWatchArguments extends WatchArguments {
  readonly 'ends-with-input': boolean;
}

/** What ends a watch; disposal ends it, too, so that the process can exit. */
export interface WatchEnd extends Disposable {
  readonly signal: AbortSignal;
}

/**
 * Ends a watch at SIGINT, at SIGTERM, and when the reader of the output has gone. A reader elsewhere cannot send a
 * signal, but its end closes the input.
 */
export function endOfWatch({ withInput = false }: { readonly withInput?: boolean } = {}): WatchEnd {
  const stop = new AbortController();
  const end = (): void => stop.abort();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, end);
  process.stdout.once('error', end);
  if (withInput) {
    for (const event of ['end', 'close', 'error']) process.stdin.once(event, end);
    process.stdin.resume();
    stop.signal.addEventListener('abort', () => void process.stdin.destroy(), { once: true });
  }
  return { signal: stop.signal, [Symbol.dispose]: end };
}

const pollMs = 1000;

/** A listing of this node, and what it lacks, as sentences. */
export interface NodeListing {
  readonly listing: ObjectListing;
  readonly problems: readonly string[];
}

/**
 * Shows a listing of this node, and every second the rows that have changed. Returns at the end of the watch. Rejects
 * if the first reading does; reports later failures on stderr and continues.
 */
export async function watchNode(
  options: NodeWatchArguments,
  read: (signal: AbortSignal) => Promise<NodeListing>,
): Promise<void> {
  using end = endOfWatch({ withInput: options['ends-with-input'] });
  const { signal } = end;
  const show = listingWatch(options);
  const report = reporter();
  const first = await read(signal);
  report(first.problems);
  show(first.listing);
  while (!signal.aborted) {
    await delay(pollMs, undefined, { signal }).catch(() => {}); // The loop ends.
    try {
      const { listing, problems } = await read(signal);
      if (signal.aborted) return;
      report(problems);
      show(listing);
    } catch (error) {
      if (!signal.aborted) report([summaryAtPrompt(asPlexusError(error))]);
    }
  }
}

/** Prints problems on stderr. */
export function printProblems(problems: readonly string[]): void {
  for (const problem of problems) process.stderr.write(escapeInvisible(`plexus: ${problem}\n`));
}

/** Creates a function that prints the problems that have come since the time before. */
export function reporter(): (problems: readonly string[]) => void {
  let known: readonly string[] = [];
  return (problems) => {
    printProblems(problems.filter((each) => !known.includes(each)));
    known = problems;
  };
}
