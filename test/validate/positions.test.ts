import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Document, type Scalar, parseAllDocuments, stringify } from 'yaml';
import { type Path, keyText } from '../../src/errors/index.ts';
import { repeatedKeys } from '../../src/validate/json-text.ts';
import { scalarOffsets } from '../../src/validate/scalar-offsets.ts';
import { placedDocument, placedFile, placedJson } from '../../src/validate/yaml-position.ts';

type Style = Scalar.Type;
const styles: readonly Style[] = ['BLOCK_LITERAL', 'BLOCK_FOLDED', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'PLAIN'];

/** A manifest that contains a text in one of YAML's scalar styles, nested so that it is indented. */
function manifestWith(text: string, style: Style, width: number): string {
  const document = new Document({ kind: 'X', spec: { before: 1, config: text, after: [1] } });
  (document.getIn(['spec', 'config'], true) as Scalar).type = style;
  return `# a comment\n---\n${document.toString({ lineWidth: width })}`;
}

const placedIn = (file: string) => {
  const text = placedFile('f.yaml', file);
  const [document] = parseAllDocuments(file);
  if (document === undefined || !('contents' in document)) throw new Error('no document');
  return placedDocument(text, document, document.toJS());
};

/** Every path in a value, with the value there. */
function* pathsOf(value: unknown, path: Path = []): Generator<readonly [Path, unknown]> {
  yield [path, value];
  if (typeof value !== 'object' || value === null) return;
  for (const [key, each] of Object.entries(value))
    yield* pathsOf(each, [...path, Array.isArray(value) ? Number(key) : key]);
}

/** The rest of a text from a line and column on. */
const textFrom = (text: string, { line, column }: { readonly line: number; readonly column: number }): string =>
  text
    .split('\n')
    .slice(line - 1)
    .join('\n')
    .slice(column - 1);

const key = fc.string({ minLength: 1, maxLength: 8 }).filter((each) => each !== '__proto__');
const json = fc.object({
  key,
  maxDepth: 3,
  values: [fc.integer(), fc.boolean(), fc.constant(null), fc.string({ unit: 'grapheme-composite', maxLength: 12 })],
});

describe('the place of a value in JSON inside YAML', () => {
  it.each(styles)('starts at the value in a scalar of style %s', (style) => {
    fc.assert(
      fc.property(json, fc.constantFrom(0, 2, '\t'), fc.constantFrom(0, 40, 80), (value, indent, width) => {
        const text = JSON.stringify(value, null, indent);
        const file = manifestWith(text, style, width);
        const config = placedIn(file).textAt(['spec', 'config']);
        if (config === undefined) throw new Error('not found');
        expect(JSON.parse(config.text)).toEqual(JSON.parse(text));
        const placed = placedJson(config);
        for (const [path, each] of pathsOf(JSON.parse(text))) {
          const there = textFrom(file, placed.spanOf(path, 'value'));
          const first = JSON.stringify(each).slice(0, 1);
          expect([path, there.replace(/^\\/, '').slice(0, 1)]).toEqual([path, first]);
          // A double-quoted scalar may be wrapped in the middle of a number.
          if (typeof each === 'number') expect(there.replaceAll(/\\\n\s*/g, '').startsWith(String(each))).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('ends after the last character', () => {
    const file = 'spec:\n  config: |\n    { "a": "xyz",\n      "b": 2 }\n';
    const config = placedIn(file).textAt(['spec', 'config']);
    if (config === undefined) throw new Error('not found');
    expect(placedJson(config).spanOf(['a'], 'value')).toEqual({ line: 3, column: 12, endLine: 3, endColumn: 17 });
    expect(placedJson(config).spanOf(['b'], 'key')).toEqual({ line: 4, column: 7, endLine: 4, endColumn: 10 });
  });

  it('is that of the nearest parent if the key does not exist', () => {
    const file = 'spec:\n  config: \'{"a": {"b": 1}}\'\n';
    const config = placedIn(file).textAt(['spec', 'config']);
    if (config === undefined) throw new Error('not found');
    expect(placedJson(config).spanOf(['a', 'c', 'd'], 'value')).toMatchObject({ line: 2, column: 13 });
  });

  it('is correct for JSON in a ConfigMap in a List', () => {
    const inner = '{\n  "type": "multus",\n  "logLevel": 5\n}';
    const file = stringify({ items: [{ data: { 'cni-conf.json': inner } }] });
    const text = placedIn(file).at(['items', 0]).textAt(['data', 'cni-conf.json']);
    if (text === undefined) throw new Error('not found');
    expect(textFrom(file, placedJson(text).spanOf(['logLevel'], 'value')).slice(0, 1)).toBe('5');
    expect(keyText(placedJson(text).at(['logLevel']).path)).toBe('items[0].data["cni-conf.json"].logLevel');
  });

  it('is correct behind an alias', () => {
    const file = 'a: &x |\n  {"k": 1}\nb: *x\n';
    const text = placedIn(file).textAt(['b']);
    expect(text && placedJson(text).spanOf(['k'], 'value')).toMatchObject({ line: 2, column: 9 });
  });
});

describe('the offsets of a scalar', () => {
  it('are ascending, inside the source, one for each character and one for the end', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.constantFrom(...styles), (text, style) => {
        const file = manifestWith(text, style, 40);
        const [document] = parseAllDocuments(file);
        if (document === undefined || !('contents' in document)) throw new Error('no document');
        const scalar = document.getIn(['spec', 'config'], true) as Scalar;
        const [start, end] = scalar.range ?? [0, 0];
        const value = String(scalar.value);
        const offsets = scalarOffsets(file.slice(start, end), scalar.type as Style, value);
        expect(offsets.length).toBe(value.length + 1);
        expect(offsets.every((each, index) => each >= (offsets[index - 1] ?? 0) && each <= end - start)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a repeated key', () => {
  it('is reported at its later place', () => {
    const found = repeatedKeys('{"a": 1, "b": {"c": 1, "c": 2}, "a": 3}');
    expect(found.map(({ data, characters }) => ({ data, characters }))).toEqual([
      { data: { key: 'c' }, characters: [23, 26] },
      { data: { key: 'a' }, characters: [32, 35] },
    ]);
  });
});
