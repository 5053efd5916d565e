import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../support/api-server/index.ts';

const run = promisify(execFile);
const words = ['kubectl', 'kustomize'] as const; // kubectl has it built in

/** Why kustomize cannot be asked here; undefined when it can. Components came with its version 4, in kubectl 1.21. */
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

/** What kustomize makes of a folder. Rejects with its own words. */
export async function kustomize(folder: string): Promise<readonly KubeObject[]> {
  const { stdout } = await run(words[0], [words[1], folder], { maxBuffer: 16 * 1024 * 1024 });
  return parseAllDocuments(stdout).map((document) => document.toJS() as KubeObject);
}
