import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KeepOptions, keepConfiguration } from '../../src/install/index.ts';
import { look, newMemory } from '../../src/install/keeper.ts';
import type { Step } from '../../src/report/index.ts';

export const bridge = (name: string, more: object = {}): string =>
  JSON.stringify({ cniVersion: '1.0.0', name, type: 'bridge', ...more });

/** A folder of a runtime, with a keeper that can be started, and the steps it reports. The test sets its clock. */
export interface Kept {
  readonly folder: string;
  readonly steps: Step[];
  readonly clock: { ms: number };
  options: KeepOptions;
  readonly start: () => void;
  /** Runs one check without a loop, and returns how long the keeper would wait for the next, in ms. */
  readonly check: () => Promise<number>;
  /** Stops the keeper and waits until it has ended. */
  readonly stop: () => Promise<void>;
  readonly put: (name: string, text: string) => Promise<void>;
  readonly read: (name: string) => Promise<string>;
  /** The files that a runtime would read, in its order. */
  readonly files: () => Promise<readonly string[]>;
  readonly displacements: () => readonly { readonly by: string; readonly fixed: boolean }[];
  readonly remove: () => Promise<void>;
}

export async function keptFolder(change: Partial<KeepOptions> = {}): Promise<Kept> {
  const folder = change.folder ?? (await mkdtemp(join(tmpdir(), 'plexus-keep-')));
  const steps: Step[] = [];
  const clock = { ms: 1_000_000 };
  const timing = {
    lookMs: 50,
    settleMs: 1,
    backOff: { firstMs: 1000, longestMs: 8000 },
    calmMs: 600_000,
    now: () => clock.ms,
  };
  const memory = newMemory();
  let stopping = new AbortController();
  let running = Promise.resolve();
  const kept: Kept = {
    folder,
    steps,
    clock,
    options: { folder, manage: 'keep', ...change },
    start: () => {
      stopping = new AbortController();
      running = keepConfiguration(
        () => kept.options,
        (step) => void (step.kind.startsWith('work-') || steps.push(step)), // Without the steps that every controller reports.
        stopping.signal,
        timing,
      );
    },
    check: () =>
      look({
        options: kept.options,
        memory,
        timing: { ...timing, lookMs: 10_000 },
        report: (step) => void steps.push(step),
      }),
    stop: () => {
      stopping.abort();
      return running;
    },
    put: (name, text) => writeFile(join(folder, name), text),
    read: (name) => readFile(join(folder, name), 'utf8'),
    files: async () => (await readdir(folder)).filter((name) => /\.(conf|conflist|json)$/.test(name)).toSorted(),
    displacements: () =>
      steps.flatMap((step) => (step.kind === 'configuration-displaced' ? [{ by: step.by, fixed: step.fixed }] : [])),
    remove: async () => {
      await kept.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return kept;
}
