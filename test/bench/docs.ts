import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { overheadPlot, stepsPlot } from './plots.ts';
import type { BenchReport } from './report.ts';
import { type Section, scaleSection, sectionsOf, stepsPicture } from './tables.ts';

const docs = join(import.meta.dirname, '../../docs');

/** Describes the machine of a measurement in one sentence. */
export function placeOf({ machine, repetitions }: BenchReport): string {
  const { cpu, cores, memoryGiB, kernel, node, plugins, commit, date, load } = machine;
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB; Linux ${kernel}, Node.js ${node.slice(1)}, CNI plugins ${plugins}; commit ${commit}, ${date}; ${repetitions} repetitions; load before: ${load}.`;
}

export const textOf = ({ title, text, table }: Section): string => `${title}\n${text}\n\n${table}\n`;

/** Writes tables between the markers of docs/performance.md, and pictures beside it. */
export async function writeDocs(report: BenchReport): Promise<void> {
  const file = join(docs, 'performance.md');
  const before = await readFile(file, 'utf8');
  const sections = sectionsOf(report);
  const main = sections.length === 0 ? before : between(before, 'bench', markdown(report, sections));
  const after =
    report.scale === undefined ? main : between(main, 'bench:scale', markdown(report, [scaleSection(report.scale)]));
  for (const [name, picture] of picturesOf(report)) {
    await mkdir(join(docs, 'img'), { recursive: true });
    await writeFile(join(docs, 'img', name), picture);
  }
  await writeFile(file, after);
}

/** Replaces the text between two markers. */
function between(text: string, marker: string, content: string): string {
  const [begin, end] = [`<!-- ${marker}: begin -->`, `<!-- ${marker}: end -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/performance.md: the lines ${begin} and ${end} are missing`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}

const markdown = (report: BenchReport, sections: readonly Section[]): string =>
  [placeOf(report), ...sections.map(sectionMarkdown)].join('\n\n');

const sectionMarkdown = ({ title, text, table, pictures = [] }: Section): string =>
  [`### ${title}`, text, ...pictures.map(({ file, alt }) => `![${alt}](img/${file})`), `\`\`\`\n${table}\n\`\`\``].join(
    '\n\n',
  );

const picturesOf = ({ calls, steps }: BenchReport): ReadonlyMap<string, string> =>
  new Map([
    ...(calls === undefined ? [] : [['performance-overhead.svg', overheadPlot(calls)] as const]),
    ...(steps ?? []).map((row) => [stepsPicture(row), stepsPlot(row)] as const),
  ]);
