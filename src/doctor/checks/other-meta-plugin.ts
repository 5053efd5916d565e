import { byBytes } from '../../install/index.ts';
import type { Check } from '../check.ts';
import { type NodeScene, callsPlexus, confPlace, oursIn, readableConfFolders, typesIn } from '../node-scene.ts';

/** Whether another meta-plugin has a configuration in the runtime's folder. */
export const otherMetaPlugin: Check<NodeScene> = {
  id: 'PLX-D-OTHER-META-PLUGIN',
  good: 'no other program for several networks is configured on this node',
  finds: 'a configuration of Multus, or of another program for several networks, in the same folder',
  fix: 'See docs/from-multus.md: remove the DaemonSet of Multus, then the file; the daemon moves one that sorts before ours aside.',
  place: confPlace,
  look: async (scene) =>
    (await readableConfFolders(scene)).flatMap((found) => {
      const ours = oursIn(found);
      return found.entries
        .filter((entry) => entry.owner === 'meta-plugin' && !callsPlexus(entry))
        .map(({ name, text }) => {
          const isBefore = ours === undefined || byBytes(name, ours.name) < 0;
          const what = `${name} calls ${typesIn(text).join(', ')}${isBefore ? ', and it comes before Plexus' : '; the runtime does not take it while ours comes first'}`;
          return { severity: isBefore ? ('error' as const) : ('warning' as const), what, where: found.folder };
        });
    }),
};
