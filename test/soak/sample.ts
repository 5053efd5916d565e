import { readFile, readdir } from 'node:fs/promises';
import { belongingsOf } from './belongings.ts';
import type { World } from './world.ts';

/** The series, with their units. `slack`: allowed growth in addition to 15 %, see judge. */
export const series = {
  daemonMemory: { title: 'daemon, resident', unit: 'MiB', slack: 16 },
  daemonHeap: { title: 'daemon, heap in use', unit: 'MiB', slack: 8 },
  agentMemory: { title: 'host agent, resident', unit: 'MiB', slack: 1 },
  daemonDescriptors: { title: 'daemon, descriptors', unit: '', slack: 6 },
  agentDescriptors: { title: 'host agent, descriptors', unit: '', slack: 1 },
  daemonThreads: { title: 'daemon, threads', unit: '', slack: 1 },
  processes: { title: 'processes on the node', unit: '', slack: 2 },
  files: { title: 'state files', unit: '', slack: 5 },
  leases: { title: 'address leases', unit: '', slack: 5 },
  interfaces: { title: 'interfaces', unit: '', slack: 3 },
  rules: { title: 'packet filter rules', unit: '', slack: 6 },
  namespaces: { title: 'network namespaces', unit: '', slack: 0 },
} as const;
export type SeriesName = keyof typeof series;
export const seriesNames = Object.keys(series) as SeriesName[];

/** One sample of daemon, agent and node while no call runs. */
export type Sample = Readonly<Record<SeriesName, number>> & {
  /** Number of completed cycles. */
  readonly cycle: number;
  /** Number of the current daemon process; each new process adds 1. */
  readonly life: number;
};

export async function takeSample(world: World, cycle: number, life: number): Promise<Sample> {
  const { pid, httpPort } = world.at.daemon();
  const [daemon, agent, heap, all] = await Promise.all([
    processFigures(pid),
    processFigures(world.agentPid),
    heapMiB(httpPort),
    belongingsOf(world),
  ]);
  return {
    cycle,
    life,
    daemonMemory: daemon.memory,
    daemonHeap: heap,
    agentMemory: agent.memory,
    daemonDescriptors: daemon.descriptors,
    agentDescriptors: agent.descriptors,
    daemonThreads: daemon.threads,
    processes: all.processes.length,
    files: all.files.length,
    leases: all.leases.length,
    interfaces: all.interfaces.length,
    rules: all.rules.length,
    namespaces: all.namespaces.length,
  };
}

const tenths = (value: number): number => Math.round(value * 10) / 10;

async function processFigures(
  pid: number,
): Promise<{ readonly memory: number; readonly threads: number; readonly descriptors: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const number = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return {
    memory: tenths(number('VmRSS') / 1024),
    threads: number('Threads'),
    descriptors: (await readdir(`/proc/${pid}/fd`)).length,
  };
}

async function heapMiB(port: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return tenths(Number(/^nodejs_heap_size_used_bytes (\S+)$/m.exec(text)?.[1]) / 2 ** 20);
}
