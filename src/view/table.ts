/** The meaning of a text: bad is broken, warn needs attention, good is fine, dim is less important. */
export type Tone = 'bad' | 'warn' | 'good' | 'dim';
/** Applies a tone to text: terminal colours, or nothing in a file. */
export type Paint = (text: string, tone: Tone) => string;
export type Cell = string | { readonly text: string; readonly tone?: Tone };

/** Leaves text unchanged. */
export const unpainted: Paint = (text) => text;

/** Formats rows as aligned columns, two spaces apart, without trailing spaces. Empty cells become "-". */
export function table(
  heading: readonly string[],
  rows: readonly (readonly Cell[])[],
  paint: Paint = unpainted,
): string {
  const lines = [heading, ...rows].map((row) => heading.map((_, column) => shown(row[column])));
  const widths = heading.map((_, column) =>
    lines.reduce((widest, line) => Math.max(widest, widthOf(line[column]?.text ?? '')), 0),
  );
  return lines
    .map((line) => {
      const last = line.length - 1;
      return line
        .map(
          ({ text, tone }, column) =>
            painted(text, tone, paint) + (column === last ? '' : ' '.repeat((widths[column] ?? 0) - widthOf(text))),
        )
        .join('  ');
    })
    .join('\n');
}

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

const widthOf = (text: string): number => Array.from(text).length;
