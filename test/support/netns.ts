import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A network namespace of a test. */
export interface Netns {
  readonly name: string;
  readonly path: string;
  /** Runs a command inside and returns its stdout. Rejects if it fails. */
  readonly exec: (command: readonly string[]) => Promise<string>;
  /** `ip -j …` inside, decoded. */
  readonly ipJson: (args: readonly string[]) => Promise<unknown>;
  /** Accepts that it is already gone. */
  readonly remove: () => Promise<void>;
}

let made = 0;

/** Creates a namespace with a unique name. */
export async function createNetns(): Promise<Netns> {
  const name = `plx-${process.pid}-${made++}`;
  await run('ip', ['netns', 'add', name]);
  const path = `/run/netns/${name}`;
  const exec = async (command: readonly string[]): Promise<string> =>
    (await run('nsenter', [`--net=${path}`, ...command])).stdout;
  return {
    name,
    path,
    exec,
    ipJson: async (args) => JSON.parse((await exec(['ip', '-j', ...args])) || '[]') as unknown,
    remove: async () => {
      if ((await netnsNames(name)).includes(name)) await run('ip', ['netns', 'delete', name]);
    },
  };
}

/** Names of this machine's namespaces with a prefix. */
export async function netnsNames(prefix: string): Promise<readonly string[]> {
  const { stdout } = await run('ip', ['netns', 'list']);
  return stdout
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
    .filter((name) => name !== '' && name.startsWith(prefix));
}

/** Names of this machine's network interfaces, outside all test namespaces, with a prefix. */
export async function linkNames(prefix: string): Promise<readonly string[]> {
  const { stdout } = await run('ip', ['-j', 'link']);
  const links = JSON.parse(stdout) as readonly { readonly ifname: string }[];
  return links.map(({ ifname }) => ifname).filter((name) => name.startsWith(prefix));
}
