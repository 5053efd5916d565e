import { problemOf } from './as-plexus-error.ts';
import type { PlexusError, Where } from './plexus-error.ts';

const labels: readonly (readonly [keyof Where, string])[] = [
  ['step', 'step'],
  ['pod', 'pod'],
  ['network', 'network'],
  ['interfaceName', 'interface'],
  ['plugin', 'plugin'],
];

/** "step ADD, pod shop/db-0, network shop/storage": the known parts of a place, or an empty text. */
export const describeWhere = (where: Where): string =>
  labels
    .filter(([key]) => where[key] !== undefined)
    .map(([key, label]) => `${label} ${where[key]}`)
    .join(', ');

/** One line for people: identifier, sentence, what to do. */
export const summaryOf = (error: PlexusError): string => `${error.id}: ${error.message}. ${error.kind.fix}`;

/** Where it happened and the chain of causes, outermost first; for CNI `details` and logs. */
export function detailsOf(error: PlexusError): string {
  const where = describeWhere(error.where);
  const causes = causesOf(error).map((text) => `caused by: ${text}`);
  return [...(where === '' ? [] : [where]), ...causes].join('; ');
}

const mostCauses = 8;

function causesOf(error: Error): string[] {
  const texts: string[] = [];
  let cause: unknown = error.cause;
  while (cause !== undefined && cause !== null && texts.length < mostCauses) {
    texts.push(problemOf(cause));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return texts;
}
