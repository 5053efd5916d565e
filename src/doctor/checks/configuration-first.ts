import { readdir } from 'node:fs/promises';
import { byBytes } from '../../install/index.ts';
import type { Check, Seen } from '../check.ts';
import { type ConfFolder, type NodeScene, callsPlexus, confPlace, oursIn } from '../node-scene.ts';

/** Whether the container runtime uses the configuration file of Plexus. */
export const configurationFirst: Check<NodeScene> = {
  id: 'PLX-D-CONFIGURATION-FIRST',
  good: 'the CNI configuration that the container runtime uses calls Plexus',
  finds:
    'the CNI configuration of Plexus is missing or renamed, or another file sorts before it: pods then get no additional networks',
  fix: 'Start the daemon with manageConfiguration: keep, which restores it. With Cilium, set cni.exclusive: false.',
  place: confPlace,
  look: async ({ confFolders }) => (await Promise.all((await confFolders()).map(lookAt))).flat(),
};

async function lookAt(found: ConfFolder): Promise<readonly Seen[]> {
  const { folder, listing, entries } = found;
  const at = (what: string, more: Partial<Seen> = {}): readonly Seen[] => [
    { severity: 'error', what, where: folder, ...more },
  ];
  if (listing.kind === 'missing')
    return at(`it cannot be read: ${listing.problem}`, {
      fix: 'Set --cni-conf-dir to the folder of the runtime, or --root to the file system of the node.',
    });
  const ours = oursIn(found);
  const evidence = entries.map(({ name, owner }) => `${name}: ${whose[owner]}`);
  if (ours === undefined) return at(`no configuration calls Plexus${await renamed(folder)}`, { evidence });
  const [first] = entries.toSorted((a, b) => byBytes(a.name, b.name));
  if (first === undefined || callsPlexus(first)) return [];
  return at(`${first.name} sorts before ${ours.name}: the runtime uses it and never calls Plexus`, {
    evidence,
    ...(first.owner === 'unreadable' && {
      fix: `Correct or remove ${first.name}: it is not a CNI configuration, and the runtime fails to load it.`,
    }),
  });
}

const whose = {
  plexus: 'calls Plexus',
  'meta-plugin': 'of another meta-plugin',
  network: 'a network',
  unreadable: 'cannot be read',
};

async function renamed(folder: string): Promise<string> {
  const name = (await readdir(folder)).find((each) => /plexus.*\.(cilium_bak|bak|disabled|old)$/.test(each));
  return name === undefined ? '' : `; ${name} may be the configuration of Plexus, renamed by another program`;
}
