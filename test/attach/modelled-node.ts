import { type ChangeSandboxDeps, change } from '../../src/attach/index.ts';
import { type JsonObject, parseConfiguration } from '../../src/cni/index.ts';
import { deviceInfoFiles } from '../../src/devices/index.ts';
import type { Host, PluginExit, PluginRun } from '../../src/host/index.ts';
import type { Journal, RecordKey } from '../../src/journal/index.ts';
import { type Attachment, type SandboxRecord, parseSettings } from '../../src/plan/index.ts';
import { quiet } from '../../src/report/index.ts';
import { patience } from '../support/patience.ts';
import { sampleRecord } from '../support/sample-record.ts';

// A node in memory, for testing what remains if a process dies at any step. Plugins create links, addresses and rules.
// Each journal write, note and plugin run consists of two steps, its start and its end, at which the process can stop.

/** The node, and the effects of its plugins. */
export interface ModelledNode {
  /** Links by name, with the network of each. */
  readonly links: ReadonlyMap<string, string>;
  /** Resources that plugins hold: "address net1 a", "rule net1 a". */
  readonly held: ReadonlySet<string>;
  /** Plugin calls: "ADD a net1". */
  readonly calls: readonly string[];
  /** Networks whose ADD fails after creating its link. */
  readonly broken: Set<string>;
  /** Networks whose DEL fails. */
  readonly stuck: Set<string>;
  readonly journal: Journal;
  /** Returns the dependencies of a process that dies at a step, counted from 0; without a number, it never dies. */
  readonly process: (diesAt?: number) => { readonly deps: ChangeSandboxDeps };
}

/**
 * Returns an attachment whose first plugin creates a link and holds an address, and whose second plugin adds a rule.
 */
export function attachmentOf(interfaceName: string, network: string): Attachment {
  const [sample] = sampleRecord().attachments;
  if (sample === undefined) throw new Error('the sample has no attachment');
  const plugins = [{ type: 'link' }, { type: 'rule' }];
  const configuration = parseConfiguration({ cniVersion: '1.0.0', name: network, plugins }, { source: 'test' });
  return { ...sample.attachment, interfaceName, network, isDefault: interfaceName === 'eth0', configuration };
}

export const key = { containerId: 'c1', ifName: 'eth0' };

/** Creates a node with one live sandbox, attached to the default network and to those named ("net1 a"). */
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

/** Returns the state of every attachment: "net1 a attached". */
export const statesOf = (record: SandboxRecord | undefined): readonly string[] =>
  (record?.attachments ?? []).map(({ state, attachment }) => `${nameOf(attachment)} ${state}`);

export const nameOf = ({ interfaceName, network }: Attachment): string => `${interfaceName} ${network}`;

function modelledNode(journal: Journal): ModelledNode {
  const links = new Map<string, string>();
  const held = new Set<string>();
  const calls: string[] = [];
  const broken = new Set<string>();
  const stuck = new Set<string>();
  const link = (command: string, name: string, network: string): PluginExit => {
    calls.push(`${command} ${network} ${name}`);
    if (command === 'DEL' && stuck.has(network)) return failed('busy');
    if (command === 'DEL') {
      links.delete(name);
      held.delete(`address ${name} ${network}`);
      return succeeded({});
    }
    if (links.has(name)) return failed(`${name} exists`);
    links.set(name, network);
    held.add(`address ${name} ${network}`);
    const interfaces = [{ name, sandbox: '/run/netns/x', mac: `02:00:00:00:00:0${name.at(-1)}` }];
    return broken.has(network) ? failed('no switch') : succeeded({ cniVersion: '1.0.0', interfaces });
  };
  const rule = (command: string, thing: string, prevResult: JsonObject | undefined): PluginExit => {
    if (command === 'ADD') held.add(thing);
    // like the firewall plugin, it finds its rule through the result
    else if (prevResult !== undefined) held.delete(thing);
    return succeeded(prevResult ?? {});
  };
  const runPlugin = ({ plugin, env, stdin }: PluginRun): PluginExit => {
    const { CNI_COMMAND: command = '', CNI_IFNAME: name = '' } = env;
    const { name: network, prevResult } = JSON.parse(stdin) as { name: string; prevResult?: JsonObject };
    return plugin === 'link' ? link(command, name, network) : rule(command, `rule ${name} ${network}`, prevResult);
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
      const write = mortal((record: SandboxRecord) => journal.write(record));
      const note = mortal((record: SandboxRecord, noted: SandboxRecord) => journal.note(record, noted));
      const remove = mortal((of: RecordKey) => journal.remove(of));
      const run = mortal(async (plugin: PluginRun) => runPlugin(plugin));
      return { deps: modelledDeps({ ...host, runPlugin: run }, { ...journal, write, note, remove }) };
    },
  };
}

const succeeded = (result: object): PluginExit => ({ exitCode: 0, stdout: JSON.stringify(result), stderr: '' });

const failed = (msg: string): PluginExit => ({ exitCode: 1, stdout: JSON.stringify({ code: 100, msg }), stderr: '' });

/** The dependencies of a change with this host and journal; everything else is harmless. */
export const modelledDeps = (host: Host, journal: Journal): ChangeSandboxDeps => ({
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
