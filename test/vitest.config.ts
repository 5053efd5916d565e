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

const rewordedProject = {
  extends: true as const,
  test: { name: 'reworded', include: reworded, setupFiles: ['test/support/reworded.ts'], isolate: true }, // it mocks
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
    // Files of a project share workers: a new process for each file costs more than most files. Tests of processes
    // mostly wait, so two cores serve three workers.
    isolate: false,
    maxWorkers: 3,
    projects:
      engine === undefined
        ? [
            projectOf('unit', unit, worded),
            rewordedProject,
            projectOf('parts', ['test/**/*.test.ts'], [...unit, ...endToEnd]),
            projectOf('e2e', endToEnd),
            suitesOf('daemon'),
          ]
        : [suitesOf(engine, ['test/e2e/kubernetes.test.ts', 'test/e2e/tracing.test.ts'])],
  },
});
