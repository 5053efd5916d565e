import { type RuntimeFolders, findFolders } from './find-folders.ts';
import { inRoot } from './in-root.ts';

/** Folders of a node as this process sees them, and how they were found, one line each. */
export interface NodeFolders {
  readonly confDirs: readonly string[];
  readonly binDirs: readonly string[];
  readonly findings: readonly string[];
  readonly warnings: readonly string[];
}

/** Folders given by the caller, which are not searched for. */
interface GivenFolders {
  readonly confDir?: string;
  readonly binDir?: string;
}

/**
 * Finds the folders of the running runtimes of the node whose files are under `root`, or of the first runtime found if
 * none is running. Given folders are used unchanged. Never rejects.
 */
export async function nodeFolders(root: string, given: GivenFolders): Promise<NodeFolders> {
  const { confDir, binDir } = given;
  if (confDir !== undefined && binDir !== undefined)
    return { confDirs: [confDir], binDirs: [binDir], findings: [], warnings: [] };
  const { runtimes, warnings } = await findFolders(root);
  const running = runtimes.filter(({ isRunning }) => isRunning);
  const chosen = running.length > 0 ? running : runtimes.slice(0, 1);
  return {
    confDirs: confDir === undefined ? await visibleFolders(root, chosen.map(confDirOf)) : [confDir],
    // The runtime searches all of its plugin folders, so one is enough.
    binDirs: binDir === undefined ? await visibleFolders(root, chosen.flatMap(firstBinDirOf)) : [binDir],
    findings: chosen.map(line),
    warnings,
  };
}

/** Every folder that may contain files of ours, for every runtime of the node, running or not. Never rejects. */
export async function allNodeFolders(
  root: string,
  { confDir, binDir }: GivenFolders,
): Promise<Pick<NodeFolders, 'confDirs' | 'binDirs'>> {
  const { runtimes } = await findFolders(root);
  return {
    confDirs: confDir === undefined ? await visibleFolders(root, runtimes.map(confDirOf)) : [confDir],
    binDirs: binDir === undefined ? await visibleFolders(root, runtimes.flatMap(binDirsOf)) : [binDir],
  };
}

const confDirOf = ({ confDir }: RuntimeFolders): string => confDir;
const binDirsOf = ({ binDirs }: RuntimeFolders): readonly string[] => binDirs;
const firstBinDirOf = (each: RuntimeFolders): readonly string[] => each.binDirs.slice(0, 1);
const visibleFolders = (root: string, paths: readonly string[]): Promise<readonly string[]> =>
  Promise.all([...new Set(paths)].map((path) => inRoot(root, path)));

const line = ({ runtime, configurations, confDir, binDirs, isRunning }: RuntimeFolders): string =>
  `${runtime}${isRunning ? ' (running)' : ''}: CNI configuration in ${confDir}, plugins in ${binDirs.join(', ')}` +
  (configurations.length > 0 ? ` (from ${configurations.join(', ')})` : '');
