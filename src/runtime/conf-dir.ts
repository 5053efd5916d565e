import { type Stats, lstatSync, readFileSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { type ConfFile, type ConfPath, isJsonObject, isNetworkName, parseJson } from '../cni/index.ts';
import { problemOf } from '../errors/index.ts';

const mostBytes = 1024 * 1024;
const extensions = ['.conf', '.json', '.conflist'];

/**
 * Reads a network configuration file, or a folder of them. A path under /host that is not there is one of Multus's own container, which
 * mounts the node there: it is read where the node has it. Never rejects: what could not be read says why.
 */
export async function readConfPath(path: string): Promise<ConfPath> {
  const found = await readPath(path);
  if (found.kind !== 'missing' || !path.startsWith('/host/')) return found;
  const onNode = await readPath(path.slice('/host'.length));
  return onNode.kind === 'missing' ? found : onNode;
}

async function readPath(path: string): Promise<ConfPath> {
  try {
    const found = statSync(path); // without the thread pool, as in files/replace.ts: each call looks here
    return found.isDirectory() ? await readFolder(path) : await readOne(path, found);
  } catch (error) {
    return { kind: 'missing', problem: problemOf(error) };
  }
}

async function readOne(path: string, found: Stats): Promise<ConfPath> {
  const file = readConf(path, found);
  return { kind: 'file', file, siblings: await siblingsOf(file) };
}

async function readFolder(folder: string): Promise<ConfPath> {
  const names = (await readdir(folder)).filter((name) => extensions.includes(extname(name))).toSorted();
  const files = names.map((name) => readConf(join(folder, name)));
  const lists = await Promise.all(files.map(async (file) => [listName(file), await siblingsOf(file)] as const));
  return { kind: 'folder', files, siblings: Object.fromEntries(lists.filter(([name, siblings]) => name !== undefined && siblings.length > 0)) };
}

/** The plugins in `<folder of the list>/<name of the list>/`, sorted; none for a single conf. */
async function siblingsOf(file: ConfFile): Promise<readonly ConfFile[]> {
  const name = extname(file.path) === '.conflist' ? listName(file) : undefined;
  if (name === undefined) return [];
  const folder = join(dirname(file.path), name);
  const names = await readdir(folder).catch(() => []); // no such folder: the list stands alone
  return names
    .filter((each) => extname(each) === '.conf')
    .toSorted()
    .map((each) => readConf(join(folder, each)));
}

// the name becomes part of a path: only a safe one may
function listName({ content }: ConfFile): string | undefined {
  if (!('text' in content)) return undefined;
  try {
    const json = parseJson(content.text, 'configuration');
    const name = isJsonObject(json) ? json['name'] : undefined;
    return typeof name === 'string' && isNetworkName(name) && name === basename(name) ? name : undefined;
  } catch {
    return undefined; // whoever uses this file is told why it cannot be read
  }
}

function readConf(path: string, known?: Stats): ConfFile {
  try {
    const found = known ?? statSync(path);
    if (!found.isFile()) return { path, content: { problem: lstatSync(path).isSymbolicLink() ? 'the link leads to no file' : 'it is no file' } };
    if (found.size > mostBytes) return { path, content: { problem: `it is longer than ${mostBytes} bytes` } };
    return { path, content: { text: readFileSync(path, 'utf8') } };
  } catch (error) {
    return { path, content: { problem: problemOf(error) } };
  }
}
