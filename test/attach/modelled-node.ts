import { type ChangeSandboxDeps, change } from '../../src/attach/index.ts';
import { type JsonObject, parseConfiguration } from '../../src/cni/index.ts';
import { deviceInfoFiles } from '../../src/devices/index.ts';
import type { Host, PluginRun } from '../../src/host/index.ts';
import type { Journal } from '../../src/journal/index.ts';
import { type Attachment, type SandboxRecord, parseSettings } from '../../src/plan/index.ts';
import { quiet } from '../../src/report/index.ts';
import { patience } from '../support/patience.ts';
import { sampleRecord } from '../support/sample-record.ts';

// A node in memory for testing what is left when a process dies at any step: plugins make links, addresses and rules,
// and each journal write, note and plugin run is two steps (its begin and its end) at which the process can stop.

/** The outcome of a plugin's ADD; every DEL succeeds unless its network is in `stuck`. */
export interface ModelledNode {
  /** Names of links, each with its network. */
  readonly links: ReadonlyMap<string, string>;
  /** What plugins hold: "address net1 a", "rule net1 a". */
  readonly held: ReadonlySet<string>;
  /** "ADD a net1" */
  readonly calls: readonly string[];
  /** Networks whose ADD fails after it has made its link. */
  readonly broken: Set<string>;
  /** Networks whose DEL fails. */
  readonly stuck: Set<string>;
  readonly journal: Journal;
  /** The dependencies of a process that dies at a step, counted from 0; never if absent. */
  readonly process: (diesAt?: number) => { readonly deps: ChangeSandboxDeps; readonly steps: () => number };
}

/** One attachment of a network: its plugin makes a link and holds an address, and a second one adds a rule. */
export function attachmentOf(interfaceName: string, network: string): Attachment {
  const [sample] = sampleRecord().attachments;
  if (sample === undefined) throw new Error('the sample has no attachment');
  const plugins = [{ type: 'link' }, { type: 'rule' }];
  const configuration = parseConfiguration({ cniVersion: '1.0.0', name: network, plugins }, { source: 'test' });
  return { ...sample.attachment, interfaceName, network, isDefault: interfaceName === 'eth0', configuration };
}

export const key = { containerId: 'c1', ifName: 'eth0' };

/** A node with one live sandbox: the default network and those named ("net1 a"). */
export async function nodeWithSandbox(journal: Journal, names: readonly string[]): Promise<ModelledNode> {
  const node = modelledNode(journal);
  const attach = ['eth0 default', ...names].map((each) => {
    const [interfaceName = '', network = ''] = each.split(' ');
    return attachmentOf(interfaceName, network);
  });
  const { deps } = node.process();
  const operation = { containerId: 'c1', netns: '/run/netns/x', env: {}, path: [] };
  const run = { sandbox: 'begins', operation, deps, signal: patience() } as const;
  const { record, noted } = await change(sampleRecord({ attachments: [] }), { attach, detach: [] }, run);
  await noted;
  await journal.write({ ...record, complete: true });
  return node;
}

/** Every attachment of a record: "net1 a attached". */
export const statesOf = (record: SandboxRecord | undefined): readonly string[] =>
  (record?.attachments ?? []).map(({ state, attachment }) => `${nameOf(attachment)} ${state}`);

export const nameOf = ({ interfaceName, network }: Attachment): string => `${interfaceName} ${network}`;

function modelledNode(journal: Journal): ModelledNode {
  const links = new Map<string, string>();
  const held = new Set<string>();
  const calls: string[] = [];
  const broken = new Set<string>();
  const stuck = new Set<string>();
  const runPlugin = ({ plugin, env, stdin }: PluginRun): { exitCode: number; stdout: string; stderr: string } => {
    const { CNI_COMMAND: command = '', CNI_IFNAME: name = '' } = env;
    const { name: network, prevResult } = JSON.parse(stdin) as { name: string; prevResult?: JsonObject };
    if (plugin === 'link') calls.push(`${command} ${network} ${name}`);
    const fails = (msg: string) => ({ exitCode: 1, stdout: JSON.stringify({ code: 100, msg }), stderr: '' });
    if (command === 'ADD' && plugin === 'link' && links.has(name)) return fails(`${name} exists`);
    if (command === 'DEL' && stuck.has(network)) return fails('busy');
    const thing = `${plugin === 'link' ? 'address' : 'rule'} ${name} ${network}`;
    if (command === 'ADD') held.add(thing);
    // as the firewall plugin, a rule is only found by the result
    else if (plugin === 'link' || prevResult !== undefined) held.delete(thing);
    if (plugin === 'rule') return { exitCode: 0, stdout: JSON.stringify(prevResult), stderr: '' };
    if (command === 'DEL') links.delete(name);
    else links.set(name, network);
    const interfaces = [{ name, sandbox: '/run/netns/x', mac: `02:00:00:00:00:0${name.at(-1)}` }];
    if (command === 'ADD' && broken.has(network)) return fails('no switch');
    return { exitCode: 0, stdout: JSON.stringify({ cniVersion: '1.0.0', interfaces }), stderr: '' };
  };
  const host: Host = {
    runPlugin: async (run) => runPlugin(run),
    settle: async () => {},
    listLinks: async () =>
      [...links.keys()].map((name) => ({ name, mac: `02:00:00:00:00:0${name.at(-1)}`, up: true, addresses: [] })),
    defaultRoutes: async () => [],
    setDefaultRoutes: async () => {},
  };
  return {
    links,
    held,
    calls,
    broken,
    stuck,
    journal,
    process: (diesAt) => {
      let steps = 0;
      const step = (): void => {
        if (steps === diesAt) throw new Error('the process was killed');
        steps++;
      };
      const mortal =
        <A extends readonly unknown[], T>(work: (...words: A) => Promise<T>) =>
        async (...words: A): Promise<T> => {
          step();
          const result = await work(...words);
          step();
          return result;
        };
      const own = {
        ...journal,
        write: mortal(journal.write),
        note: mortal(journal.note),
        remove: mortal(journal.remove),
      };
      return { deps: depsOf({ ...host, runPlugin: mortal(host.runPlugin) }, own), steps: () => steps };
    },
  };
}

const depsOf = (host: Host, journal: Journal): ChangeSandboxDeps => ({
  settings: parseSettings({ cniVersion: '1.0.0', name: 'plexus', type: 'plexus-cni', delegates: [{ type: 'none' }] })
    .settings,
  host,
  journal,
  locks: { withSandbox: (_claim, _signal, work) => work(), withAll: (_command, _signal, work) => work() },
  devices: {
    allocated: async () => ({ devices: [], warnings: [] }),
    isGone: async () => false,
    report: async () => undefined,
  },
  deviceInfo: deviceInfoFiles('/nowhere'),
  report: quiet,
  now: Date.now,
  path: [],
  env: {},
});
