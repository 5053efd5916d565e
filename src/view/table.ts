import stringWidth from 'string-width';

/** The meaning of a text: bad is broken, warn needs attention, good is fine, dim is less important. */
export type Tone = 'bad' | 'warn' | 'good' | 'dim';
/** Applies a tone to text: terminal colours, or nothing in a file. */
export type Paint = (text: string, tone: Tone) => string;
/** `order`: what to sort by instead of the text. */
export type Cell = string | { readonly text: string; readonly tone?: Tone; readonly order?: number };
/** A column with a heading. */
export interface Column {
  readonly heading: string;
  /** The column with the lowest number is dropped first from a terminal that is too narrow; without a number, never. */
  readonly drop?: number;
  /** Whether only the wide form has it. */
  readonly wide?: boolean;
}
/** How a table is shown; by default plain, as wide as needed, in the given order. */
export interface TableStyle {
  readonly paint?: Paint;
  /** Columns of the terminal. */
  readonly width?: number;
  readonly isWide?: boolean;
  readonly hasHeading?: boolean;
  /** Heading of the column to sort by. */
  readonly sortBy?: string;
}

/** Leaves text unchanged. */
export const unpainted: Paint = (text) => text;

const gap = 2;

/**
 * Formats rows as aligned columns, two spaces apart, without trailing spaces. Empty cells become "-". Drops columns and
 * finally shortens the last one to fit the width. Our own, because no library for tables drops columns by priority.
 */
export function table(
  heading: readonly (string | Column)[],
  rows: readonly (readonly Cell[])[],
  style: TableStyle = {},
): string {
  const { paint = unpainted, width = Infinity, isWide = false, hasHeading = true, sortBy } = style;
  const columns = heading.map((each): Column => (typeof each === 'string' ? { heading: each } : each));
  const lines = [
    ...(hasHeading ? [columns.map((each) => shown(each.heading))] : []),
    ...sorted(rows, indexOf(columns, sortBy)).map((row) => columns.map((_, index) => shown(row[index]))),
  ];
  const widths = columns.map((_, index) =>
    lines.reduce((widest, line) => Math.max(widest, stringWidth(line[index]?.text ?? '')), 0),
  );
  const kept = fitting(columns, widths, { width, isWide });
  return lines.map((line) => lineText(line, kept, widths, { paint, width })).join('\n');
}

/** The headings of the columns, for a message. */
export const headingsOf = (heading: readonly (string | Column)[]): readonly string[] =>
  heading.map((each) => (typeof each === 'string' ? each : each.heading));

const indexOf = (columns: readonly Column[], sortBy: string | undefined): number =>
  sortBy === undefined ? -1 : columns.findIndex(({ heading }) => heading.toLowerCase() === sortBy.toLowerCase());

function sorted(rows: readonly (readonly Cell[])[], index: number): readonly (readonly Cell[])[] {
  if (index < 0) return rows;
  return rows.toSorted((one, other) => {
    const [a, b] = [one[index] ?? '', other[index] ?? ''];
    const [first, second] = [orderOf(a), orderOf(b)];
    if (first !== undefined && second !== undefined) return first - second;
    return collator.compare(shown(a).text, shown(b).text);
  });
}

const orderOf = (cell: Cell): number | undefined => (typeof cell === 'string' ? undefined : cell.order);
const collator = new Intl.Collator('en', { numeric: true }); // 10.0.0.9 before 10.0.0.10

/** The indexes of the columns that fit the width. */
function fitting(
  columns: readonly Column[],
  widths: readonly number[],
  { width, isWide }: { readonly width: number; readonly isWide: boolean },
): readonly number[] {
  let kept = [...columns.keys()].filter((index) => isWide || columns[index]?.wide !== true);
  const total = (): number => kept.reduce((sum, index) => sum + (widths[index] ?? 0) + gap, -gap);
  const dropOf = (index: number): number => columns[index]?.drop ?? Infinity;
  while (total() > width) {
    const next = kept.reduce((lowest, index) => (dropOf(index) < dropOf(lowest) ? index : lowest));
    if (dropOf(next) === Infinity) break;
    kept = kept.filter((index) => index !== next);
  }
  return kept;
}

function lineText(
  line: readonly Shown[],
  kept: readonly number[],
  widths: readonly number[],
  { paint, width }: { readonly paint: Paint; readonly width: number },
): string {
  const last = kept.at(-1);
  let used = 0;
  return kept
    .map((index) => {
      const { text, tone } = line[index] ?? shown('');
      if (index === last) return painted(shortened(text, width - used), tone, paint);
      used += (widths[index] ?? 0) + gap;
      return painted(text, tone, paint) + ' '.repeat((widths[index] ?? 0) - stringWidth(text) + gap);
    })
    .join('');
}

/** A text of at most this width, but at least a few letters of it. */
function shortened(text: string, width: number): string {
  const most = Math.max(width, leastWidth);
  if (stringWidth(text) <= most) return text;
  let start = '';
  for (const letter of text) {
    if (stringWidth(start + letter) >= most) break;
    start += letter;
  }
  return `${start}…`;
}
const leastWidth = 8;

const painted = (text: string, tone: Tone | undefined, paint: Paint): string =>
  tone === undefined ? text : paint(text, tone);

interface Shown {
  readonly text: string;
  readonly tone?: Tone;
}

function shown(cell: Cell | undefined): Shown {
  const { text, tone }: { text: string; tone?: Tone } = typeof cell === 'object' ? cell : { text: cell ?? '' };
  return { text: text === '' ? '-' : printable(text), ...(tone !== undefined && { tone }) };
}

/** Removes characters that move a terminal's cursor or change its colours: any annotation may contain them. */
export const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
