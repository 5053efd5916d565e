import { defineConfig } from 'vitest/config';
import { closingLine } from './support/closing-line.ts';
import { LongestFirst } from './support/longest-first.ts';
import { patienceMs } from './support/patience.ts';

/**
 * Suites about what a call does, whoever answers it: run in one process and through shim and daemon; on demand for the
 * single file.
 */
const ofEngines = [
  'lifecycle',
  'routes',
  'specification',
  'delegate-input',
  'faults',
  'bad-input',
  'take-over',
  'concurrency',
  'gc',
  'damaged-record',
].map((name) => `test/e2e/${name}.test.ts`);

/**
 * What needs neither root nor a build: parsers, the planner, rules, views. `npm run test:unit` runs these alone, in
 * seconds.
 */
const unit = [
  'test/{cni,errors,npwg,plan,report,view}/**/*.test.ts',
  'test/validate/!(against-plugins|loading|yaml-as-kubectl).test.ts', // those run the reference plugins and kubectl, and read dist/
];
/** With every sentence of errors and warnings replaced: no behaviour may depend on words. */
const worded = ['test/errors/reworded.test.ts'];
const reworded = [...worded, 'test/attach/!(change).test.ts']; // change.test.ts compares sentences themselves
const endToEnd = ['test/e2e/**/*.test.ts'];

const projectOf = (name: string, include: readonly string[], exclude: readonly string[] = []) => ({
  extends: true as const,
  test: { name, include: [...include], exclude: [...exclude] },
});
/** Pure tests leave nothing behind in their process, so they share one: a new one costs more than most of them. */
const unitProject = {
  extends: true as const,
  test: { name: 'unit', include: unit, exclude: worded, isolate: false },
};

const rewordedProject = {
  extends: true as const,
  test: { name: 'reworded', include: reworded, setupFiles: ['test/support/reworded.ts'] },
};

const engine = process.env['PLEXUS_TEST_ENGINE'];
const suitesOf = (name: string, more: readonly string[] = []) => ({
  extends: true as const,
  test: { name, include: [...ofEngines, ...more], env: { PLEXUS_TEST_ENGINE: name } },
});

export default defineConfig({
  test: {
    reporters: ['default', closingLine],
    root: new URL('..', import.meta.url).pathname,
    // limits for hangs only: what a test does is bounded by its steps, and a machine may be very busy
    testTimeout: 2 * patienceMs,
    hookTimeout: 2 * patienceMs,
    expect: { poll: { timeout: patienceMs, interval: 20 } },
    sequence: { sequencer: LongestFirst },
    pool: 'forks',
    maxWorkers: 3, // tests of processes mostly wait, so two cores serve three workers
    projects:
      engine === undefined
        ? [
            unitProject,
            rewordedProject,
            projectOf('parts', ['test/**/*.test.ts'], [...unit, ...endToEnd]),
            projectOf('e2e', endToEnd),
            suitesOf('daemon'),
          ]
        : [suitesOf(engine, ['test/e2e/kubernetes.test.ts', 'test/e2e/tracing.test.ts'])],
  },
});
