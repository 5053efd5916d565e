import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type ConfFile, type ConfPath, isJsonObject, parseJson } from '../cni/index.ts';
import { beneathMade, readRegularText, replaceAtomically } from '../files/index.ts';
import { readConfPath } from '../runtime/index.ts';

/**
 * Reads network configurations as readConfPath does, but answers with the last good version of a file that is missing
 * or broken at the moment, because its owner is writing it (K8S-69). Good versions are kept in `folder`, so that they
 * outlive this process.
 */
export function lastGoodReader(
  folder: string,
  onStale: (path: string, problem: string) => void,
): (path: string) => Promise<ConfPath> {
  const kept = new Map<string, string>();
  const stored = new Map<string, string>();
  return async (path) => {
    const now = await readConfPath(path);
    if (now.kind === 'folder') return now;
    const text = now.kind === 'file' ? goodText(now.file) : undefined;
    if (text !== undefined) {
      kept.set(path, text);
      if (stored.get(path) !== text && (await isStored(folder, path, text))) stored.set(path, text);
      return now;
    }
    const before = kept.get(path) ?? textOf(placeOf(folder, path));
    if (before === undefined) return now;
    onStale(path, now.kind === 'missing' ? now.problem : 'it is not a JSON object');
    return {
      kind: 'file',
      file: { path, content: { text: before } },
      siblings: now.kind === 'file' ? now.siblings : [],
    };
  };
}

function goodText({ content }: ConfFile): string | undefined {
  if (!('text' in content)) return undefined;
  try {
    return isJsonObject(parseJson(content.text, 'configuration')) ? content.text : undefined;
  } catch {
    return undefined; // half written: the last good version stands in
  }
}

// without the thread pool: of folders that need not exist, each call looks here
function textOf(file: string): string | undefined {
  try {
    return readRegularText(file);
  } catch {
    return undefined; // never been there
  }
}

const placeOf = (folder: string, path: string): string =>
  join(folder, `${createHash('sha256').update(path).digest('hex').slice(0, 32)}.json`);

// a copy for bad times: a disk that does not take it must not make the node unready; the next read tries again
async function isStored(folder: string, path: string, text: string): Promise<boolean> {
  try {
    await beneathMade(folder, (open) => replaceAtomically(placeOf(open, path), text, 0o600));
    return true;
  } catch {
    return false;
  }
}
