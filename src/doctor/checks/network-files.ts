import { type Check, type Seen, unknown } from '../check.ts';
import { meansFile } from '../networks.ts';
import type { NodeScene } from '../node-scene.ts';

/** Whether the files that NetworkAttachmentDefinitions without a configuration name exist. */
export const networkFiles: Check<NodeScene> = {
  id: 'PLX-D-NETWORK-FILES',
  good: 'every NetworkAttachmentDefinition without a configuration has its file on this node',
  finds: 'a NetworkAttachmentDefinition without spec.config whose configuration is not in a file on this node',
  fix: 'Put a configuration with that name into this folder, or set spec.config.',
  place: () => 'the files of networks (confDir)',
  look: async (scene, signal) => {
    const { nads, folder, inSight } = await scene.networks(signal);
    const users = nads.filter(meansFile);
    if (users.length > 0 && !inSight)
      return [
        unknown(`the folder of ${users.map(({ key }) => key).join(', ')} does not exist, or is not visible here`, {
          where: folder,
        }),
      ];
    return users.flatMap(({ key, problems }) =>
      problems.map(({ text, rule }): Seen => ({
        severity: 'warning',
        what: `${key}: ${text}`,
        where: folder,
        evidence: [rule],
      })),
    );
  },
};
