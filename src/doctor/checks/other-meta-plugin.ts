import { byBytes } from '../../install/index.ts';
import type { Check } from '../check.ts';
import { type NodeScene, callsPlexus, confPlace, oursIn, readableConfFolders, typesIn } from '../node-scene.ts';

/** Whether another meta-plugin has a configuration in the runtime's folder. */
export const otherMetaPlugin: Check<NodeScene> = {
  id: 'PLX-D-OTHER-META-PLUGIN',
  good: 'no other meta-plugin is configured on this node',
  finds: 'a configuration of Multus or another meta-plugin in the same folder',
  fix: 'Remove the DaemonSet of Multus, then the file (docs/from-multus.md). The daemon moves aside a file that sorts before its own.',
  place: confPlace,
  look: async (scene) =>
    (await readableConfFolders(scene)).flatMap((found) => {
      const ours = oursIn(found);
      return found.entries
        .filter((entry) => entry.owner === 'meta-plugin' && !callsPlexus(entry))
        .map(({ name, text }) => {
          const isBefore = ours === undefined || byBytes(name, ours.name) < 0;
          const what = `${name} calls ${typesIn(text).join(', ')}${isBefore ? ', and it sorts before Plexus' : '; the runtime does not use it while that of Plexus comes first'}`;
          return { severity: isBefore ? ('error' as const) : ('warning' as const), what, where: found.folder };
        });
    }),
};
