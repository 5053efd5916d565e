// Generates docs/requirements/coverage.md: which tests and source files cite each requirement, and which citations are
// undefined. A citation is an ID such as NPWG-34 in the text of a file. A range (`CNI-48, 52` or `CNI-48/52`) cites its
// first ID only.

/** A file's name, relative to the repository, and its text. */
export type FileTexts = ReadonlyMap<string, string>;

const idPattern = /\b(?:CNI|NPWG|K8S)-\d+/g;
const rowPattern = /^\| ((?:CNI|NPWG|K8S)-\d+) \|/gm;

/** The IDs that the pages of docs/requirements define, in order. Throws for a duplicate ID. */
export function definedRequirements(pages: FileTexts): readonly string[] {
  const ids = [...pages.values()].flatMap((text) => [...text.matchAll(rowPattern)].map(([, id = '']) => id));
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined) throw new Error(`docs/requirements defines ${twice} twice: remove one of the rows`);
  return ids;
}

/** Citations of undefined IDs, as `file: id`. */
export function undefinedCitations(defined: readonly string[], files: FileTexts): readonly string[] {
  const known = new Set(defined);
  return [...files].flatMap(([file, text]) => citedIn(text).flatMap((id) => (known.has(id) ? [] : [`${file}: ${id}`])));
}

/** Builds the page: one row per requirement with the files of src and test that cite it. */
export function coveragePage(defined: readonly string[], files: FileTexts): string {
  const citing = Map.groupBy(
    [...files].flatMap(([file, text]) => citedIn(text).map((id) => ({ id, file }))),
    ({ id }) => id,
  );
  const cited = (id: string, folder: string): string[] =>
    (citing.get(id) ?? []).map(({ file }) => file).filter((file) => file.startsWith(folder));
  const rows = defined.map((id) => `| ${id} | ${linked(cited(id, 'test/'))} | ${linked(cited(id, 'src/'))} |`);
  const untested = defined.filter((id) => cited(id, 'test/').length === 0);
  return `<!-- Made by \`npm run make\`: do not edit. -->

# Which requirement is tested where

Requirements are defined in [npwg.md](npwg.md), [cni.md](cni.md) and [kubernetes.md](kubernetes.md). A test that covers one cites its id.
${defined.length - untested.length} of ${defined.length} are cited by a test; not cited: ${untested.join(', ')}.

| requirement | tests | source |
| --- | --- | --- |
${rows.join('\n')}
`;
}

const citedIn = (text: string): string[] => [...new Set(text.match(idPattern))];

const linked = (files: readonly string[]): string =>
  files
    .toSorted()
    .map((file) => `[${file.replace(/^(?:src|test)\//, '')}](../../${file})`)
    .join(' ');
