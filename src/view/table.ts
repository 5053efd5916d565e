/** How something is meant: what is broken, what to look at, what is fine, what matters less. */
export type Tone = 'bad' | 'warn' | 'good' | 'dim';
/** Adds a tone to text, or does not: a terminal's colours, nothing in a file. */
export type Paint = (text: string, tone: Tone) => string;
export type Cell = string | { readonly text: string; readonly tone?: Tone };

/** Text as it is. */
export const unpainted: Paint = (text) => text;

/** Rows as aligned columns under a heading, two spaces apart, no trailing spaces. Empty cells become "-". */
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

/** Text without what would move a terminal's cursor or change its colours: it may come from anybody's annotation. */
export const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}');

const widthOf = (text: string): number => Array.from(text).length;
