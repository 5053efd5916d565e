import { type Document, type Node, type Pair, isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { parseJson } from '../cni/index.ts';
import type { Path } from '../errors/index.ts';
import { isJson } from './json-text.ts';
import { scalarOffsets } from './scalar-offsets.ts';
import { valueAt } from './values.ts';

/** From the first character up to behind the last one. */
export interface Span {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}
/** A text that knows where in its file each of its characters stands. */
export interface PlacedText {
  readonly file: string;
  /** Of the key that holds it. */
  readonly path: Path;
  readonly text: string;
  readonly span: (from: number, to: number) => Span;
}
/** A value that knows where its parts stand. */
export interface PlacedValue {
  readonly file: string;
  readonly path: Path;
  readonly value: unknown;
  /**
   * Of a key of it or of that key's value; of what is nearest to it when it is not there. The path may go on in a text
   * that is JSON.
   */
  readonly spanOf: (path: Path, part: 'key' | 'value') => Span;
  /** The text at a key; undefined when there is none. */
  readonly textAt: (path: Path) => PlacedText | undefined;
  readonly at: (path: Path) => PlacedValue;
}

/** A whole file. */
export function placedFile(file: string, text: string): PlacedText {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const spotOf = (offset: number): readonly [number, number] => {
    const line = lineOf(starts, offset);
    return [line, offset - (starts[line - 1] ?? 0) + 1];
  };
  const span = (from: number, to: number): Span => {
    const [line, column] = spotOf(from);
    const [endLine, endColumn] = spotOf(Math.max(from, to));
    return { line, column, endLine, endColumn };
  };
  return { file, path: [], text, span };
}

/** Another text made from a placed one; `offsetOf`: the position of a character in the first. */
export const partOf = (whole: PlacedText, text: string, offsetOf: (offset: number) => number): PlacedText => ({
  ...whole,
  text,
  span: (from, to) => whole.span(offsetOf(from), offsetOf(to)),
});

function lineOf(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}

/** A document of a YAML file that has been parsed. */
export const placedDocument = (text: PlacedText, document: Document.Parsed, value: unknown): PlacedValue =>
  placedNode({ text, document, texts: new Map() }, [], value);

/** JSON inside a text, decoded as Plexus does. configUndecodable. */
export function placedJson(text: PlacedText): PlacedValue {
  const value = parseJson(text.text, 'it');
  // only for places: JSON is YAML, but for what does not matter here
  const document = parseDocument(text.text, { uniqueKeys: false, logLevel: 'silent' });
  return placedNode({ text, document, texts: new Map() }, [], value);
}

interface Root {
  readonly text: PlacedText;
  readonly document: Document;
  /** Texts inside the document, each placed once. */
  readonly texts: Map<string, Inner | undefined>;
}
interface Inner {
  readonly text: PlacedText;
  /** Of a text that is JSON. */
  json?: PlacedValue | undefined;
}

function placedNode(root: Root, base: Path, value: unknown): PlacedValue {
  const { text } = root;
  return {
    file: text.file,
    path: [...text.path, ...base],
    value,
    spanOf: (path, part) => spanAt(root, [...base, ...path], part),
    textAt: (path) => innerAt(root, [...base, ...path])?.text,
    at: (path) => placedNode(root, [...base, ...path], valueAt(value, path)),
  };
}

type Found = Pair<Node, Node | null> | Node;

const isPairLike = (found: Found): found is Pair<Node, Node | null> => 'key' in found;

function spanAt(root: Root, path: Path, part: 'key' | 'value'): Span {
  const { text, document } = root;
  let found: Found | undefined;
  let node: Node | null | undefined = document.contents;
  for (const [index, key] of path.entries()) {
    const next = childOf(node, key, document);
    const json = next === undefined ? jsonAt(root, path.slice(0, index)) : undefined;
    if (json !== undefined) return json.spanOf(path.slice(index), part);
    if (next === undefined)
      return rangeOf(found ?? document.contents, found !== undefined && isPairLike(found) ? 'key' : part, text);
    found = next;
    node = isPairLike(next) ? next.value : next;
  }
  return rangeOf(found ?? document.contents, part, text);
}

function rangeOf(found: Found | null, part: 'key' | 'value', text: PlacedText): Span {
  const node =
    found !== null && isPairLike(found) ? (part === 'value' && isFilled(found.value) ? found.value : found.key) : found;
  const [from, to] = node?.range ?? [0, 0];
  return text.span(from, to);
}

const isFilled = (node: Node | null): node is Node =>
  node?.range !== undefined && node.range !== null && node.range[1] > node.range[0];

function childOf(node: Node | null | undefined, key: string | number, document: Document): Found | undefined {
  const target = isAlias(node) ? node.resolve(document) : node;
  if (isSeq(target)) return typeof key === 'number' ? (target.items[key] as Node | undefined) : undefined;
  if (!isMap(target)) return undefined;
  const pairs = target.items as unknown as readonly Pair<Node, Node | null>[];
  const named = (pair: Pair<Node, Node | null>): string => (isScalar(pair.key) ? String(pair.key.value) : '');
  return (
    pairs.findLast((pair) => named(pair) === String(key)) ??
    pairs.findLast((pair) => named(pair).toLowerCase() === String(key).toLowerCase())
  );
}

function innerAt(root: Root, path: Path): Inner | undefined {
  const key = JSON.stringify(path);
  if (!root.texts.has(key)) {
    const text = placedTextAt(root, path);
    root.texts.set(key, text && { text });
  }
  return root.texts.get(key);
}

function jsonAt(root: Root, path: Path): PlacedValue | undefined {
  const inner = innerAt(root, path);
  if (inner !== undefined && !('json' in inner))
    inner.json = isJson(inner.text.text) ? placedJson(inner.text) : undefined;
  return inner?.json;
}

function placedTextAt(root: Root, path: Path): PlacedText | undefined {
  const { text, document } = root;
  let node: Node | null | undefined = document.contents;
  for (const key of path) {
    const next = childOf(node, key, document);
    node = next !== undefined && isPairLike(next) ? next.value : next;
  }
  const scalar = isAlias(node) ? node.resolve(document) : node;
  if (!isScalar(scalar) || typeof scalar.value !== 'string' || !scalar.range) return undefined;
  const [start, end] = scalar.range;
  const offsets = scalarOffsets(
    text.text.slice(start, end),
    scalar.type as Parameters<typeof scalarOffsets>[1],
    scalar.value,
  );
  const placeAt = (offset: number): number => start + (offsets[Math.min(offset, offsets.length - 1)] ?? 0);
  return {
    file: text.file,
    path: [...text.path, ...path],
    text: scalar.value,
    // the end is behind the last character, not before the next one
    span: (from, to) => text.span(placeAt(from), to > from ? placeAt(to - 1) + 1 : placeAt(from)),
  };
}
