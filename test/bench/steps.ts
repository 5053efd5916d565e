import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Measurement } from './calls.ts';
import { type BenchNode, type Delegates, createBenchNode } from './node.ts';
import type { StepSpan, StepsRow } from './report.ts';
import { runCalls } from './run-calls.ts';
import { median, rounded } from './statistics.ts';
import { throughDaemon } from './variants.ts';

export interface StopwatchOptions {
  readonly socket: string;
  readonly kubeconfig: string;
  readonly cniDir: string;
}
/** On the monotonic clock of the machine, in milliseconds. */
export interface TimedSpan {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

const counts = [0, 4];

/** Measures the steps of an ADD through shim and daemon. */
export async function measureSteps({ native, repetitions, delegates, say }: Measurement): Promise<readonly StepsRow[]> {
  const rows: StepsRow[] = [];
  for (const kind of delegates) {
    const at = await createBenchNode(native, kind);
    try {
      const daemon = await at.start(); // The daemon writes the configuration that the calls use.
      const variant = await throughDaemon(at);
      await daemon.stop();
      const stopwatch = await startStopwatch(at);
      await delay(500); // For its watch.
      const adds = async (further: number, times: number, name: string): Promise<readonly (readonly StepSpan[])[]> => {
        const all: StepSpan[][] = [];
        for (let index = 0; index < times; index++) {
          const pod = await at.pod(`${name}-${further}-${index}`, further);
          const [[figures], spans] = await Promise.all([
            runCalls(variant.calls('ADD', pod, further), at.runner),
            stopwatch.next(),
          ]);
          all.push(storyOf(spans, figures?.start ?? 0, figures?.end ?? 0));
          await Promise.all([runCalls(variant.calls('DEL', pod, further), at.runner), stopwatch.next()]);
          await pod.netns.remove();
          await delay(25);
        }
        return all;
      };
      await adds(1, 10, 'warm');
      for (const further of counts) {
        say(`steps: ${kind}, ${further} additional networks`);
        rows.push(rowOf(kind, further, await adds(further, repetitions, 'steps')));
      }
      stopwatch.stop();
    } finally {
      await at.remove();
    }
  }
  return rows;
}

interface Stopwatch {
  /** The spans of the next call. */
  readonly next: () => Promise<readonly TimedSpan[]>;
  readonly stop: () => void;
}

async function startStopwatch({ socket, kubeconfig, dir, runner }: BenchNode): Promise<Stopwatch> {
  const options: StopwatchOptions = { socket, kubeconfig, cniDir: join(dir, 'state') };
  await mkdir(options.cniDir, { recursive: true });
  const words = [
    `--net=${runner.netns}`,
    process.execPath,
    join(import.meta.dirname, 'stopwatch-daemon.ts'),
    JSON.stringify(options),
  ];
  const child = spawn('nsenter', words, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  await once(child, 'message');
  return {
    next: async () => ((await once(child, 'message')) as [{ spans: readonly TimedSpan[] }])[0].spans,
    stop: () => child.kill('SIGKILL'),
  };
}

/**
 * The spans of one ADD in order, with the gaps between them, relative to the start of the process that the runtime
 * started.
 */
function storyOf(spans: readonly TimedSpan[], start: number, end: number): StepSpan[] {
  const call = spans.find(({ name }) => name === 'call') ?? { from: start, to: end };
  const parts = spans.filter(({ name }) => name !== 'call').toSorted((a, b) => a.from - b.from);
  const story: TimedSpan[] = [{ name: 'shim: start, connect, send the call', from: start, to: call.from }];
  let reached = call.from;
  for (const [index, part] of parts.entries()) {
    if (part.from > reached)
      story.push({ name: between(parts[index - 1]?.name, part.name), from: reached, to: part.from });
    story.push(part);
    reached = Math.max(reached, part.to);
  }
  if (call.to > reached) story.push({ name: 'encode the answer', from: reached, to: call.to });
  story.push({ name: 'shim: answer, exit', from: Math.max(reached, call.to), to: end });
  return story.map(({ name, from, to }) => ({ name, from: rounded(from - start), to: rounded(to - start) }));
}

function between(before: string | undefined, after: string): string {
  if (before === undefined) return 'read the call, settings';
  if (after.startsWith('journal: intent')) return 'plan';
  if (after === 'journal: read') return 'look for kept DELs';
  if (after === 'links of the sandbox') return 'engine';
  return before.startsWith('plugin for') || before.startsWith('journal: progress')
    ? 'decode the result, next input'
    : 'engine';
}

function rowOf(delegates: Delegates, further: number, all: readonly (readonly StepSpan[])[]): StepsRow {
  const totals = all.map((story) => story.at(-1)?.to ?? 0);
  const totalMs = median(totals);
  const spans = all[totals.indexOf(totalMs)] ?? [];
  const names = [...new Set(all.flatMap((story) => story.map(({ name }) => name)))];
  const sum = (story: readonly StepSpan[], wanted: string): number =>
    story.filter(({ name }) => name === wanted).reduce((ms, { from, to }) => ms + to - from, 0);
  return {
    delegates,
    further,
    totalMs,
    spans,
    medians: names.map((name) => ({ name, ms: rounded(median(all.map((story) => sum(story, name)))) })),
  };
}
