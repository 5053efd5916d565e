import { type RuntimeFolders, findFolders } from './find-folders.ts';
import { inRoot } from './in-root.ts';

/** Folders of a node as this process sees them, and how they were found, a line each. */
export interface NodeFolders {
  readonly confDirs: readonly string[];
  readonly binDirs: readonly string[];
  readonly told: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * The folders of the runtimes that run on the node whose files are under `root` (of the first one found if none runs);
 * those that are given instead are taken as they are. Never rejects.
 */
export async function nodeFolders(root: string, given: { readonly confDir?: string; readonly binDir?: string }): Promise<NodeFolders> {
  const { confDir, binDir } = given;
  if (confDir !== undefined && binDir !== undefined) return { confDirs: [confDir], binDirs: [binDir], told: [], warnings: [] };
  const { runtimes, warnings } = await findFolders(root);
  const running = runtimes.filter(({ isRunning }) => isRunning);
  const chosen = running.length > 0 ? running : runtimes.slice(0, 1);
  const seen = (paths: readonly string[]): Promise<string[]> => Promise.all([...new Set(paths)].map((path) => inRoot(root, path)));
  return {
    confDirs: confDir === undefined ? await seen(chosen.map((each) => each.confDir)) : [confDir],
    // the runtime looks into all of its plugin folders: one is enough
    binDirs: binDir === undefined ? await seen(chosen.flatMap((each) => each.binDirs.slice(0, 1))) : [binDir],
    told: chosen.map(line),
    warnings,
  };
}

const line = ({ runtime, configurations, confDir, binDirs, isRunning }: RuntimeFolders): string =>
  `${runtime}${isRunning ? ' (running)' : ''}: CNI configuration in ${confDir}, plugins in ${binDirs.join(', ')}` +
  (configurations.length > 0 ? `, as ${configurations.join(', ')} say${configurations.length > 1 ? '' : 's'}` : '');
