/** Rows as aligned columns under a heading, two spaces apart, no trailing spaces. Empty cells become "-". */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heading, ...rows].map((row) => heading.map((_, column) => cell(row[column])));
  const widths = heading.map((_, column) => Math.max(...lines.map((line) => widthOf(line[column] ?? ''))));
  return lines
    .map((line) =>
      line
        .map((text, column) => text + ' '.repeat((widths[column] ?? 0) - widthOf(text)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const cell = (text: string | undefined): string => (text === undefined || text === '' ? '-' : text);

const widthOf = (text: string): number => Array.from(text).length;
