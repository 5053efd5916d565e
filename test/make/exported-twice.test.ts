import { expect, it } from 'vitest';
import { exportedTwice } from '../../src/make/exported-twice.ts';

it('exportedTwice names the files that export one name with two meanings', () => {
  const files = new Map([
    ['src/plan/a.ts', 'export const planPod = 1;\nexport type Plan = object;'],
    ['src/cli/b.ts', 'export async function planPod() {}\nexport interface Other {}'],
    ['src/cli/index.ts', "export { planPod } from './b.ts';"],
  ]);
  expect(exportedTwice(files)).toEqual(['planPod is exported by src/plan/a.ts and src/cli/b.ts']);
});
it('exportedTwice allows a type and a value of the same name in one file', () =>
  expect(exportedTwice(new Map([['src/a.ts', 'export type E = object;\nexport const E = 1;']]))).toEqual([]));
