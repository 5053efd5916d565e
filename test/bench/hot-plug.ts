import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Measurement } from './calls.ts';
import { type BenchNode, type BenchPod, createBenchNode } from './node.ts';
import { shim } from '../support/daemon.ts';
import type { HotPlugReport, HotPlugRow } from './report.ts';
import { quietRequests } from './requests.ts';
import { runCalls, spanOf } from './run-calls.ts';
import { quantile, rounded, summaryOf } from './statistics.ts';
import { type Command, type Variant, bareFurther, throughDaemon } from './variants.ts';

/** Pods whose annotations change at the same time, and the networks that each gains. */
export interface Plugs {
  readonly pods: number;
  readonly networks: number;
}

/**
 * Measures how long running pods take to gain and to lose networks, from the write of the annotation until
 * network-status shows it, beside the same plugins alone. Then counts the API requests while nothing changes.
 */
export async function measureHotPlug(
  { native, repetitions, say }: Measurement,
  all: readonly Plugs[],
  idleSeconds: number,
): Promise<HotPlugReport> {
  const at = await createBenchNode(native, 'real');
  let agent: ChildProcess | undefined;
  try {
    await at.start();
    agent = startAgent(at);
    const runtime = await throughDaemon(at);
    await measureRow({ at, runtime, say }, { pods: 1, networks: 1 }, 3); // Warm-up.
    const rows: HotPlugRow[] = [];
    for (const plugs of all)
      rows.push(await measureRow({ at, runtime, say }, plugs, plugs.pods === 1 ? repetitions : fewer(repetitions)));
    const idle = await at.pod('idle', 2);
    await runCalls(runtime.calls('ADD', idle, 2), at.runner);
    await quietRequests(at);
    say(`hotplug: ${idleSeconds} s without a change`);
    await delay(idleSeconds * 1000);
    const requests = await at.api.requests();
    await idle.netns.remove();
    return { rows, idle: { seconds: idleSeconds, requests } };
  } finally {
    await stop(agent);
    await at.remove();
  }
}

const fewer = (repetitions: number): number => Math.max(1, Math.round(repetitions / 5));

function startAgent(at: BenchNode): ChildProcess {
  const words = [`--net=${at.runner.netns}`, shim, 'host-agent', '--socket', at.socket, '--cni-path', at.plugins];
  return spawn('nsenter', words, { stdio: 'ignore' });
}

async function stop(agent: ChildProcess | undefined): Promise<void> {
  if (agent === undefined || agent.exitCode !== null || agent.signalCode !== null) return;
  const ended = once(agent, 'exit');
  agent.kill('SIGTERM');
  await ended;
}

interface Bench {
  readonly at: BenchNode;
  readonly runtime: Variant;
  readonly say: (text: string) => void;
}

async function measureRow({ at, runtime, say }: Bench, plugs: Plugs, repetitions: number): Promise<HotPlugRow> {
  const { pods: count, networks } = plugs;
  say(`hotplug: ${count} pods gain ${networks} networks, ${repetitions} times`);
  const names = Array.from({ length: count }, (_, index) => `plug-${count}-${networks}-${index}`);
  const pods = await Promise.all(names.map((name) => at.pod(name, 0)));
  for (const pod of pods) await runCalls(runtime.calls('ADD', pod, 0), at.runner);
  const text = Array.from({ length: networks }, (_, index) => `net${index + 1}`).join(',');
  const bare = bareFurther(at);
  const alone = (command: Command, pod: BenchPod): Promise<number> =>
    runCalls(bare.calls(command, pod, networks), at.runner).then(spanOf);
  const samples = { plug: [] as number[], unplug: [] as number[], bareAdd: [] as number[], bareDel: [] as number[] };
  for (let repetition = 0; repetition < repetitions; repetition++) {
    samples.plug.push(...(await at.api.follow(names, text, networks)));
    samples.unplug.push(...(await at.api.follow(names, '[]', 0)));
    await quietRequests(at); // Events of the change must not count for the plugins alone.
    samples.bareAdd.push(...(await Promise.all(pods.map((pod) => alone('ADD', pod)))));
    samples.bareDel.push(...(await Promise.all(pods.map((pod) => alone('DEL', pod)))));
  }
  for (const pod of pods) {
    await runCalls(runtime.calls('DEL', pod, 0), at.runner);
    await pod.netns.remove();
  }
  await at.api.remove('pods', names);
  return {
    ...plugs,
    plug: { ...summaryOf(samples.plug), p99: rounded(quantile(samples.plug, 0.99)) },
    unplug: { ...summaryOf(samples.unplug), p99: rounded(quantile(samples.unplug, 0.99)) },
    bareAdd: summaryOf(samples.bareAdd),
    bareDel: summaryOf(samples.bareDel),
  };
}
