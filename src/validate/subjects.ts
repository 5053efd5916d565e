import { type Document, isCollection, visit } from 'yaml';
import { describeCharacter } from '../cni/index.ts';
import { problemOf } from '../errors/index.ts';
import { jsonFinding, yamlFinding } from './broken.ts';
import { finding, invisible, notRead, syntax } from './finding.ts';
import { isJson, repeatedKey, repeatedKeys } from './json-text.ts';
import { type Read, reported, joined, nothing, readValue, subject } from './objects.ts';
import { type PlacedFinding, insteadOf, placedIn } from './places.ts';
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
    ? { ...read, findings: read.findings.map((each) => (each.rule === syntax.id ? skipped(each) : each)) }
    : read;
}

const mentionsNetworks = /cni\.cncf\.io|multus|plexus|cniVersion|"plugins"|"ipam"/i;

const skipped = (broken: PlacedFinding): PlacedFinding =>
  insteadOf(broken, notRead, `${broken.text}; the file mentions no networks and is skipped`);

function readJson(file: PlacedText, isConfiguration: boolean): Read {
  if (file.text.trim() === '') return nothing;
  if (!isJson(file.text)) return reported(jsonFinding(file));
  const value = placedJson(file);
  const read = isConfiguration ? subject('configuration', value) : readValue(value);
  const twice = read.subjects.length === 0 ? [] : repeatedKeys(file.text).map((each) => placedIn(each, file));
  return joined([reported(...twice), read]);
}

const readYaml = (file: PlacedText): Read =>
  joined([reported(...invisibleIndent(file)), ...yamlDocuments(file).map(readDocument)]);

/** The first line that is indented with something else than spaces and tabs. */
function invisibleIndent(file: PlacedText): readonly PlacedFinding[] {
  const indent = mentionsNetworks.test(file.text)
    ? /(?<=\n[ \t]*)[\u00a0\u2000-\u200b\u202f\u2060\u3000\ufeff]+/.exec(file.text)
    : null;
  if (indent === null) return [];
  const text = `${describeCharacter(indent[0], 0)} at the beginning of a line`;
  const characters = [indent.index, indent.index + indent[0].length] as const;
  return [placedIn(finding(invisible, { path: [], characters }, {}, text), file)];
}

function readDocument(each: YamlDocument): Read {
  const { text, document, error, repeated } = each;
  if (error !== undefined) return reported(yamlFinding(text, error));
  if (isGoTemplate(text.text) && hasCollectionAsKey(document))
    return reported(yamlFinding(text, { pos: document.range, message: '' }));
  const read = readObjects(each);
  const twice =
    read.subjects.length === 0 ? [] : repeated.map(({ pos: [from, to] }) => repeatedFinding(text, from, to));
  return joined([reported(...twice), read]);
}

function repeatedFinding(text: PlacedText, from: number, to: number): PlacedFinding {
  const key = text.text.slice(from, to).replace(/^(["'])(.*)\1$/s, '$2');
  return placedIn(repeatedKey(key, [from, to]), text);
}

/** `{{ x }}` without quotes is YAML, but no JSON: an object as the key of an object. */
function hasCollectionAsKey(document: Document.Parsed): boolean {
  let isFound = false;
  visit(document, {
    Pair: (_, { key }) => {
      isFound ||= isCollection(key);
      return isFound ? visit.BREAK : undefined;
    },
  });
  return isFound;
}

function readObjects({ text, document }: YamlDocument): Read {
  try {
    return readValue(placedDocument(text, document, document.toJS()));
  } catch (thrown) {
    const problem = `this is not YAML: ${problemOf(thrown)}`; // aliases that blow up
    const characters = [document.range[0], document.range[0] + 1] as const;
    return reported(placedIn(finding(syntax, { path: [], characters }, {}, problem), text));
  }
}
