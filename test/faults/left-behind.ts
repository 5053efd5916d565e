import { readFile, readdir } from 'node:fs/promises';
import { filesIn, type World } from './world.ts';

/**
 * Lists everything on the node that could belong to a pod: links, rules, files, processes. Inspects the node, not the
 * journal.
 */
export async function everythingOn({ at, plugins }: World): Promise<ReadonlySet<string>> {
  const { netns, dir } = at.node;
  const links = (JSON.parse(await netns.exec(['ip', '-j', 'link'])) as { ifname: string }[]).map(
    ({ ifname }) => ifname,
  );
  const rules = await Promise.all(['iptables-save', 'ip6tables-save'].map((command) => netns.exec([command])));
  const files = [...(await filesIn(`${dir}/leases`)), ...(await filesIn(`${dir}/state`))];
  return new Set([
    ...links.filter((name) => name.startsWith('veth')).map((name) => `link ${name}`),
    ...rules.flatMap((text) =>
      text
        .split('\n')
        .filter((line) => /^-A .*\d+\.\d+\.\d+\.\d+/.test(line))
        .map((line) => `rule ${line}`),
    ),
    ...files.filter((file) => !isNobodys(file)).map((file) => `file ${file.slice(dir.length + 1)}`),
    ...(await processesOf(plugins)),
  ]);
}

// Kept for all pods, a mark of undone work, or removed automatically when old: partial files of killed processes.
const isNobodys = (file: string): boolean =>
  /\/(lock|last_reserved_ip\.\d+|stand-in\.json|\.open|unattached\.json|locks\/sandboxes|\.new-[\w-]+|\.undone)$/.test(
    file,
  ) || file.includes('/last-good/');

async function processesOf(plugins: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return words.startsWith(plugins) ? [`process ${words.replaceAll('\0', ' ')}`] : [];
    }),
  );
  return found.flat();
}

/** What exists now and did not exist before. */
export const newSince = (before: ReadonlySet<string>, now: ReadonlySet<string>): readonly string[] =>
  [...now].filter((each) => !before.has(each));
