import { describe, expect, it } from 'vitest';
import { table } from '../../src/view/index.ts';

const columns = [
  'POD',
  { heading: 'NODE', drop: 2 },
  { heading: 'MAC', drop: 1 },
  'STATE',
  { heading: 'AGE', wide: true },
];
const rows = [
  ['shop/db-10', 'n1', '02:00:00:00:00:01', 'attached', { text: '2d', order: 2 }],
  ['shop/db-9', 'n2', '', { text: 'NOT ATTACHED, DUPLICATE ADDRESS', tone: 'bad' as const }, { text: '30s', order: 1 }],
];

describe('a table', () => {
  it('drops columns by priority until it fits the terminal, and then shortens the last column', () => {
    const headingAt = (width: number) => table(columns, rows, { width }).split('\n')[0]?.split(/ +/);
    expect(headingAt(100)).toEqual(['POD', 'NODE', 'MAC', 'STATE']);
    expect(headingAt(55)).toEqual(['POD', 'NODE', 'STATE']);
    expect(headingAt(45)).toEqual(['POD', 'STATE']);
    expect(table(columns, rows, { width: 30 })).toMatchInlineSnapshot(`
      "POD         STATE
      shop/db-10  attached
      shop/db-9   NOT ATTACHED, DUP…"
    `);
  });
  it.each([100, 55, 45, 30, 21])('has no line wider than %i columns', (width) => {
    for (const line of table(columns, rows, { width }).split('\n')) expect(line.length).toBeLessThanOrEqual(width);
  });
  it('has columns of the wide form only there, and no heading if that is left out', () => {
    expect(table(columns, rows)).not.toContain('AGE');
    expect(table(columns, rows, { isWide: true, hasHeading: false })).toMatch(/^shop\/db-10 .*  2d\n/);
  });
  it('sorts numbers in texts by value, and ages by time', () => {
    const podsBy = (sortBy: string) => table(columns, rows, { sortBy, hasHeading: false }).match(/^\S+/gm);
    expect(podsBy('pod')).toEqual(['shop/db-9', 'shop/db-10']);
    expect(podsBy('AGE')).toEqual(['shop/db-9', 'shop/db-10']);
    expect(podsBy('NODE')).toEqual(['shop/db-10', 'shop/db-9']);
  });
  it('aligns wide and combining characters as a terminal shows them', () => {
    expect(
      table(
        ['A', 'B'],
        [
          ['日本', 'x'],
          ['e\u0301', 'y'],
          ['abcd', 'z'],
        ],
      ),
    ).toBe('A     B\n日本  x\ne\u0301     y\nabcd  z');
  });
});
