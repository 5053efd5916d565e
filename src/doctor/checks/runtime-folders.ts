import { entriesOf, inRoot, isOwnName } from '../../install/index.ts';
import { readConfPath } from '../../runtime/index.ts';
import { type Check, type Seen, unknown } from '../check.ts';
import type { NodeScene } from '../node-scene.ts';

/** Whether the container runtime uses the folders of Plexus. */
export const runtimeFolders: Check<NodeScene> = {
  id: 'PLX-D-RUNTIME-FOLDERS',
  good: 'the container runtime reads the folders that Plexus writes to',
  finds:
    'the configuration of the runtime names other folders than the configuration of Plexus, so the runtime does not see what Plexus writes',
  fix: 'Set the folders of the runtime in Plexus: cniConfDir of the daemon (paths.cniConfDir in the chart) and --cni-bin-dir of plexus install.',
  place: ({ places }) => places.root,
  look: async (scene) => {
    const { places, runtimes } = scene;
    const { root, confDir, binDir } = places;
    const all = (await runtimes()).runtimes;
    if (all.every(({ configurations }) => configurations.length === 0))
      return [unknown('no configuration of a container runtime was found')];
    const running = all.filter(({ isRunning }) => isRunning);
    const seen: Seen[] = [];
    for (const each of running.length > 0 ? running : all.slice(0, 1)) {
      if (each.configurations.length === 0) continue; // no configuration: the usual folders are a guess
      const evidence = each.configurations;
      const [confDirThere, binDirsThere] = [
        await inRoot(root, each.confDir),
        await Promise.all(each.binDirs.map((path) => inRoot(root, path))),
      ];
      if (confDir !== undefined && confDir !== confDirThere)
        seen.push({
          severity: 'error',
          what: `${each.runtime} reads CNI configurations from ${confDirThere}, but that of Plexus is in ${confDir}`,
          evidence,
        });
      if (binDir !== undefined && !binDirsThere.includes(binDir))
        seen.push({
          severity: 'error',
          what: `${each.runtime} searches plugins in ${binDirsThere.join(', ')}, but the shim is in ${binDir}`,
          evidence,
        });
    }
    if (confDir === undefined)
      seen.push(...(await strayFile(root, await Promise.all(all.map((each) => inRoot(root, each.confDir))))));
    return seen.length > 0 && (await hasPods(scene)) ? seen.map(asWarning) : seen;
  },
};

/**
 * Whether a pod was attached on this node since its boot. If so, the runtime finds Plexus, whatever its configuration
 * files contain.
 */
async function hasPods({ journal, bootId }: NodeScene): Promise<boolean> {
  try {
    const [{ records }, boot] = await Promise.all([journal(), bootId()]);
    return records.some((record) => record.complete && record.bootId === boot);
  } catch {
    return false; // unknown
  }
}

const asWarning = ({ evidence = [], ...seen }: Seen): Seen => ({
  ...seen,
  severity: 'warning',
  evidence: [
    ...evidence,
    'pods are attached on this node, so its runtime calls Plexus; the runtime may use another configuration',
  ],
});

const usual = '/etc/cni/net.d';

// the daemon's default folder
async function strayFile(root: string, read: readonly string[]): Promise<readonly Seen[]> {
  const folder = await inRoot(root, usual);
  if (read.includes(folder)) return [];
  const ours = entriesOf(await readConfPath(folder)).find(({ name, owner }) => owner === 'plexus' && isOwnName(name));
  return ours === undefined
    ? []
    : [{ severity: 'error', what: `${ours.name} is in ${folder}, but the runtime reads ${read.join(', ')}` }];
}
