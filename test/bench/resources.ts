import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { plexusCni } from '../support/cni-runtime.ts';
import { shim } from '../support/daemon.ts';
import { type Measurement, variantsOf } from './calls.ts';
import { type BenchNode, createBenchNode } from './node.ts';
import type { CpuRow, ProcessRow } from './report.ts';
import { type CallFigures, runCalls } from './run-calls.ts';
import { median, rounded, summaryOf } from './statistics.ts';
import type { Variant } from './variants.ts';

/**
 * Measures the cost of starting each program that a runtime may start: its answer to VERSION, which needs no other
 * process.
 */
export async function measureProcesses({ native, repetitions, say }: Measurement): Promise<readonly ProcessRow[]> {
  say('processes');
  const programs = {
    'a plugin that does nothing': join(native.plugins, 'nothing'),
    'shim, VERSION': shim,
    'direct mode, VERSION': plexusCni,
  };
  const figures = new Map<string, CallFigures[]>();
  for (let repetition = 0; repetition < repetitions * 2; repetition++) {
    for (const [what, program] of Object.entries(programs)) {
      const call = { program, env: { CNI_COMMAND: 'VERSION', PATH: '/usr/bin:/bin' }, stdin: '{"cniVersion":"1.0.0"}' };
      const answers = await runCalls([call], { program: native.runCalls, netns: '/proc/self/ns/net' });
      figures.set(what, [...(figures.get(what) ?? []), ...answers]);
    }
  }
  return Promise.all(
    Object.entries(programs).map(async ([what, program]) => processRow(what, program, figures.get(what) ?? [])),
  );
}

const processRow = async (what: string, program: string, all: readonly CallFigures[]): Promise<ProcessRow> => ({
  what,
  ms: summaryOf(all.map(({ start, end }) => end - start)),
  cpuMs: summaryOf(all.map(({ cpuMs }) => cpuMs)),
  peakKib: Math.max(...all.map(({ peakKib }) => peakKib)),
  fileKib: Math.round((await stat(program)).size / 1024),
});

/**
 * Measures the CPU time of an ADD with its DEL, with plugins that do nothing: in the processes of the call, and in the
 * daemon.
 */
export async function measureCpu({
  native,
  repetitions,
  further,
  against,
  say,
}: Measurement): Promise<readonly CpuRow[]> {
  const at = await createBenchNode(native, 'nothing');
  try {
    const daemon = await at.start();
    const [bare, ...others] = await variantsOf(at, against);
    if (bare === undefined) return [];
    // Until the code is compiled.
    for (const variant of others) await cpuOf(at, variant, { further: 1, times: 20, pid: daemon.pid });
    const rows: CpuRow[] = [];
    for (const count of further) {
      say(`cpu: ${count} additional networks`);
      const options = { further: count, times: repetitions, pid: daemon.pid };
      const alone = await cpuOf(at, bare, options);
      for (const variant of others)
        rows.push({
          ...(await cpuOf(at, variant, options)),
          variant: variant.name,
          further: count,
          bareMs: alone.callMs,
        });
    }
    return rows;
  } finally {
    await at.remove();
  }
}

interface CpuOptions {
  readonly further: number;
  readonly times: number;
  readonly pid: number;
}

async function cpuOf(
  at: BenchNode,
  variant: Variant,
  { further, times, pid }: CpuOptions,
): Promise<{ readonly callMs: number; readonly daemonMs: number }> {
  const calls: number[] = [];
  const before = await cpuMsOf(pid);
  for (let index = 0; index < times; index++) {
    const pod = await at.pod(`cpu-${variant.name}-${further}-${index}`, further);
    const figures = [];
    for (const command of ['ADD', 'DEL'] as const)
      figures.push(...(await runCalls(variant.calls(command, pod, further), at.runner)));
    calls.push(figures.reduce((sum, { cpuMs }) => sum + cpuMs, 0));
    await pod.netns.remove();
  }
  return { callMs: median(calls), daemonMs: rounded(((await cpuMsOf(pid)) - before) / times) };
}

/** CPU time that a process has used so far; the kernel counts in hundredths of a second. */
export async function cpuMsOf(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** The memory of a process: now, and the most it has had. */
export async function memoryOf(pid: number): Promise<{ readonly residentMiB: number; readonly peakMiB: number }> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  const mib = (key: string): number => rounded(Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(text)?.[1]) / 1024);
  return { residentMiB: mib('VmRSS'), peakMiB: mib('VmHWM') };
}
