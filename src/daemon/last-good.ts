import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type ConfFile, type ConfPath, jsonObjectIn } from '../cni/index.ts';
import { beneathMade, readRegularText, replaceAtomically } from '../files/index.ts';
import { readConfPath } from '../runtime/index.ts';

/**
 * Returns a reader like readConfPath that falls back to the last good version of a file that is missing or broken, for
 * example because its owner is writing it (K8S-69). Good versions are kept in `folder`, so they survive a restart.
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
    const before = kept.get(path) ?? textOf(copyOf(folder, path));
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
  return jsonObjectIn(content.text) && content.text; // half written: fall back to the last good version
}

// Reads a kept file without the thread pool, because every call reads folders that may not exist.
function textOf(file: string): string | undefined {
  try {
    return readRegularText(file);
  } catch {
    return undefined; // never stored
  }
}

const copyOf = (folder: string, path: string): string =>
  join(folder, `${createHash('sha256').update(path).digest('hex').slice(0, 32)}.json`);

// Returns whether the copy was stored. A full or failing disk must not make the node unready, and the next read
// retries.
async function isStored(folder: string, path: string, text: string): Promise<boolean> {
  try {
    await beneathMade(folder, (open) => replaceAtomically(copyOf(open, path), text, 0o600));
    return true;
  } catch {
    return false;
  }
}
