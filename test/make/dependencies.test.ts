import { expect, it } from 'vitest';
import { dependencyProblems } from '../../src/make/dependencies.ts';

const locked = { version: '1.0.0', integrity: 'sha512-AA==' };
it('accepts a package with a hash and a permissive licence, and MPL-2.0 for a tool', () =>
  expect(
    dependencyProblems({
      '': {},
      'node_modules/a': { ...locked, license: 'MIT' },
      'node_modules/b': { ...locked, license: 'MPL-2.0', dev: true },
    }),
  ).toEqual([]));
it('rejects a package that is shipped under MPL-2.0, one without a licence, and one without a hash', () =>
  expect(
    dependencyProblems({
      'node_modules/a': { ...locked, license: 'MPL-2.0' },
      'node_modules/b': locked,
      'node_modules/c': { version: '1.0.0', license: 'ISC' },
    }),
  ).toEqual([
    'node_modules/a: licence MPL-2.0 is not on the list of src/make/dependencies.ts',
    'node_modules/b: licence none is not on the list of src/make/dependencies.ts',
    'node_modules/c: package-lock.json lacks its hash',
  ]));
