import { glob, readdir, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { problemOf } from '../errors/index.ts';
import { readRegularText } from '../files/index.ts';
import { inRoot } from './in-root.ts';
import { type KnownRuntime, knownRuntimes } from './known-runtimes.ts';
import { type RunningRuntime, runningRuntimes } from './running-runtimes.ts';
import { type CniSection, containerdSection, crioSection, merged } from './runtime-config.ts';

/** The CNI folders of one container runtime of a node. Paths as the node sees them. */
export interface RuntimeFolders {
  readonly runtime: string;
  /** The configuration files that set the folders; empty if the usual folders are assumed. */
  readonly configurations: readonly string[];
  readonly confDir: string;
  readonly binDirs: readonly string[];
  /** Whether its process or its socket exists. */
  readonly isRunning: boolean;
}
export interface FoundFolders {
  /** Running runtimes first. Never empty. */
  readonly runtimes: readonly RuntimeFolders[];
  readonly warnings: readonly string[];
}

/**
 * Finds the CNI folders of a node's container runtimes: from the configuration files that the running runtimes were
 * started with, and from the usual files of all others. `root`: where the node's files are mounted. Never rejects.
 */
export async function findFolders(root = '/'): Promise<FoundFolders> {
  const warnings: string[] = [];
  const found: RuntimeFolders[] = [];
  for (const known of await presentRuntimes(root)) {
    const folders = await foldersOf(root, known, warnings);
    if (folders !== undefined) found.push(folders);
  }
  if (found.length > 0)
    return { runtimes: found.toSorted((a, b) => Number(b.isRunning) - Number(a.isRunning)), warnings };
  const usual = {
    runtime: 'unknown',
    configurations: [],
    confDir: '/etc/cni/net.d',
    binDirs: ['/opt/cni/bin'],
    isRunning: false,
  };
  return {
    runtimes: [usual],
    warnings: ['no configuration of a container runtime was found: the usual folders are used'],
  };
}

/** A runtime of this node. `isProcess`: found among the processes, so it runs even without a visible socket. */
type PresentRuntime = KnownRuntime & { readonly isProcess?: true };

/** The runtimes that run, or have a configuration on this node; only one of those with the same first file. */
async function presentRuntimes(root: string): Promise<readonly PresentRuntime[]> {
  const chosen = new Map<string, KnownRuntime>();
  for (const known of knownRuntimes) {
    const [first = ''] = known.configurations;
    const isHere = await anyExists(root, known.configurations);
    const isMarked = known.marker === undefined || (await exists(await inRoot(root, known.marker)));
    if (!chosen.has(first) && isHere && isMarked) chosen.set(first, known);
  }
  const all = [...chosen.values()];
  const running: PresentRuntime[] = [];
  for (const runtime of await runningRuntimes(root)) {
    const started = await startedWith(root, runtime, all);
    if (started !== undefined) running.push(started);
  }
  // A runtime that shares its socket with a running one is not installed: only its configuration remains.
  return [
    ...running,
    ...all.filter((known) =>
      running.every(
        ({ socket, configurations }) => socket !== known.socket && !sameFirst(configurations, known.configurations),
      ),
    ),
  ];
}

const sameFirst = ([one]: readonly string[], [other]: readonly string[]): boolean => one === other;

/** Describes a running runtime with the configuration it was started with; undefined if that is not on this node. */
async function startedWith(
  root: string,
  { kind, configuration, socket }: RunningRuntime,
  here: readonly KnownRuntime[],
): Promise<PresentRuntime | undefined> {
  // Fall back to the standard entry of its kind if nothing is more specific.
  const ofKind = [...here, ...knownRuntimes.toReversed()].filter((known) => known.kind === kind);
  const usual = ofKind.find((known) =>
    configuration === undefined
      ? socket === undefined || known.socket === socket
      : known.configurations[0] === configuration,
  );
  if (usual !== undefined) return { ...usual, ...(socket !== undefined && { socket }), isProcess: true };
  if (configuration === undefined || !(await exists(await inRoot(root, configuration)))) return undefined;
  const plain = knownRuntimes.findLast((known) => known.kind === kind);
  return (
    plain && { ...plain, configurations: [configuration], ...(socket !== undefined && { socket }), isProcess: true }
  );
}

async function anyExists(root: string, paths: readonly string[]): Promise<boolean> {
  for (const path of paths) if (await exists(await inRoot(root, path))) return true;
  return false;
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Returns undefined for a runtime that does not run pods. */
async function foldersOf(root: string, known: PresentRuntime, warnings: string[]): Promise<RuntimeFolders | undefined> {
  const read: string[] = [];
  const sections: CniSection[] = [];
  for (const file of await filesOf(root, known.configurations))
    sections.push(...(await sectionsOf({ root, kind: known.kind, read, warnings }, file)));
  const { confDir, binDirs, maxConfNum, isOff } = merged(sections);
  if (isOff === true) return undefined;
  if (maxConfNum !== undefined && maxConfNum !== 1) {
    warnings.push(
      `${known.name} loads ${maxConfNum === 0 ? 'all' : maxConfNum} configurations (max_conf_num): every pod would get the default network twice; set it to 1`,
    );
  }
  return {
    runtime: known.name,
    configurations: read,
    confDir: confDir ?? known.confDir,
    binDirs: binDirs ?? known.binDirs,
    isRunning: known.isProcess === true || (await exists(await inRoot(root, known.socket))),
  };
}

/** Expands folders into the files in them, in order. */
async function filesOf(root: string, paths: readonly string[]): Promise<readonly string[]> {
  const lists = paths.map(async (path) => {
    const names = await readdir(await inRoot(root, path)).catch(() => undefined); // A file, or missing.
    return names === undefined
      ? [path]
      : names
          .filter((name) => !name.startsWith('.'))
          .toSorted()
          .map((name) => join(path, name));
  });
  return (await Promise.all(lists)).flat();
}

interface Reading {
  readonly root: string;
  readonly kind: KnownRuntime['kind'];
  /** Files read so far; a circular import is not followed. */
  readonly read: string[];
  readonly warnings: string[];
}

/** The sections of a file and of the files it imports, in order of precedence. */
async function sectionsOf(reading: Reading, file: string): Promise<readonly CniSection[]> {
  const { root, kind, read, warnings } = reading;
  if (read.includes(file)) return [];
  const text = textIn(await inRoot(root, file), (problem) => warnings.push(`${file} cannot be read: ${problem}`));
  if (text === undefined) return [];
  read.push(file);
  const section = decode(kind, file, text, warnings);
  const imported: CniSection[] = [];
  for (const pattern of section.imports)
    for (const each of await importedFiles(root, file, pattern)) imported.push(...(await sectionsOf(reading, each)));
  return [section, ...imported];
}

// never a FIFO, for which this would wait
function textIn(file: string, tell: (problem: string) => void): string | undefined {
  try {
    return readRegularText(file, { follow: true, mostBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') tell(problemOf(error));
    return undefined;
  }
}

const mostBytes = 1024 * 1024;

function decode(kind: KnownRuntime['kind'], file: string, text: string, warnings: string[]): CniSection {
  try {
    return kind === 'containerd' ? containerdSection(text) : crioSection(text);
  } catch (error) {
    warnings.push(`${file} is not TOML: ${problemOf(error).split('\n')[0] ?? ''}`);
    return { imports: [] };
  }
}

/** The files that an import of containerd names: relative to the importing file, with "*". */
async function importedFiles(root: string, file: string, pattern: string): Promise<readonly string[]> {
  const absolute = isAbsolute(pattern) ? pattern : join(dirname(file), pattern);
  const folder = await inRoot(root, dirname(absolute));
  const found: string[] = [];
  for await (const name of glob(basename(absolute), { cwd: folder })) found.push(join(dirname(absolute), name));
  return found.toSorted();
}
