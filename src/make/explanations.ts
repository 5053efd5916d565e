import { clusterChecks, nodeChecks } from '../doctor/index.ts';
import { rules } from '../validate/index.ts';
import { errorsOutside } from './errors-outside.ts';
import { errorEntries } from './reference.ts';

/** What `plexus explain` prints about an identifier. */
interface Explanation {
  readonly kind: 'error' | 'check of plexus doctor' | 'rule of plexus validate';
  /** The sentence, with the name of each value as a placeholder, or what a check finds. */
  readonly what: string;
  readonly fix: string;
  /** CNI error code. */
  readonly code?: number;
  readonly retry?: 'later' | 'never';
  /** Indexes of the sections of docs/troubleshooting.md that mention it. */
  readonly sections: readonly number[];
}

/**
 * Generates the module of `plexus explain`: every identifier, and the sections of docs/troubleshooting.md, so that they
 * are part of the program.
 */
export function explanationsModule(troubleshooting: string): string {
  const sections = sectionsOf(troubleshooting);
  const mentions = (id: string): readonly number[] =>
    sections.flatMap(({ text }, index) => (new RegExp(String.raw`\b${id}(?![A-Z0-9-])`).test(text) ? [index] : []));
  const entries: readonly (readonly [string, Omit<Explanation, 'sections'>])[] = [
    ...errorEntries().map(
      ({ id, wording, kind }) =>
        [id, { kind: 'error', what: wording, fix: kind.fix, code: kind.code, retry: kind.retry }] as const,
    ),
    ...errorsOutside.map(
      ({ id, sentence, fix, code, retry }) => [id, { kind: 'error', what: sentence, fix, code, retry }] as const,
    ),
    ...[...nodeChecks, ...clusterChecks].map(
      ({ id, finds, fix }) => [id, { kind: 'check of plexus doctor', what: finds, fix }] as const,
    ),
    ...Object.values(rules).map(
      ({ id, sentence, fix }) => [id, { kind: 'rule of plexus validate', what: sentence, fix }] as const,
    ),
  ];
  const explanations = Object.fromEntries(
    entries
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, entry]) => [id, { ...entry, sections: mentions(id) } satisfies Explanation]),
  );
  return `// Made by \`npm run make\`: do not edit.
export const explanations = ${JSON.stringify(explanations, null, 1)};
export const sections = ${JSON.stringify(sections, null, 1)};
`;
}

interface Section {
  readonly title: string;
  readonly text: string;
}

/** The sections of the third level, without the links of Markdown. */
const sectionsOf = (page: string): readonly Section[] =>
  page
    .split(/^### /m)
    .slice(1)
    .map((part) => {
      const [title = '', ...lines] = part.split(/^## /m)[0]?.split('\n') ?? [];
      return { title, text: plain(lines.join('\n').trim()) };
    });

const plain = (text: string): string => text.replaceAll(/\[([^\]]+)\]\(([^)]+)\)/g, '$1').replaceAll('**', '');
