import { join } from 'node:path';
import { fileJournal } from '../../src/journal/index.ts';
import type { TestPod } from '../support/test-node.ts';
import { createNetns } from '../support/netns.ts';
import { type RuntimeAnswer, callCni } from '../support/cni-runtime.ts';
import { configAsRuntime } from '../support/config-as-runtime.ts';
import { shim } from '../support/daemon.ts';
import { waitFor } from '../support/wait-for.ts';
import { everythingOn, newSince } from './left-behind.ts';
import { type Stage, followed } from './play-hot-plug.ts';
import { type Scenario, nameOf } from './scenarios.ts';
import type { World } from './world.ts';

export interface Outcome {
  readonly name: string;
  /** Problems found; empty if there are none. */
  readonly problems: readonly string[];
  /** Calls of the runtime after the fault until recovery. */
  readonly retries: number;
}

const mostTries = 30;
let pods = 0;

/**
 * Runs one scenario on a node where one other pod stays attached: the fault, the runtime's usual retries, an
 * independent check.
 */
export async function runScenario(scenario: Scenario, world: World, bystander: TestPod): Promise<Outcome> {
  const problems: string[] = [];
  let retries = 0;
  try {
    await world.ready();
    const before = await everythingOn(world);
    retries = await play(scenario, world, problems);
    await world.heal();
    await world.ready();
    await assertNothingNew(before, world, scenario, problems);
    await assertAttached(bystander, world, problems, { who: 'the pod beside it', networks: 3 });
  } catch (error) {
    problems.push(String(error));
    await world.heal();
  }
  return { name: nameOf(scenario), problems, retries };
}

const assertNothingNew = async (
  before: ReadonlySet<string>,
  world: World,
  scenario: Scenario,
  problems: string[],
): Promise<void> => {
  let left: readonly string[] = [];
  const look = async (): Promise<readonly string[]> =>
    newSince(before, await everythingOn(world)).filter((each) => !isOfTuning(each, scenario));
  // Killed processes and files being removed need a moment.
  await waitFor('nothing is left', async () => (left = await look()).length === 0).catch(() => {
    problems.push(...left.map((each) => `left behind: ${each}`));
  });
};

// The tuning plugin (1.1.1) removes its saved state of an interface, by default on a tmpfs, only while that interface
// exists. The interface is missing if the namespace is gone, or if tuning's DEL fails and the chain's other plugins,
// which still run, remove it.
const isOfTuning = (left: string, { operation, fault }: Scenario): boolean =>
  left.startsWith('file leases/tuning/') &&
  (operation === 'reclaim' || (fault.kind === 'plugin' && (operation !== 'ADD' || fault.action === 'remove-netns')));

const networksOf = ({ networks, plugins }: Scenario, world: World): string | undefined =>
  networks === 1
    ? undefined
    : world.networks
        .slice(0, networks - 1)
        .map((index) => `${plugins}-${index}`)
        .join(',');

/** Creates a pod object and a namespace. */
export async function createPod(world: World, networks: string | undefined): Promise<TestPod> {
  const name = `p${pods++}`;
  return { ...world.at.podObject(name, networks), containerId: `${name}-${process.pid}`, netns: await createNetns() };
}

async function play(scenario: Scenario, world: World, problems: string[]): Promise<number> {
  const pod = await createPod(world, scenario.operation === 'plug' ? undefined : networksOf(scenario, world));
  const stage: Stage = { scenario, world, pod, problems };
  try {
    return await plays[scenario.operation](stage);
  } finally {
    await pod.netns.remove();
    world.at.api.remove('pods', pod.namespace, pod.name);
  }
}

const plays: Readonly<Record<Scenario['operation'], (stage: Stage) => Promise<number>>> = {
  ADD: playAdd,
  DEL: playDel,
  GC: playGc,
  reclaim: playReclaim,
  plug: playPlug,
  unplug: playUnplug,
};

// As kubelet does: removes a sandbox whose ADD failed, and creates another one.
async function playAdd({ scenario, world, pod, problems }: Stage): Promise<number> {
  await world.arm(scenario.fault, pod.containerId, 'ADD');
  const answer = await call('ADD', pod, scenario, world);
  noteUnless(world.hasStruck(scenario.fault), 'the fault did not come about', problems);
  const isAttached = answer.exitCode === 0;
  noteUnless(
    isAttached || isError(answer),
    `ADD answered ${answer.stdout.slice(0, 200)}, exit status ${answer.exitCode}`,
    problems,
    answer.exitCode !== null,
  );
  await world.heal();
  // A namespace that another process removes may be gone afterwards, so only what is left counts.
  const isThere = scenario.fault.kind !== 'plugin' || scenario.fault.action !== 'remove-netns';
  if (isAttached && isThere)
    await assertAttached(pod, world, problems, { who: 'the pod', networks: scenario.networks });
  const retries = await deleted(pod, scenario, world);
  if (isAttached) return retries;
  const again: TestPod = { ...pod, containerId: `${pod.containerId}-again`, netns: await createNetns() };
  const second = await call('ADD', again, scenario, world);
  noteUnless(second.exitCode === 0, `the next sandbox of the pod: ${second.stdout}`, problems);
  if (second.exitCode === 0)
    await assertAttached(again, world, problems, { who: 'the next sandbox', networks: scenario.networks });
  const more = await deleted(again, scenario, world);
  await again.netns.remove();
  return retries + 1 + more;
}

async function playDel({ scenario, world, pod, problems }: Stage): Promise<number> {
  await mustSucceed('ADD', pod, scenario, world);
  await world.arm(scenario.fault, pod.containerId, 'DEL');
  const retries = await deleted(pod, scenario, world, () => world.heal());
  noteUnless(world.hasStruck(scenario.fault), 'the fault did not come about', problems);
  return retries;
}

async function playGc({ scenario, world, pod, problems }: Stage): Promise<number> {
  await mustSucceed('ADD', pod, scenario, world);
  await world.arm(scenario.fault, pod.containerId, 'DEL');
  const valid = (await fileJournal(join(world.at.node.dir, 'state/journal')).list((record) => record)).found
    .filter(({ containerId }) => containerId !== pod.containerId)
    .flatMap(({ containerId, attachments }) =>
      attachments.map(({ attachment }) => ({ containerID: containerId, ifname: attachment.interfaceName })),
    );
  for (let tries = 0; ; tries++) {
    const config = {
      ...configAsRuntime(await world.at.conflist(), {}),
      cniVersion: '1.1.0',
      'cni.dev/valid-attachments': valid,
    };
    const { exitCode, stdout } = await callShim({ command: 'GC', config }, world);
    if (tries === 0) noteUnless(world.hasStruck(scenario.fault), 'the fault did not come about', problems);
    await world.heal();
    if (exitCode === 0) return tries;
    if (tries === mostTries) throw new Error(`GC fails for ever: ${stdout}`);
    await world.ready();
  }
}

// The runtime lost the sandbox in a node reboot, so nobody calls DEL.
async function playReclaim({ scenario, world, pod, problems }: Stage): Promise<number> {
  await mustSucceed('ADD', pod, scenario, world);
  await pod.netns.remove();
  const journal = fileJournal(join(world.at.node.dir, 'state/journal'));
  const key = { containerId: pod.containerId, ifName: 'eth0' };
  const record = await journal.read(key);
  if (record === undefined) throw new Error('the pod is not in the journal');
  await journal.write({ ...record, bootId: 'of-before' });
  await world.arm(scenario.fault, pod.containerId, 'DEL');
  await world.restartDaemon();
  await waitFor('the fault', async () => world.hasStruck(scenario.fault)).catch(() =>
    problems.push('the fault did not come about'),
  );
  await world.heal();
  await waitFor('it is reclaimed', async () => (await journal.read(key)) === undefined);
  return 0;
}

// The pod starts with its default network and gains the others while it runs.
async function playPlug(stage: Stage): Promise<number> {
  const { scenario, world, pod, problems } = stage;
  await mustSucceed('ADD', pod, scenario, world);
  await followed(stage, { networks: networksOf(scenario, world) ?? '[]', command: 'ADD' });
  await assertAttached(pod, world, problems, { who: 'the pod', networks: scenario.networks });
  return deleted(pod, scenario, world);
}

// The pod starts with all its networks and loses them, except the default one, while it runs.
async function playUnplug(stage: Stage): Promise<number> {
  const { scenario, world, pod, problems } = stage;
  await mustSucceed('ADD', pod, scenario, world);
  await followed(stage, { networks: '[]', command: 'DEL' });
  await assertAttached(pod, world, problems, { who: 'the pod', networks: 1 });
  return deleted(pod, scenario, world);
}

/** Repeats DEL until it succeeds. Returns the number of retries. */
async function deleted(
  pod: TestPod,
  scenario: Scenario,
  world: World,
  afterFirst: () => Promise<void> = async () => {},
): Promise<number> {
  for (let tries = 0; ; tries++) {
    const answer = await call('DEL', pod, scenario, world);
    if (tries === 0) await afterFirst();
    if (answer.exitCode === 0) return tries;
    if (tries === mostTries) throw new Error(`DEL fails for ever: ${answer.stdout}`);
    await world.ready();
  }
}

export async function mustSucceed(
  command: string,
  pod: TestPod,
  scenario: Pick<Scenario, 'plugins'>,
  world: World,
): Promise<void> {
  const { exitCode, stdout, stderr } = await call(command, pod, scenario, world);
  if (exitCode !== 0) throw new Error(`${command} before the fault: ${stdout} ${stderr}`);
}

/** The pod's interfaces exist, and CHECK finds them unchanged. */
async function assertAttached(
  pod: TestPod,
  world: World,
  problems: string[],
  { who, networks }: { readonly who: string; readonly networks: number },
): Promise<void> {
  const { exitCode, stdout } = await world.at.call('CHECK', pod);
  noteUnless(exitCode === 0, `${who}: CHECK says ${stdout}`, problems);
  const links = (await pod.netns.ipJson(['link'])) as readonly { ifname: string }[];
  const expected = ['eth0', 'lo', ...Array.from({ length: networks - 1 }, (_, index) => `net${index + 1}`)];
  const found = links.map(({ ifname }) => ifname).toSorted();
  noteUnless(JSON.stringify(found) === JSON.stringify(expected.toSorted()), `${who}: has ${found.join(' ')}`, problems);
}

function noteUnless(isWell: boolean, problem: string, problems: string[], isRelevant = true): void {
  if (!isWell && isRelevant) problems.push(problem);
}

const isError = ({ stdout }: RuntimeAnswer): boolean => /^\{.*"code":\d+.*\}\s*$/s.test(stdout);

const chainedDefault = { 'v1.multus-cni.io/default-network': 'kube-system/chained-default' };

async function call(
  command: string,
  pod: TestPod,
  { plugins }: Pick<Scenario, 'plugins'>,
  world: World,
): Promise<RuntimeAnswer> {
  const annotations = world.at.api.get('pods', pod.namespace, pod.name)?.metadata.annotations ?? {};
  return world.at.call(command, pod, { ...annotations, ...(plugins === 'chained' && chainedDefault) });
}

const callShim = (
  { command, config }: { readonly command: string; readonly config: object },
  { at, plugins }: World,
): Promise<RuntimeAnswer> =>
  callCni({
    executable: shim,
    command,
    config,
    path: [plugins],
    nodeNetns: at.node.netns.path,
    env: { PLEXUS_SOCKET: join(at.node.dir, 'run/plexus.sock') },
  });
