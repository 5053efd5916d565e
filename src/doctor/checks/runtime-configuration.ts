import { type Check, unknown } from '../check.ts';
import type { NodeScene } from '../node-scene.ts';

/** Whether the container runtime's configuration can be read and suits Plexus. */
export const runtimeConfiguration: Check<NodeScene> = {
  id: 'PLX-D-RUNTIME-CONFIGURATION',
  good: "the container runtime's own configuration is found and loads one CNI configuration",
  finds:
    "the runtime's configuration cannot be read, or makes it load several CNI configurations (max_conf_num): pods would get the default network twice",
  fix: "Correct the runtime's configuration and restart it; where its files are elsewhere, name them with --root.",
  place: ({ places }) => places.root,
  look: async ({ runtimes }) =>
    (await runtimes()).warnings.map((what) =>
      what.startsWith(none) ? unknown(none, { fix: runtimeConfiguration.fix }) : { severity: 'warning', what },
    ),
};

// the beginning of findFolders' message in that case
const none = 'no configuration of a container runtime was found';
