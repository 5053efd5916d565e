import { join } from 'node:path';
import { inRoot, standInName } from '../../install/index.ts';
import type { Check } from '../check.ts';
import { type NodeScene, binFolders, oursIn, readableConfFolders, typesIn } from '../node-scene.ts';
import { found } from '../state-files.ts';

const folders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Whether direct mode finds the commands that it runs. */
export const directModeTools: Check<NodeScene> = {
  id: 'PLX-D-DIRECT-MODE-TOOLS',
  good: 'direct mode finds ip and nsenter, or is not in use',
  finds: 'direct mode is in use, or is the fallback for the daemon, but iproute2 or util-linux is missing on the node',
  fix: 'Install iproute2 and util-linux on the node.',
  place: () => folders.join(', '),
  look: async (scene) => {
    const [binDirs, confFolders] = await Promise.all([binFolders(scene), readableConfFolders(scene)]);
    const isDirect = confFolders.some((each) => typesIn(oursIn(each)?.text ?? '').includes('plexus-cni'));
    const standIns = await Promise.all(binDirs.map((folder) => found(join(folder, standInName))));
    if (!isDirect && standIns.every((each) => each === undefined)) return [];
    const missing: string[] = [];
    for (const command of ['ip', 'nsenter']) if (!(await isThere(command, scene.places.root))) missing.push(command);
    if (missing.length === 0) return [];
    return [
      {
        severity: isDirect ? 'error' : 'warning',
        what: `${missing.join(' and ')} not found: ${isDirect ? 'direct mode is in use' : `${standInName} is installed`}`,
      },
    ];
  },
};

async function isThere(command: string, root: string): Promise<boolean> {
  for (const folder of folders) if ((await found(await inRoot(root, join(folder, command)))) !== undefined) return true;
  return false;
}
