import { decideDefault } from '../../install/index.ts';
import { readConfPath } from '../../runtime/index.ts';
import type { Check, Seen } from '../check.ts';
import {
  type ConfFolder,
  type NodeScene,
  clusterNetworkFile,
  confPlace,
  oursIn,
  pluginsInText,
} from '../node-scene.ts';

/** Whether there is a default network. */
export const defaultNetwork: Check<NodeScene> = {
  id: 'PLX-D-DEFAULT-NETWORK',
  good: 'the configuration of the default network exists and is valid',
  finds: 'there is no usable configuration of the default network: no pod of the node can start',
  fix: "Install the cluster's network plugin on this node, or set defaultNetwork in the configuration of the daemon to its file.",
  place: confPlace,
  look: async (scene) => (await Promise.all((await scene.confFolders()).map((found) => lookAt(scene, found)))).flat(),
};

async function lookAt(scene: NodeScene, found: ConfFolder): Promise<readonly Seen[]> {
  const text = oursIn(found)?.text ?? '';
  // the configuration of Plexus contains it
  if (pluginsInText(text).some(({ delegates }) => Array.isArray(delegates) && delegates.length > 0)) return [];
  const file = await clusterNetworkFile(scene, text);
  const decision = decideDefault(file === undefined ? found.listing : await readConfPath(file));
  const where = file ?? found.folder;
  if (decision.kind === 'none') return [{ severity: 'error', what: decision.problem, where }];
  return decision.warnings.map((what): Seen => ({
    severity: 'warning',
    what,
    where,
    fix: 'Correct this file, or remove it.',
  }));
}
