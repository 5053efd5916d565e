import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatJson, parseJson } from '../../src/cni/index.ts';
import { problemOf } from '../../src/errors/index.ts';
import { nadConfiguration, parseSelections } from '../../src/npwg/index.ts';

const refusalOf = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    return problemOf(error);
  }
  return 'accepted';
};
const annotation = (text: string): string => refusalOf(() => parseSelections(text, 'mine'));
const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

describe('NPWG-25: the message about invalid JSON', () => {
  it.each([
    { text: '[{"name":"a"},]', place: 'position 14 (line 1 column 15)' },
    { text: '[{"name":"a"},\n {"name":\'b\'}]', place: 'position 24 (line 2 column 10)' },
    { text: '[{"name":"a",}]', place: 'position 13 (line 1 column 14)' },
    { text: '[{"name":"a"}', place: 'position 13 (line 1 column 14)' },
    { text: '[', place: 'position 1 (line 1 column 2)' },
    { text: '{name}', place: 'position 1 (line 1 column 2)' },
  ])('contains the position of the mistake in $text', ({ text, place }) => {
    expect(annotation(text)).toContain(place);
    expect(annotation(text)).not.toContain('\n');
  });
  it('contains the position for any truncated or corrupted text', () => {
    const spoiled = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ']', '}', ',', '#', "'"))
      .map(([json, at, mark]) => {
        const cut = at % (json.length + 1);
        return `[${json.slice(0, cut)}${mark}${mark === '' ? '' : json.slice(cut)}`;
      });
    fc.assert(
      fc.property(spoiled, (text) => {
        const message = annotation(text);
        if (message.includes('it is not JSON')) expect(message).toMatch(/ at position \d+ \(line \d+ column \d+\)/);
      }),
      { numRuns: 1000 },
    );
  });
  it('contains the position of a mistake at the end of the longest annotation', () => {
    const text = `[${`{"name":"${'a'.repeat(240)}"},`.repeat(1000)}]`;
    expect(annotation(text)).toContain(`position ${text.length - 1} `);
  });
  it('NPWG-15: contains the position in a NAD', () => {
    expect(refusalOf(() => nadConfiguration({ namespace: 'ns', name: 'n', config: '{"type":tuning}' }))).toMatch(
      /ns\/n: spec\.config .* at position 8 /,
    );
  });
});

describe('NPWG-42: nested values in pods and NADs', () => {
  it('may have 64 levels', () => {
    const { selections } = parseSelections(`[{"name":"a","cni-args":{"b":${nested(63)}}}]`, 'mine');
    const within = {
      attachments: [{ configuration: { plugins: [{ json: { args: { cni: { ...selections[0]?.cniArgs } } } }] } }],
    };
    expect(parseJson(formatJson(within), 'journal')).toEqual(within);
  });
  it.each([64, 500, 2400, 8000])('are rejected with %d more', (levels) => {
    const tooDeep = /nested deeper than (64|1000) levels/;
    expect(annotation(`[{"name":"a","cni-args":{"b":${nested(levels)}}}]`)).toMatch(tooDeep);
    expect(
      refusalOf(() => nadConfiguration({ namespace: 'ns', name: 'n', config: `{"type":"x","b":${nested(levels)}}` })),
    ).toMatch(tooDeep);
  });
});
