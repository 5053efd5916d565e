import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { type ConfFile, type ConfPath, isNetworkName, jsonObjectIn } from '../cni/index.ts';
import { problemOf } from '../errors/index.ts';
import { openFolder, readRegularText } from '../files/index.ts';

const mostBytes = 1024 * 1024;
const mostBytesTogether = 16 * 1024 * 1024;
const extensions = ['.conf', '.json', '.conflist'];

/** Whether a runtime reads a file of this name in its folder. */
export const isConfigurationName = (name: string): boolean => extensions.includes(extname(name));

/** Throws unless the path, in which links are resolved, may be read up to that many bytes. */
type Judge = (realPath: string, bytes: number) => void;

/**
 * Reads a network configuration file, or a folder of them. Multus mounts the node under /host in its container, so a
 * path under /host that does not exist is read without /host. Never rejects: the answer contains any problem. With
 * `folders`, nothing outside them is read, even through a symbolic link.
 */
export async function readConfPath(path: string, folders?: readonly string[]): Promise<ConfPath> {
  const found = await readPath(path, folders);
  if (found.kind !== 'missing' || !path.startsWith('/host/')) return found;
  const onNode = await readPath(path.slice('/host'.length), folders);
  return onNode.kind === 'missing' ? found : onNode;
}

async function readPath(path: string, folders: readonly string[] | undefined): Promise<ConfPath> {
  try {
    const judge = bounded(folders === undefined ? () => {} : judgeOf(folders));
    const found = statSync(path); // Synchronous, for the reason given in files/replace.ts: every call reads this.
    return found.isDirectory() ? await readFolder(path, judge) : await readOne(path, judge);
  } catch (error) {
    return { kind: 'missing', problem: problemOf(error) };
  }
}

/** Returns a readConfPath that reads nothing outside the given folders. */
export const readConfWithin =
  (folders: readonly string[]): typeof readConfPath =>
  (path) =>
    readConfPath(path, folders);

function judgeOf(folders: readonly string[]): Judge {
  const real = folders.flatMap(realPathOf);
  return (path) => {
    if (!real.some((folder) => path === folder || path.startsWith(`${folder}/`)))
      throw new Error(`${path} is outside of the folders of network configurations (${folders.join(', ')})`);
  };
}

/** Bounds what is read of a folder: the daemon can write there, and this process may be root on the node. */
function bounded(judge: Judge): Judge {
  let left = mostBytesTogether;
  return (path, bytes) => {
    judge(path, bytes);
    left -= bytes;
    if (left < 0) throw new Error(`the files of its folder are longer than ${mostBytesTogether} bytes together`);
  };
}

function realPathOf(folder: string): readonly string[] {
  try {
    return [realpathSync(folder)];
  } catch {
    return []; // The file is absent.
  }
}

async function readOne(path: string, judge: Judge): Promise<ConfPath> {
  const file = readConf(path, judge);
  return { kind: 'file', file, siblings: await siblingsOf(file, judge) };
}

async function readFolder(folder: string, judge: Judge): Promise<ConfPath> {
  const files = (await namesIn(folder, judge))
    .filter(isConfigurationName)
    .toSorted()
    .map((name) => readConf(join(folder, name), judge));
  const lists = await Promise.all(files.map(async (file) => [listName(file), await siblingsOf(file, judge)] as const));
  return {
    kind: 'folder',
    files,
    siblings: Object.fromEntries(lists.filter(([name, siblings]) => name !== undefined && siblings.length > 0)),
  };
}

/** Reads the plugins in `<folder of the list>/<name of the list>/`, sorted; none for a single configuration. */
async function siblingsOf(file: ConfFile, judge: Judge): Promise<readonly ConfFile[]> {
  const name = extname(file.path) === '.conflist' ? listName(file) : undefined;
  if (name === undefined) return [];
  const folder = join(dirname(file.path), name);
  const names = await namesIn(folder, judge).catch(() => []); // Without a folder, there are no sibling plugins.
  return names
    .filter((each) => extname(each) === '.conf')
    .toSorted()
    .map((each) => readConf(join(folder, each), judge));
}

async function namesIn(folder: string, judge: Judge): Promise<readonly string[]> {
  using open = openFolder(folder, { follow: true });
  judge(readlinkSync(open.path), 0);
  return await readdir(open.path);
}

// The name becomes part of a path, so only a safe name is accepted.
function listName({ content }: ConfFile): string | undefined {
  if (!('text' in content)) return undefined;
  const name = jsonObjectIn(content.text)?.['name']; // The consumer of this file reports why it cannot be read.
  return typeof name === 'string' && isNetworkName(name) && name === basename(name) ? name : undefined;
}

function readConf(path: string, judge: Judge): ConfFile {
  try {
    return {
      path,
      content: {
        text: readRegularText(path, { follow: true, mostBytes, check: ({ size }, realPath) => judge(realPath, size) }),
      },
    };
  } catch (error) {
    return { path, content: { problem: problemIn(path, error) } };
  }
}

function problemIn(path: string, error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EFBIG') return `it is longer than ${mostBytes} bytes`;
  if (code !== 'EISDIR' && code !== 'EINVAL') return problemOf(error);
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
    ? 'the symbolic link is dangling'
    : 'it is not a file';
}
