import { combinedIn, problemOf } from './as-plexus-error.ts';
import { clip } from './clip.ts';
import type { PlexusError } from './known.ts';
import type { Where } from './plexus-error.ts';

const labels: readonly (readonly [keyof Where, string])[] = [
  ['step', 'step'],
  ['pod', 'pod'],
  ['network', 'network'],
  ['interfaceName', 'interface'],
  ['plugin', 'plugin'],
];

/** Formats the known parts of a place: "step ADD, pod shop/db-0, network shop/storage"; empty if none is known. */
export const describeWhere = (where: Where): string =>
  labels
    .filter(([key]) => where[key] !== undefined)
    .map(([key, label]) => `${label} ${where[key]}`)
    .join(', ');

// The limit of an Event (K8S-16): runtimes put this line into an Event, too.
const mostSummaryBytes = 1024;
const mostDetailsBytes = 8 * 1024;

/**
 * Formats an error as one line for users: identifier, sentence, fix. Shortens the sentence if the line would exceed 1
 * KiB. `sentence`: the part of the sentence that may be shown.
 */
export const summaryOf = (error: PlexusError, sentence = error.message): string =>
  summaryWith(error, sentence, error.kind.fix);

/** The same line for a person who runs a command. */
export const summaryAtPrompt = (error: PlexusError): string =>
  summaryWith(error, error.message, error.kind.fixAtPrompt ?? error.kind.fix);

function summaryWith({ id }: PlexusError, sentence: string, fix: string): string {
  const [before, after] = [`${id}: `, `. ${fix}`];
  return `${before}${clip(sentence, mostSummaryBytes - before.length - bytesOf(after))}${after}`;
}

/**
 * Formats the CNI `details` of an error, also used in logs: its place, the complete sentence if the summary shortens
 * it, and the chain of causes, outermost first. At most 8 KiB.
 */
export function detailsOf(error: PlexusError): string {
  const where = describeWhere(error.where);
  const whole = summaryOf(error).includes(error.message) ? [] : [`in full: ${error.message}`];
  const causes = causesOf(error).map((text) => `caused by: ${text}`);
  return clip([...(where === '' ? [] : [where]), ...whole, ...causes].join('; '), mostDetailsBytes);
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

const mostCauses = 8;

function causesOf(error: Error): string[] {
  const causes = directCauses(error);
  for (let at = 0; at < causes.length && causes.length < mostCauses; at++) causes.push(...directCauses(causes[at]));
  return causes.slice(0, mostCauses).map(problemOf);
}

// An error that combines several includes their messages, but not their causes.
const directCauses = (error: unknown): unknown[] =>
  error instanceof Error
    ? [error.cause, ...combinedIn(error).flatMap(directCauses)].filter((cause) => cause !== undefined && cause !== null)
    : [];
