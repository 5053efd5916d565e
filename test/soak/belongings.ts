import { readFile, readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { netnsNames } from '../support/netns.ts';
import type { World } from './world.ts';

/** Everything on the node that plugin calls create, found without Plexus. */
export interface Belongings {
  /** Interfaces in the node's namespace. */
  readonly interfaces: readonly string[];
  readonly namespaces: readonly string[];
  readonly leases: readonly string[];
  /** Firewall rules and chains, IPv4 and IPv6. */
  readonly rules: readonly string[];
  /** Files in the daemon's state folder: journal, locks, copies of configurations. */
  readonly files: readonly string[];
  /** Processes in the node's namespace, except the host agent. */
  readonly processes: readonly string[];
}

export async function belongingsOf({ at }: World): Promise<Belongings> {
  const { netns, dir } = at.node;
  const links = (await netns.ipJson(['link'])) as readonly { readonly ifname: string }[];
  return {
    interfaces: links.map(({ ifname }) => ifname),
    namespaces: await netnsNames(netns.name.replace(/\d+$/, '')),
    leases: await leasesIn(join(dir, 'leases')),
    rules: [...rulesIn(await netns.exec(['iptables-save'])), ...rulesIn(await netns.exec(['ip6tables-save']))],
    files: (await filesIn(join(dir, 'state'))).filter((file) => !isHalfWritten(file) && !ofTheDaemon.includes(file)),
    processes: (await processesIn(netns.path)).filter((each) => !each.includes(' host-agent ')),
  };
}

// Files that the daemon writes for direct mode and for the shim at any time; they stay while Plexus is installed.
const ofTheDaemon = ['stand-in.json', 'deferred/.open'];

// A partial file of a killed process, which is removed automatically after an hour, or the marks of undone work, of which
// there are few.
const isHalfWritten = (file: string): boolean => /\/(?:\.(?:new|lock)-[\w-]+|\.undone)$/.test(file);

/** What exists now and did not exist before: "interfaces: veth1234". */
export const additionTo = (before: Belongings, now: Belongings): readonly string[] =>
  (Object.keys(before) as (keyof Belongings)[]).flatMap((kind) =>
    now[kind].filter((each) => !before[kind].includes(each)).map((each) => `${kind}: ${each}`),
  );

/** Files below a folder, relative to it. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

/** "storage/10.30.0.2 of s17-0 net1": host-local's lease files, which contain their owner. */
async function leasesIn(folder: string): Promise<string[]> {
  const files = (await filesIn(folder)).filter((file) => !/(^|\/)(lock|last_reserved_ip\.\d+)$/.test(file));
  return Promise.all(
    files.map(
      async (file) =>
        `${file} of ${(await readFile(join(folder, file), 'utf8').catch(() => '')).split(/\s+/).join(' ') || 'nobody'}`,
    ),
  );
}

// Without comments and counters.
const rulesIn = (text: string): readonly string[] =>
  text
    .split('\n')
    .filter((line) => /^[-:]/.test(line))
    .map((line) => line.replace(/ \[\d+:\d+\]$/, ''));

/** Processes of a namespace as "ID command line". */
export async function processesIn(netns: string): Promise<string[]> {
  const own = `net:[${(await stat(netns)).ino}]`;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) =>
      (await readlink(`/proc/${pid}/ns/net`).catch(() => '')) === own ? `${pid} ${await commandLineOf(pid)}` : '',
    ),
  );
  return found.filter((each) => each !== '');
}

const commandLineOf = async (pid: string): Promise<string> =>
  (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ').trim();
