import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../support/api-server/index.ts';

const run = promisify(execFile);
const words = ['kubectl', 'kustomize'] as const; // kubectl includes kustomize.

/** Why kustomize is not usable here; undefined if it is. Components require its version 4, which is in kubectl 1.21. */
export async function whyNoKustomize(): Promise<string | undefined> {
  try {
    const { stdout } = await run(words[0], ['version', '--client', '--output', 'json']);
    const { kustomizeVersion = '' } = JSON.parse(stdout) as { kustomizeVersion?: string };
    return Number(/^v(\d+)\./.exec(kustomizeVersion)?.[1] ?? 0) >= 4
      ? undefined
      : 'the kustomize in kubectl is older than 4';
  } catch {
    return 'there is no kubectl';
  }
}

/** Builds a folder with kustomize. Rejects with its own message. */
export async function kustomize(folder: string): Promise<readonly KubeObject[]> {
  const { stdout } = await run(words[0], [words[1], folder], { maxBuffer: 16 * 1024 * 1024 });
  return parseAllDocuments(stdout).map((document) => document.toJS() as KubeObject);
}
