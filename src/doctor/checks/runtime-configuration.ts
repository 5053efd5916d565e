import { type Check, unknown } from '../check.ts';
import type { NodeScene } from '../node-scene.ts';

/** Whether the container runtime's configuration can be read and suits Plexus. */
export const runtimeConfiguration: Check<NodeScene> = {
  id: 'PLX-D-RUNTIME-CONFIGURATION',
  good: 'the configuration of the container runtime exists and loads one CNI configuration',
  finds:
    'the configuration of the container runtime cannot be read, or makes it load several CNI configurations (max_conf_num), so that pods would get the default network twice',
  fix: 'Correct the configuration of the runtime and restart it. If the file system of the node is mounted elsewhere, set --root.',
  place: ({ places }) => places.root,
  look: async ({ runtimes }) =>
    (await runtimes()).warnings.map((what) =>
      what.startsWith(none) ? unknown(none, { fix: runtimeConfiguration.fix }) : { severity: 'warning', what },
    ),
};

// the beginning of findFolders' message in that case
const none = 'no configuration of a container runtime was found';
