import * as kinds from './kinds/index.ts';
import type { ErrorKind } from './plexus-error.ts';

/** The kind of failure with an identifier; undefined if this version of Plexus knows none. */
export function errorKindOf(id: string): ErrorKind | undefined {
  for (const entry of Object.values(kinds)) if ('id' in entry && entry.id === id) return entry.kind;
  return undefined;
}

/** The parts of a line that `summaryOf` has formatted. */
export interface ReadSummary {
  readonly id: string;
  readonly sentence: string;
  /** Absent if this version of Plexus does not know the identifier. */
  readonly fix?: string;
}

/**
 * Finds the summary of an error in a text that others may have added to, as kubelet and runtimes do. Undefined if the
 * text contains none.
 */
export function readSummary(text: string): ReadSummary | undefined {
  const [, id, rest] = /\b(PLX-[A-Z0-9]+(?:-[A-Z0-9]+)*): ([\s\S]*)/.exec(text) ?? [];
  if (id === undefined || rest === undefined) return undefined;
  const fix = errorKindOf(id)?.fix;
  if (fix === undefined) return { id, sentence: rest.trim() };
  const end = rest.indexOf(`. ${fix}`);
  return { id, sentence: (end === -1 ? rest : rest.slice(0, end)).trim(), fix };
}
