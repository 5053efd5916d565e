import { keyText } from '../errors/index.ts';
import type { Finding, Rule, Severity } from './finding.ts';
import type { PlacedText, PlacedValue, Span } from './yaml-position.ts';

/** A finding at one place of one file. Lines and columns count from 1, columns in UTF-16 units. */
export interface PlacedFinding extends Span {
  readonly file: string;
  /** The key at fault, as a path from the object; empty when it is the whole file. */
  readonly key: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly text: string;
  readonly fix: string;
}

/** A finding about an object, at its line in the file that the object was read from. */
export const placed = (found: Finding, object: PlacedValue): PlacedFinding => {
  const { path, part = 'value', characters } = found;
  const inText = characters && object.textAt(path)?.span(...characters);
  return withPlace(found, {
    file: object.file,
    key: keyText([...object.path, ...path]),
    ...(inText ?? object.spanOf(path, part)),
  });
};

/** A finding about characters of a text, at their line in the file of the text. */
export const placedIn = (found: Finding, text: PlacedText): PlacedFinding =>
  withPlace(found, { file: text.file, key: keyText(text.path), ...text.span(...(found.characters ?? [0, 0])) });

const withPlace = (
  { rule, severity, text, fix }: Finding,
  place: Pick<PlacedFinding, 'file' | 'key' | keyof Span>,
): PlacedFinding => ({ ...place, rule, severity, text, fix });

/** Another rule's finding at the same place. */
export const insteadOf = (found: PlacedFinding, { id, severity, fix }: Rule, text: string): PlacedFinding => ({
  ...found,
  rule: id,
  severity,
  text,
  fix,
});

const ranks: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };

/** In order of files and lines, none twice. */
export function sorted(findings: readonly PlacedFinding[]): readonly PlacedFinding[] {
  const unique = new Map(
    findings.map((each) => [JSON.stringify([each.file, each.line, each.column, each.rule, each.text]), each]),
  );
  const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
  return [...unique.values()].toSorted(
    (a, b) =>
      compare(a.file, b.file) ||
      a.line - b.line ||
      a.column - b.column ||
      ranks[a.severity] - ranks[b.severity] ||
      compare(a.rule, b.rule),
  );
}
