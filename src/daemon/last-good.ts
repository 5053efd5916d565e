import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConfFile, type ConfPath, isJsonObject, parseJson } from '../cni/index.ts';
import { replaceAtomically } from '../files/index.ts';
import { readConfPath } from '../runtime/index.ts';

/**
 * Reads network configurations as readConfPath does, but answers with the last good version of a file that is missing
 * or broken at the moment, because its owner is writing it (K8S-69). Good versions are kept in `folder`, so that they
 * outlive this process.
 */
export function lastGoodReader(folder: string, onStale: (path: string, problem: string) => void): (path: string) => Promise<ConfPath> {
  const kept = new Map<string, string>();
  return async (path) => {
    const now = await readConfPath(path);
    if (now.kind === 'folder') return now;
    const text = now.kind === 'file' ? goodText(now.file) : undefined;
    if (text !== undefined) {
      if (kept.get(path) !== text) await keep(folder, path, text);
      kept.set(path, text);
      return now;
    }
    const before = kept.get(path) ?? (await readFile(placeOf(folder, path), 'utf8').catch(() => undefined)); // never been there
    if (before === undefined) return now;
    onStale(path, now.kind === 'missing' ? now.problem : 'it is no JSON object');
    return { kind: 'file', file: { path, content: { text: before } }, siblings: now.kind === 'file' ? now.siblings : [] };
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

const placeOf = (folder: string, path: string): string => join(folder, `${createHash('sha256').update(path).digest('hex').slice(0, 32)}.json`);

async function keep(folder: string, path: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await replaceAtomically(placeOf(folder, path), text, 0o600);
}
