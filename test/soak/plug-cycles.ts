import { join } from 'node:path';
import { networksDigest } from '../../src/cluster/index.ts';
import { fileJournal } from '../../src/journal/index.ts';
import { networksKey } from '../support/cluster-node.ts';
import { createNetns } from '../support/netns.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Run, armPlugin, attach, befall, detach, linksOf } from './pod-cycle.ts';
import { type Random, undisturbed } from './random.ts';
import { type NetworkName, type Sandbox, type World, networkNames } from './world.ts';

/** One change of the annotation of a running pod. */
export interface PlugCycle {
  readonly index: number;
  readonly random: Random;
}

const likely = { pluginFails: 0.08, named: 0.5, endsDuringChange: 0.3 };
const mostNetworks = 3;
// A change that fails is retried after pauses that double, so a cycle may take minutes.
const mostTries = 30_000;
const looksPerAnswer = 10;

/**
 * Runs a pod whose annotation changes until `next` returns undefined: it gains, loses and swaps networks while faults
 * occur. Then the pod ends, sometimes in the middle of a last change.
 */
export async function plugCycles(run: Run, name: string, next: () => PlugCycle | undefined): Promise<void> {
  const { world } = run;
  const { uid } = world.at.api.put('pods', {
    metadata: { name, namespace: 'default', annotations: { [networksKey]: '[]' } },
    spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'none' }] },
    status: { phase: 'Running' },
  }).metadata;
  const pod = { name, namespace: 'default', uid };
  const sandbox: Sandbox = { containerId: `s${name}-0`, netns: await createNetns(), pod, annotations: undefined };
  const calm = { ...run, random: undisturbed(''), chosen: [] };
  for (let tries = 0, isAttached = false; !isAttached; tries++) {
    isAttached = await attach(calm, sandbox, false);
    if (tries > mostAdds) throw new Error(`${name}: no ADD succeeded in ${mostAdds} tries`);
  }
  let last: PlugCycle | undefined;
  for (let cycle = next(); cycle !== undefined && run.problems.length === 0; cycle = next()) {
    await oneChange(run, sandbox, cycle);
    last = cycle;
  }
  if (last?.random.chance(likely.endsDuringChange) === true) {
    befall(run, sandbox, 'the pod ends during a change');
    annotate(world, sandbox, selectionsOf(last));
  }
  await detach(calm, sandbox, false);
  await world.plugins.disarm(sandbox.containerId);
  await sandbox.netns.remove();
  world.at.api.remove('pods', 'default', name);
}

const mostAdds = 30;

interface Selection {
  readonly name: NetworkName;
  readonly interface?: string;
  readonly portMappings?: readonly object[];
}

function selectionsOf({ index, random }: PlugCycle): readonly Selection[] {
  const portMappings = [{ hostPort: 20_000 + (index % 10_000), containerPort: 80, protocol: 'tcp' }];
  const names = Array.from({ length: random.between(0, mostNetworks) }, () => random.pick(networkNames));
  return names.map((name, position) => ({
    name,
    ...(random.chance(likely.named) && { interface: `if${position}` }),
    // one network can map the port
    ...(name === 'ports' && names.indexOf(name) === position && { portMappings }),
  }));
}

function annotate({ at: { api } }: World, { pod }: Sandbox, selections: readonly Selection[]): void {
  const object = api.get('pods', 'default', pod.name);
  if (object === undefined) throw new Error(`there is no pod ${pod.name}`);
  const annotations = { ...object.metadata.annotations, [networksKey]: JSON.stringify(selections) };
  api.put('pods', { ...object, metadata: { ...object.metadata, annotations } });
}

async function oneChange(run: Run, sandbox: Sandbox, cycle: PlugCycle): Promise<void> {
  const { world, problems, calls } = run;
  const { random } = cycle;
  const selections = selectionsOf(cycle);
  if (random.chance(likely.pluginFails)) {
    const chosen = selections.map(({ name }) => name);
    const command = random.chance(0.5) ? 'ADD' : 'DEL';
    await armPlugin({ ...run, random, chosen }, sandbox, { command, times: 1 });
  }
  annotate(world, sandbox, selections);
  const journal = fileJournal(join(world.at.node.dir, 'state/journal'));
  let looks = 0;
  const isInSync = async (): Promise<boolean> => {
    // no call of the runtime is answered meanwhile, and some faults last for a number of answers
    if (++looks % looksPerAnswer === 0) run.onAnswer();
    const record = await journal.read({ containerId: sandbox.containerId, ifName: 'eth0' });
    if (run.signal?.aborted === true) return true;
    return record?.networksDigest === networksDigest({ [networksKey]: JSON.stringify(selections) });
  };
  const change = `${sandbox.containerId}, change ${cycle.index} to ${JSON.stringify(selections)}`;
  try {
    await waitFor(change, isInSync, { mostTries });
  } catch {
    problems.push(`${change}: the pod does not follow`);
    return;
  }
  await world.plugins.disarm(sandbox.containerId);
  if (run.signal?.aborted === true) return;
  calls.count('CHANGE ok');
  // While the API server is unavailable, the status is published later.
  let found: readonly string[] = [];
  const isAsRequested = async (): Promise<boolean> => {
    if (++looks % looksPerAnswer === 0) run.onAnswer();
    found = await differences(run, sandbox, selections);
    return found.length === 0 || run.signal?.aborted === true;
  };
  await waitFor(change, isAsRequested, { mostTries }).catch(() => {
    problems.push(...found.map((each) => `${change}: ${each}`));
  });
}

interface StatusEntry {
  readonly name: string;
  readonly interface: string;
}

/** Compares network-status with the annotation, and the namespace with network-status. */
async function differences(run: Run, sandbox: Sandbox, selections: readonly Selection[]): Promise<readonly string[]> {
  const status = (run.world.at.status(sandbox.pod.name) ?? []) as unknown as readonly StatusEntry[];
  const shown = status.slice(1).map((each) => `${each.interface} ${each.name}`);
  const requested = selections.map(
    (each, position) => `${each.interface ?? status[position + 1]?.interface} default/${each.name}`,
  );
  const links = await linksOf(run, sandbox);
  const expected = ['lo', ...status.map((each) => each.interface)].toSorted();
  return [
    ...(shown.join() === requested.join() ? [] : [`network-status has ${shown.join(', ')}`]),
    ...(links.join() === expected.join() ? [] : [`the namespace has ${links.join(', ')}`]),
  ];
}
