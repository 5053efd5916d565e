import { keyText } from '../errors/index.ts';
import type { Finding, Rule, Severity } from './finding.ts';
import type { PlacedText, PlacedValue, Span } from './yaml-position.ts';

/** A finding with its place in a file. Lines and columns count from 1, columns in UTF-16 units. */
export interface PlacedFinding extends Span {
  readonly file: string;
  /** The path of the key at fault within the object; empty for the whole file. */
  readonly key: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly text: string;
  readonly fix: string;
}

/** Adds to a finding about an object its line in the object's file. */
export const placed = (found: Finding, object: PlacedValue): PlacedFinding => {
  const { path, part = 'value', characters } = found;
  const inText = characters && object.textAt(path)?.span(...characters);
  return withPlace(found, {
    file: object.file,
    key: keyText([...object.path, ...path]),
    ...(inText ?? object.spanOf(path, part)),
  });
};

/** Adds to a finding about characters of a text their line in the text's file. */
export const placedIn = (found: Finding, text: PlacedText): PlacedFinding =>
  withPlace(found, { file: text.file, key: keyText(text.path), ...text.span(...(found.characters ?? [0, 0])) });

const withPlace = (
  { rule, severity, text, fix }: Finding,
  place: Pick<PlacedFinding, 'file' | 'key' | keyof Span>,
): PlacedFinding => ({ ...place, rule, severity, text, fix });

/** Replaces a finding by that of another rule at the same place. */
export const insteadOf = (found: PlacedFinding, { id, severity, fix }: Rule, text: string): PlacedFinding => ({
  ...found,
  rule: id,
  severity,
  text,
  fix,
});

const ranks: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };

/** Sorts findings by file and line and removes duplicates. */
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
