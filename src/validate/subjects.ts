import { type Document, isCollection, visit } from 'yaml';
import { describeCharacter } from '../cni/index.ts';
import { problemOf } from '../errors/index.ts';
import { isJson, jsonFinding, yamlFinding } from './broken.ts';
import { repeatedFindings } from './check-nad.ts';
import { type Finding, finding, invisible, keyRepeated, notRead, placeIn, syntax } from './finding.ts';
import { type Read, joined, nothing, readValue } from './objects.ts';
import { isGoTemplate } from './placeholders.ts';
import { type YamlDocument, yamlDocuments } from './yaml-documents.ts';
import { type PlacedText, placedDocument, placedFile, placedJson } from './yaml-position.ts';

/** One file, as it was read. */
export interface InputFile {
  /** As people are told of it. */
  readonly path: string;
  readonly text: string;
  /** Whether it was found in a folder: then it may be of another program. */
  readonly isFound?: true;
}
/** What there is to check in a file: YAML with any number of documents, JSON, or a CNI configuration. */
export function readSubjects({ path, text, isFound }: InputFile): Read {
  const file = placedFile(path, text);
  const isOther = isFound === true && !mentionsNetworks.test(text);
  const isConfiguration = /\.(conf|conflist)$/i.test(path) && !isOther;
  const read = /\.(json|conf|conflist)$/i.test(path) ? readJson(file, isConfiguration) : readYaml(file);
  return isOther
    ? {
        ...read,
        findings: read.findings.map((each) => (each.rule === syntax.id ? { ...each, ...skipped(each) } : each)),
      }
    : read;
}

const mentionsNetworks = /cni\.cncf\.io|multus|plexus|cniVersion|"plugins"|"ipam"/i;

const skipped = (broken: Finding): Finding =>
  finding(notRead, broken, `${broken.text}; the file mentions no networks and is skipped`);

function readJson(file: PlacedText, isConfiguration: boolean): Read {
  if (file.text.trim() === '') return nothing;
  if (!isJson(file.text)) return { subjects: [], findings: [jsonFinding(file)] };
  const value = placedJson(file);
  const read = isConfiguration
    ? { subjects: [{ kind: 'configuration', value } as const], findings: [] }
    : readValue(value);
  return {
    subjects: read.subjects,
    findings: [...(read.subjects.length > 0 ? repeatedFindings(file) : []), ...read.findings],
  };
}

const readYaml = (file: PlacedText): Read =>
  joined([{ subjects: [], findings: invisibleIndent(file) }, ...yamlDocuments(file).map(readDocument)]);

/** The first line that is indented with something else than spaces and tabs. */
function invisibleIndent(file: PlacedText): readonly Finding[] {
  const found = mentionsNetworks.test(file.text)
    ? /(?<=\n[ \t]*)[\u00a0\u2000-\u200b\u202f\u2060\u3000\ufeff]+/.exec(file.text)
    : null;
  if (found === null) return [];
  const text = `${describeCharacter(found[0], 0)} at the beginning of a line`;
  return [finding(invisible, placeIn(file, found.index, found.index + found[0].length), text)];
}

function readDocument(each: YamlDocument): Read {
  const { text, document, error, repeated } = each;
  if (error !== undefined) return { subjects: [], findings: [yamlFinding(text, error)] };
  if (isGoTemplate(text.text) && hasCollectionAsKey(document))
    return { subjects: [], findings: [yamlFinding(text, { pos: document.range, message: '' })] };
  const read = readObjects(each);
  const twice =
    read.subjects.length === 0 ? [] : repeated.map(({ pos: [from, to] }) => repeatedFinding(text, from, to));
  return { ...read, findings: [...twice, ...read.findings] };
}

const repeatedFinding = (text: PlacedText, from: number, to: number): Finding => {
  const key = text.text.slice(from, to).replace(/^(["'])(.*)\1$/s, '$2');
  return finding(
    keyRepeated,
    placeIn(text, from, to),
    `${JSON.stringify(key)} occurs twice in one object: the last one takes effect`,
  );
};

/** `{{ x }}` without quotes is YAML, but no JSON: an object as the key of an object. */
function hasCollectionAsKey(document: Document.Parsed): boolean {
  let found = false;
  visit(document, {
    Pair: (_, { key }) => {
      found ||= isCollection(key);
      return found ? visit.BREAK : undefined;
    },
  });
  return found;
}

function readObjects({ text, document }: YamlDocument): Read {
  try {
    return readValue(placedDocument(text, document, document.toJS()));
  } catch (thrown) {
    const problem = `this is not YAML: ${problemOf(thrown)}`; // aliases that blow up
    return {
      subjects: [],
      findings: [finding(syntax, placeIn(text, document.range[0], document.range[0] + 1), problem)],
    };
  }
}
