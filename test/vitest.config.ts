import { defineConfig } from 'vitest/config';
import { closingLine } from './support/closing-line.ts';

/** Suites about what a call does, whoever answers it: run once in one process and once through shim and daemon. */
const bothEngines = ['lifecycle', 'routes', 'specification', 'delegate-input', 'faults', 'bad-input', 'take-over'].map((name) => `test/e2e/${name}.test.ts`);

export default defineConfig({
  test: {
    reporters: ['default', closingLine],
    root: new URL('..', import.meta.url).pathname,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'plexus', include: ['test/**/*.test.ts'] } },
      { extends: true, test: { name: 'daemon', include: bothEngines, env: { PLEXUS_TEST_ENGINE: 'daemon' } } },
    ],
  },
});
