import { readdir } from 'node:fs/promises';
import { byBytes } from '../../install/index.ts';
import type { Check, Seen } from '../check.ts';
import { type ConfFolder, type NodeScene, callsPlexus, confPlace, oursIn } from '../node-scene.ts';

/** Whether the container runtime uses the configuration file of Plexus. */
export const configurationFirst: Check<NodeScene> = {
  id: 'PLX-D-CONFIGURATION-FIRST',
  good: 'the configuration that the container runtime takes calls Plexus',
  finds:
    "our CNI configuration is missing, was renamed, or another file sorts before it: the runtime's pods then get no further network",
  fix: 'Start the daemon with manageConfiguration: keep, which puts it in place; with Cilium set cni.exclusive: false.',
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
      fix: 'Name the folder of the runtime with --cni-conf-dir, or --root where its files are.',
    });
  const ours = oursIn(found);
  const evidence = entries.map(({ name, owner }) => `${name}: ${whose[owner]}`);
  if (ours === undefined) return at(`no configuration calls Plexus${await renamed(folder)}`, { evidence });
  const [first] = entries.toSorted((a, b) => byBytes(a.name, b.name));
  if (first === undefined || callsPlexus(first)) return [];
  return at(`${first.name} sorts before ${ours.name}: the runtime takes it and never calls Plexus`, {
    evidence,
    ...(first.owner === 'unreadable' && {
      fix: `Correct or remove ${first.name}: it is no CNI configuration, and the runtime stumbles over it.`,
    }),
  });
}

const whose = {
  plexus: 'calls Plexus',
  'meta-plugin': 'of another program for several networks',
  network: 'a network',
  unreadable: 'cannot be read',
};

async function renamed(folder: string): Promise<string> {
  const name = (await readdir(folder)).find((each) => /plexus.*\.(cilium_bak|bak|disabled|old)$/.test(each));
  return name === undefined ? '' : `; ${name} may be it, renamed by another program`;
}
