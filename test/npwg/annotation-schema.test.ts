import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import fc, { type Arbitrary } from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { nameFields, parseSelections, selectionFields } from '../../src/npwg/index.ts';
import { brokenFields, goodFields } from './selection.table.ts';

// Compares the published schema with the parser: the schema accepts everything that the parser accepts.
const file = join(import.meta.dirname, '../../docs/schemas/networks-annotation.schema.json');
const isValid = new Ajv({ strict: true, strictRequired: false }).compile(
  JSON.parse(readFileSync(file, 'utf8')) as object,
);
const isAccepted = (list: unknown): boolean => {
  try {
    parseSelections(JSON.stringify(list), 'mine');
    return true;
  } catch {
    return false;
  }
};

// rules that only the parser checks
const onlyTheParser = [{ ips: ['10.2.2.42/33'] }, { ips: ['010.1.1.1'] }, { ips: ['10.1'] }, { interface: '..' }].map(
  (each) => JSON.stringify(each),
);

describe('the JSON Schema of the networks annotation', () => {
  it.each(goodFields)('accepts, like the parser, $rule $element', ({ element }) => {
    expect(isValid([{ name: 'a', ...element }])).toBe(true);
  });

  it.each(brokenFields.filter(({ element }) => !onlyTheParser.includes(JSON.stringify(element))))(
    'rejects, like the parser, $rule $element',
    ({ element }) => {
      expect(isValid([{ name: 'a', ...element }])).toBe(false);
    },
  );

  it.each([{}, [{}], ['a'], [null], [{ name: '' }], [{ name: 3 }], [{ name: 'a', namespace: 'B' }], 'a'])(
    'rejects, like the parser, %j',
    (list) => {
      expect(isValid(list)).toBe(false);
      expect(isAccepted(list)).toBe(false);
    },
  );

  it('accepts an empty list, unknown keys, and null for an absent value', () => {
    const names = Object.keys({ ...nameFields, ...selectionFields }).filter((name) => name !== 'name');
    const nothing = Object.fromEntries(names.map((name) => [name, null]));
    for (const list of [[], [{ name: 'a', 'org.foo': 1, other: {} }], [{ name: 'a', ...nothing }]]) {
      expect(isAccepted(list)).toBe(true);
      expect(isValid(list)).toBe(true);
    }
  });

  describe('the JSON Schema of the networks annotation, for any elements', () => {
    const [accepted, refused] = [new Set<string>(), new Set<string>()];
    // otherwise the property could hold because nothing was accepted or rejected
    afterAll(() => {
      const names = Object.keys(selectionFields).toSorted();
      expect([...accepted].toSorted()).toEqual(names);
      expect([...refused].toSorted()).toEqual(names);
    });

    const values = (name: string): readonly unknown[] =>
      [...goodFields, ...brokenFields].flatMap(({ element }) =>
        Object.entries(element).flatMap(([key, value]) => (key === name ? [value as unknown] : [])),
      );
    const one = (name: string): Arbitrary<object> =>
      fc
        .oneof(fc.constantFrom(...values(name)), fc.constantFrom(null, ''), fc.jsonValue(), changed(values(name)))
        .map((value) => ({ [name]: value }));

    it.each(Object.keys(selectionFields))('accepts every %s that the parser accepts', (name) => {
      fc.assert(
        fc.property(one(name), (element) => {
          const list = [{ name: 'a', ...element }];
          (isAccepted(list) ? accepted : refused).add(name);
          return isValid(list) || !isAccepted(list);
        }),
        { numRuns: 500 },
      );
    });

    it('accepts combinations of fields, and an alias beside its name, that the parser accepts', () => {
      const names = [...Object.keys(selectionFields), 'interfaceRequest', 'name', 'namespace'];
      const value = fc.oneof(
        fc.constantFrom(null, '', 'a', ...goodFields.flatMap(({ element }) => Object.values(element) as unknown[])),
        fc.jsonValue(),
      );
      fc.assert(
        fc.property(fc.array(fc.dictionary(fc.constantFrom(...names), value)), (list) => {
          return isValid(list) || !isAccepted(list);
        }),
        { numRuns: 300 },
      );
    });
  });
});

/** Replaces one string or number of a value, at any depth. */
function changed(values: readonly unknown[]): Arbitrary<unknown> {
  const leaf = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.stringMatching(/^[0-9a-fA-F:./ -]{0,30}$/),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }), // JSON has no others
    fc.constantFrom(null, 65_535, 65_536, 2 ** 53, 'TCP', 'x'),
  );
  return fc.tuple(fc.constantFrom(...values), leaf, fc.nat({ max: 9 })).map(([value, by, at]) => {
    let index = 0;
    return JSON.parse(JSON.stringify(value), (_, each: unknown) =>
      typeof each === 'object' && each !== null ? each : index++ === at ? by : each,
    ) as unknown;
  });
}
