import { asPlexusError, detailsOf, fileFailed, summaryAtPrompt, summaryOf } from '../errors/index.ts';
import { escapeInvisible } from '../report/index.ts';
import type { Paint, Tone } from '../view/index.ts';

/** 0 done; 1 the command failed or found problems; 2 invalid arguments, or a view that could not be produced. */
export type ExitStatus = 0 | 1 | 2;

export type Format = 'table' | 'json' | 'yaml';

/** The option --output of commands that print data. */
export const outputOption = {
  alias: 'o',
  requiresArg: true,
  choices: ['table', 'json', 'yaml'],
  default: 'table',
  describe: 'Output format',
} as const;

/** The output of a command: data, and the same as text for people. */
export interface Shown {
  readonly data: unknown;
  readonly text: () => string;
}

/** Prints the output of a command in the requested form. */
export async function print(format: Format, { data, text }: Shown): Promise<void> {
  say(format === 'table' ? text() : format === 'json' ? json(data) : (await import('./yaml-text.ts')).yamlText(data));
}

/** Prints one or more lines to stdout. Text from others cannot control the reader's terminal. */
export const say = (text: string): void =>
  void process.stdout.write(escapeInvisible(text.endsWith('\n') ? text : `${text}\n`));

/** Milliseconds since a time in ISO 8601. */
export const msSince = (time: string): number => Date.now() - Date.parse(time);

/** Prints a list of values as JSON. Holds one value at a time. */
export async function sayJsonList(values: AsyncIterable<unknown>): Promise<void> {
  let isEmpty = true;
  for await (const value of values) {
    const text = json([value]).slice(1, -2);
    await written(`${isEmpty ? '[' : ','}${text}`);
    isEmpty = false;
  }
  await written(isEmpty ? '[]\n' : '\n]\n');
}

/** Waits until the reader has taken the text, or has gone (outliveReaders). */
const written = (text: string): Promise<void> =>
  new Promise((resolve) => void process.stdout.write(escapeInvisible(text), () => resolve()));

export const json = (value: unknown): string => JSON.stringify(value, null, 2);

const colours: Readonly<Record<Tone, number>> = { bad: 31, warn: 33, good: 32, dim: 2 };

/** Uses colours on a terminal that supports them, and never with NO_COLOR (no-color.org). */
export function paintFor(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): Paint {
  const isPlain = stream.isTTY !== true || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  return isPlain ? (text) => text : (text, tone) => `\u{1b}[${colours[tone]}m${text}\u{1b}[0m`;
}

/** Reports on stderr why a command failed: to the person who ran it, or to the log of a component. */
export function reportFailure(thrown: unknown, { isComponent = false } = {}): void {
  const error = asPlexusError(thrown);
  const details = detailsOf(error);
  const summary = isComponent ? summaryOf(error) : summaryAtPrompt(error);
  process.stderr.write(escapeInvisible(`plexus: ${summary}\n${details === '' ? '' : `  ${details}\n`}`));
}

/** Ignores a closed reader (`| head`): the command continues to its end, and its exit status stays correct. */
export function outliveReaders(streams: readonly NodeJS.WriteStream[]): void {
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') return;
      reportFailure(fileFailed({ file: 'the output', action: 'write' }, error));
      process.exit(2);
    });
  }
}

/** Runs a command whose status 1 means "found". A failure to run is status 2. */
export async function runSearch(end: (status: ExitStatus) => void, search: () => Promise<ExitStatus>): Promise<void> {
  try {
    end(await search());
  } catch (thrown) {
    reportFailure(thrown);
    end(2);
  }
}
