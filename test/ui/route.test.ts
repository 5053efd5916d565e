import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Route, groupings, linkTo, linkToPage, pages, readRoute, start } from '../../src/ui/page/route.ts';

describe('the address of the page of plexus ui', () => {
  it('reads back every route that it writes', () => {
    const route = fc.record({
      page: fc.constantFrom(...pages),
      group: fc.constantFrom(...groupings),
      wrong: fc.boolean(),
      toggled: fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 3 }),
      ...Object.fromEntries(
        (['search', 'namespace', 'network', 'node', 'at', 'sort'] as const).map((key) => [
          key,
          fc.string({ unit: 'grapheme' }),
        ]),
      ),
    }) as unknown as fc.Arbitrary<Route>;
    fc.assert(
      fc.property(route, (one) => {
        expect(readRoute(linkTo(one))).toEqual(one);
      }),
    );
  });

  it.each(['', '#', '#/', '#/nowhere?group=colour&page=pods', 'x'])('shows the overview at %j', (fragment) =>
    expect(readRoute(fragment)).toEqual(start),
  );

  it('keeps the filters from page to page, but no selection', () => {
    const from = readRoute('#/pods?namespace=shop&at=shop/db-0&sort=-node');
    expect(linkToPage('networks', from)).toBe('#/networks?namespace=shop');
  });
});
