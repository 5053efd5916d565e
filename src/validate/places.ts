import { keyText } from '../errors/index.ts';
import type { Finding, Rule, Severity } from './finding.ts';
import { textAt } from './values.ts';
import type { PlacedText, PlacedValue, Span } from './yaml-position.ts';

/** A finding with its place in a file. Lines and columns count from 1, columns in UTF-16 units. */
export interface PlacedFinding extends Span {
  readonly file: string;
  /** "Pod shop/db-0", if the object is one of several in a List. */
  readonly object?: string;
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
  const name = object.path.length === 2 && object.path[0] === 'items' ? nameIn(object.value) : undefined;
  return withPlace(found, {
    file: object.file,
    ...(name !== undefined && { object: name }),
    key: keyText(name === undefined ? [...object.path, ...path] : path),
    ...(inText ?? object.spanOf(path, part)),
  });
};

/** Kind, namespace and name of an object; undefined if it has none. */
function nameIn(object: unknown): string | undefined {
  const [kind, name] = [textAt(object, ['kind']), textAt(object, ['metadata', 'name'])];
  const namespace = textAt(object, ['metadata', 'namespace']);
  if (kind === undefined || name === undefined) return undefined;
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

/** Adds to a finding about characters of a text their line in the text's file. */
export const placedIn = (found: Finding, text: PlacedText): PlacedFinding =>
  withPlace(found, { file: text.file, key: keyText(text.path), ...text.span(...(found.characters ?? [0, 0])) });

const withPlace = (
  { rule, severity, text, fix }: Finding,
  place: Pick<PlacedFinding, 'file' | 'object' | 'key' | keyof Span>,
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
