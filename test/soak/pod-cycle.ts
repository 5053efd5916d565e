import { createNetns } from '../support/netns.ts';
import type { ShimEnd } from '../support/shim-call.ts';
import { pluginFaults } from './faulty-plugins.ts';
import type { Random } from './random.ts';
import type { Tally } from './tally.ts';
import { type Command, type NetworkName, type Sandbox, type World, networkNames, networks } from './world.ts';

/** The shared state of all cycles of a run. */
export interface Run {
  readonly world: World;
  /** Ends the run early. */
  readonly signal?: AbortSignal;
  readonly calls: Tally;
  readonly faults: Tally;
  /** Violations that fail the run. */
  readonly problems: string[];
  /** The faults of each affected sandbox. */
  readonly stories: Map<string, string[]>;
  /** Called after every call. */
  readonly onAnswer: () => void;
}
/** A run, with the randomness and the networks of one pod. */
export interface Cycle extends Run {
  readonly random: Random;
  readonly chosen: readonly NetworkName[];
}

// Far more than the faults that affect one pod; ends a cycle that would never end.
const mostTries = 30;
// The probability of each fault of a call.
const likely = {
  pluginAtAdd: 0.08,
  pluginAtDel: 0.05,
  stuckAtDel: 0.004,
  killAtAdd: 0.04,
  killAtDel: 0.03,
  namespaceGone: 0.04,
  check: 0.1,
  handed: 0.5,
};
/** DEL fails more often than the retry limit (detachAttempts), so the daemon must undo what is left. */
const stuckTimes = 6;
const longestLifeMs = 150;

/**
 * Starts and stops a pod as runtime and kubelet do: a failed ADD is followed by DEL until that succeeds, then by the
 * next attempt.
 */
export async function podCycle(run: Run, index: number, random: Random): Promise<void> {
  const cycle: Cycle = {
    ...run,
    random,
    chosen: Array.from({ length: random.between(0, 3) }, () => random.pick(networkNames)),
  };
  const { world } = run;
  const pod = world.at.podObject(`pod-${index}`, selection(cycle.chosen, index));
  const annotations = random.chance(likely.handed)
    ? world.at.api.get('pods', 'default', pod.name)?.metadata.annotations
    : undefined;
  let sandbox: Sandbox = { containerId: `s${index}-0`, netns: await createNetns(), pod, annotations };
  let isAttached = false;
  for (let tries = 0; !isAttached && tries < mostTries; tries++) {
    isAttached = await attach(cycle, sandbox, tries === 0);
    if (isAttached) await inspect(cycle, sandbox);
    await detach(cycle, sandbox, isAttached);
    if (!isAttached && random.chance(0.5)) sandbox = await anotherSandbox(sandbox, `s${index}-${tries + 1}`);
  }
  if (!isAttached) run.problems.push(`pod-${index}: no ADD succeeded in ${mostTries} tries`);
  await sandbox.netns.remove();
  world.at.api.remove('pods', 'default', pod.name);
}

async function anotherSandbox(old: Sandbox, containerId: string): Promise<Sandbox> {
  await old.netns.remove();
  return { ...old, containerId, netns: await createNetns() };
}

function selection(chosen: readonly NetworkName[], index: number): string {
  const portMappings = [{ hostPort: 20_000 + (index % 10_000), containerPort: 80, protocol: 'tcp' }];
  return JSON.stringify(chosen.map((name) => ({ name, ...(name === 'ports' && { portMappings }) })));
}

/** Makes an ADD. Returns whether it succeeded. */
export async function attach(cycle: Cycle, sandbox: Sandbox, mayFail: boolean): Promise<boolean> {
  const { world, random } = cycle;
  if (mayFail && random.chance(likely.pluginAtAdd)) await armPlugin(cycle, sandbox, { command: 'ADD', times: 1 });
  const killAfterMs = mayFail && random.chance(likely.killAtAdd) ? random.next() * longestLifeMs * 2 : undefined;
  if (killAfterMs !== undefined)
    befall(cycle, sandbox, 'the program on the host is killed in ADD', `${killAfterMs.toFixed(0)} ms`);
  const isDone = note(cycle, 'ADD', await world.call('ADD', sandbox, killAfterMs));
  await world.plugins.disarm(sandbox.containerId);
  return isDone;
}

interface Link {
  readonly ifname: string;
  readonly linkinfo?: { readonly info_kind?: string };
}

// Left by an earlier attempt in the same namespace. Its DEL cannot identify it, and it disappears with the namespace.
const isUnnamedMacvlan = ({ ifname, linkinfo }: Link): boolean =>
  linkinfo?.info_kind === 'macvlan' && /^veth[0-9a-f]{8}$/.test(ifname);

/** The links of a sandbox, sorted. */
export async function linksOf({ faults }: Run, { netns }: Sandbox): Promise<readonly string[]> {
  const links = (await netns.ipJson(['-d', 'link'])) as readonly Link[];
  const unnamed = links.filter(isUnnamedMacvlan);
  for (const _link of unnamed)
    faults.count('(a link was left in its namespace by a killed macvlan, which makes it first and names it then)');
  return links
    .filter((link) => !unnamed.includes(link))
    .map(({ ifname }) => ifname)
    .toSorted();
}

async function inspect(cycle: Cycle, sandbox: Sandbox): Promise<void> {
  const { world, random, chosen, problems } = cycle;
  const found = await linksOf(cycle, sandbox);
  const wanted = ['eth0', 'lo', ...chosen.map((_, position) => `net${position + 1}`)];
  if (found.join() !== wanted.join())
    problems.push(`${sandbox.containerId}: ADD succeeded with ${found.join(', ')} instead of ${wanted.join(', ')}`);
  if (random.chance(likely.check)) note(cycle, 'CHECK', await world.call('CHECK', sandbox));
}

/** Makes DELs until one succeeds. */
export async function detach(cycle: Cycle, sandbox: Sandbox, mayFail: boolean): Promise<void> {
  const { world, random, calls, problems } = cycle;
  const isStuck = mayFail && random.chance(likely.stuckAtDel);
  if (mayFail && random.chance(likely.namespaceGone)) {
    befall(cycle, sandbox, 'the network namespace is gone at DEL');
    await sandbox.netns.remove();
  }
  if (isStuck) await armPlugin(cycle, sandbox, { command: 'DEL', times: stuckTimes });
  else if (mayFail && random.chance(likely.pluginAtDel))
    await armPlugin(cycle, sandbox, { command: 'DEL', times: random.between(1, 2) });
  let killAfterMs = random.chance(likely.killAtDel) ? random.next() * longestLifeMs : undefined;
  if (killAfterMs !== undefined)
    befall(cycle, sandbox, 'the program on the host is killed in DEL', `${killAfterMs.toFixed(0)} ms`);
  for (let tries = 0; tries < mostTries; tries++) {
    calls.count('DEL tries');
    if (note(cycle, 'DEL', await world.call('DEL', sandbox, killAfterMs))) {
      if (!isStuck) await world.plugins.disarm(sandbox.containerId);
      return;
    }
    killAfterMs = undefined;
  }
  problems.push(`${sandbox.containerId}: no DEL succeeded in ${mostTries} tries`);
}

/** Counts a fault, and records it for the sandbox. */
export function befall({ faults, stories }: Run, { containerId }: Sandbox, what: string, more?: string): void {
  faults.count(what);
  stories.set(containerId, [...(stories.get(containerId) ?? []), more === undefined ? what : `${what} (${more})`]);
}

/** Makes a plugin of a sandbox fail. */
export async function armPlugin(
  cycle: Cycle,
  sandbox: Sandbox,
  { command, times }: { readonly command: 'ADD' | 'DEL'; readonly times: number },
): Promise<void> {
  const { world, random, chosen } = cycle;
  const { containerId } = sandbox;
  const plugin = random.pick(['bridge', ...chosen.flatMap((name) => networks[name])]);
  // A repeated fault must not take long.
  const fault = times === stuckTimes ? 'fails' : random.pick(pluginFaults);
  befall(
    cycle,
    sandbox,
    `a plugin ${fault} in ${command}${times === stuckTimes ? `, ${times} times` : ''}`,
    `${plugin}, ${times}`,
  );
  await world.plugins.arm({ containerId, command, plugin, fault, times });
}

/** Counts an answer; returns true for success. An answer that is neither success nor a CNI error is a problem. */
function note(
  { calls, problems, onAnswer }: Run,
  command: Command,
  { exitCode, signal, stdout, stderr }: ShimEnd,
): boolean {
  onAnswer();
  if (exitCode === 0) {
    calls.count(`${command} ok`);
    return true;
  }
  const id = /"msg":"(PLX-[A-Z-]+)/.exec(stdout)?.[1];
  calls.count(`${command} ${signal === null ? (id ?? 'without an identifier') : 'killed'}`);
  if (signal === null && (id === undefined || neverExplained.includes(id)))
    problems.push(`${command}: status ${exitCode}, ${stdout} ${stderr}`);
  return false;
}

/** Errors that no fault of the soak causes. */
const neverExplained = ['PLX-INTERNAL', 'PLX-LINK-DAMAGED', 'PLX-LINK-MISMATCH', 'PLX-RECORD-DAMAGED'];
