import { defineConfig } from 'vitest/config';
import { closingLine } from './support/closing-line.ts';
import { LongestFirst } from './support/longest-first.ts';
import { patienceMs } from './support/patience.ts';

/**
 * Suites about the behaviour of calls, independent of the engine: run in one process and through shim and daemon, and
 * on demand with the single file.
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
 * Tests that need neither root nor a build: parsers, the planner, rules, views. `npm run test:unit` runs only these, in
 * seconds.
 */
const unit = [
  'test/{cni,errors,npwg,plan,report,view}/**/*.test.ts',
  // these run the reference plugins and kubectl, and read dist/
  'test/validate/!(against-plugins|loading|yaml-as-kubectl).test.ts',
];
/** Runs with every sentence of errors and warnings replaced: no behaviour may depend on the wording. */
const worded = ['test/errors/reworded.test.ts'];
const reworded = [...worded, 'test/attach/!(change).test.ts']; // change.test.ts compares sentences
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
    // limits only against hangs: each test is bounded by its own steps, and a machine may be very busy
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
