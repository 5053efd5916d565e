import { describe, expect, it } from 'vitest';
import { coveragePage, definedRequirements, undefinedCitations } from '../../src/make/requirements.ts';

// Built from parts, because a citation of an undefined ID in this file would fail `npm run make`.
const strange = ['CNI', '9001'].join('-');
const page = new Map([
  ['docs/requirements/cni.md', '| CNI-01 | MUST | One. |\n| CNI-02 | MUST | Two, see CNI-01. |\n'],
]);

describe('generating the requirements page', () => {
  it('reads the IDs of the rows, not those that a row mentions', () => {
    expect(definedRequirements(page)).toEqual(['CNI-01', 'CNI-02']);
  });

  it('rejects an ID that two rows define', () => {
    expect(() =>
      definedRequirements(new Map([...page, ['docs/requirements/npwg.md', '| CNI-02 | MUST | Again. |']])),
    ).toThrow('CNI-02');
  });

  it('reports the file and the ID of an undefined citation', () => {
    const files = new Map([
      ['test/a.test.ts', `CNI-01 and ${strange}, twice ${strange}`],
      ['src/b.ts', `(${strange})`],
    ]);
    expect(undefinedCitations(['CNI-01'], files)).toEqual([`test/a.test.ts: ${strange}`, `src/b.ts: ${strange}`]);
  });

  it('lists each requirement with the tests and sources that cite it', () => {
    const files = new Map([
      ['test/b.test.ts', 'CNI-02'],
      ['test/a.test.ts', 'CNI-02'],
      ['src/b.ts', 'CNI-02'],
    ]);
    const text = coveragePage(['CNI-01', 'CNI-02'], files);
    expect(text).toContain(
      '| CNI-02 | [a.test.ts](../../test/a.test.ts) [b.test.ts](../../test/b.test.ts) | [b.ts](../../src/b.ts) |',
    );
    expect(text).toContain('1 of 2 are cited by a test; not cited: CNI-01.');
  });
});
