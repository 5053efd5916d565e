import { type Document, type YAMLError, LineCounter, parseAllDocuments } from 'yaml';
import { type PlacedText, partOf } from './yaml-position.ts';

/** One document of a YAML file. */
export interface YamlDocument {
  /** The parsed text, with the places of its characters in the file. */
  readonly text: PlacedText;
  readonly document: Document.Parsed;
  /** The first error; absent if the document is usable. */
  readonly error?: YAMLError;
  /** Errors about duplicate keys. */
  readonly repeated: readonly YAMLError[];
}

/**
 * Parses the documents of a file as kubectl does. The yaml package follows YAML 1.2 strictly; libyaml, which kubectl
 * uses, accepts more: quoted texts and flow collections that continue to the left of their key, a comment directly
 * after a value, and duplicate keys (the last one counts). If the package rejects a document, this function indents the
 * lines at fault and parses again. Leading white space has no meaning there, so the value stays the same.
 */
export function yamlDocuments(file: PlacedText): readonly YamlDocument[] {
  const whole = parsedIn(file);
  if (whole.every(({ error }) => error === undefined)) return whole;
  return partsOf(file).flatMap(indented);
}

function parsedIn(text: PlacedText): readonly YamlDocument[] {
  const documents = parseAllDocuments(text.text, {
    lineCounter: new LineCounter(),
    logLevel: 'silent',
    merge: true,
    prettyErrors: false,
  });
  if (!Array.isArray(documents)) return []; // an empty file
  return (documents as readonly Document.Parsed[]).map((document) => {
    const repeated = document.errors.filter(({ code }) => code === 'DUPLICATE_KEY');
    const error = document.errors.find((each) => !repeated.includes(each) && strictnessOf(each) !== 'comment');
    return { text, document, repeated, ...(error !== undefined && { error }) };
  });
}

/** Where the package is stricter than libyaml: a comment without a space, a flow collection, a quoted text. */
type Strictness = 'comment' | 'flow' | '"' | "'";

/**
 * Decides by the package's messages, because its codes (MISSING_CHAR, BAD_INDENT) do not distinguish these errors from
 * others. Only this function reads them; the tests in yaml-as-kubectl fail if the package changes one.
 */
function strictnessOf({ message }: YAMLError): Strictness | undefined {
  if (message.startsWith('Comments must be separated')) return 'comment';
  if (/^Flow (map|sequence) in block collection must be sufficiently indented/.test(message)) return 'flow';
  return /^Missing closing (["'])quote/.exec(message)?.[1] as '"' | "'" | undefined;
}

/** Splits a file at every line that begins with three dashes, as kubectl does. */
function partsOf(file: PlacedText): readonly PlacedText[] {
  const starts = [0, ...[...file.text.matchAll(/^---(?=\s|$)/gm)].map(({ index }) => index)];
  return starts
    .map((start, index) => partOf(file, file.text.slice(start, starts[index + 1]), (offset) => start + offset))
    .filter(({ text }) => text.trim() !== '');
}

// limit, because each repair parses the document again
const mostParsed = 2_000_000;
const mostIndent = 200;

function indented(part: PlacedText): readonly YamlDocument[] {
  const original = parsedIn(part);
  const pad = ' '.repeat(
    Math.min(mostIndent, 2 + Math.max(0, ...[...part.text.matchAll(/^ +/gm)].map(([spaces]) => spaces.length))),
  );
  let [text, documents] = [part, original];
  for (let parsed = 0; parsed < mostParsed; parsed += text.text.length) {
    const error = documents.find((each) => each.error !== undefined)?.error;
    if (error === undefined) return documents;
    const lines = linesAtFault(text.text, error).filter((start) => !text.text.startsWith(pad, start));
    if (lines.length === 0) return original;
    text = withPads(text, lines, pad);
    documents = parsedIn(text);
  }
  return original;
}

/** Returns the starts of the lines that are indented too little; none if more indentation does not help. */
function linesAtFault(text: string, error: YAMLError): readonly number[] {
  const strictness = strictnessOf(error);
  if (strictness === undefined || strictness === 'comment') return [];
  const isFlow = strictness === 'flow';
  const [at] = error.pos;
  const from = isFlow ? text.lastIndexOf('\n', at - 1) + 1 : text.indexOf('\n', at) + 1;
  const end = isFlow ? closingBracket(text, from) : closingQuote(text, strictness, from);
  return from === 0 || end < 0
    ? []
    : [from, ...[...text.slice(from, end).matchAll(/\n/g)].map(({ index }) => from + index + 1)];
}

/** Returns the end of the collection that is open at a position. */
function closingBracket(text: string, from: number): number {
  let open = 1;
  const brackets = /"(?:\\.|[^"\\])*"|'(?:''|[^'])*'|(?<=\s)#[^\n]*|[[\]{}]/gs;
  brackets.lastIndex = from;
  for (let found = brackets.exec(text); found !== null; found = brackets.exec(text)) {
    if (found[0] === '[' || found[0] === '{') open++;
    else if (found[0] === ']' || found[0] === '}') open--;
    if (open === 0) return found.index;
  }
  return -1;
}

function closingQuote(text: string, quote: string, from: number): number {
  const closing = quote === '"' ? /\\.|(")/gs : /''|(')/g;
  closing.lastIndex = from;
  for (let found = closing.exec(text); found !== null; found = closing.exec(text))
    if (found[1] !== undefined) return found.index;
  return -1;
}

/** Returns the text with more indentation at some lines. */
function withPads(text: PlacedText, lines: readonly number[], pad: string): PlacedText {
  const bounds = [0, ...lines, text.text.length];
  const pieces = bounds.slice(1).map((end, index) => text.text.slice(bounds[index], end));
  const originalOf = (offset: number): number => {
    let before = 0;
    while (before < lines.length && (lines[before] ?? 0) + (before + 1) * pad.length <= offset) before++;
    const moved = offset - before * pad.length;
    return before < lines.length ? Math.min(moved, lines[before] ?? moved) : moved;
  };
  return partOf(text, pieces.join(pad), originalOf);
}
