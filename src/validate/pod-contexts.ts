import { type Nad, nadKey } from '../npwg/index.ts';
import type { CheckedNad } from './check-nad.ts';
import { folderOf } from './folder-of.ts';
import type { PodContext } from './plan-pod.ts';
import { valueAt } from './yaml-position.ts';

/** What all pods are planned with. */
export interface Shared extends Pick<PodContext, 'settings' | 'isWhole' | 'files'> {
  readonly clusterNads: readonly (readonly [string, Nad | undefined])[];
}

/**
 * What the pods of a file are planned with. When several files hold a NetworkAttachmentDefinition of one name (folders
 * of examples, of environments), the nearest counts: of the same file, then of the same folder, then the first.
 */
export function podContexts(
  nads: readonly CheckedNad[],
  { clusterNads, ...shared }: Shared,
): (file: string) => PodContext {
  const byKey = new Map<string, CheckedNad[]>();
  for (const each of nads) {
    const key = keyOf(each);
    if (key !== undefined) byKey.set(key, [...(byKey.get(key) ?? []), each]);
  }
  const contexts = new Map<string, PodContext>();
  const make = (file: string): PodContext => {
    const chosen = [...byKey].map(([key, candidates]) => [key, nearest(candidates, file)] as const);
    return {
      ...shared,
      nads: new Map([...clusterNads, ...chosen.map(([key, each]) => [key, each?.nad] as const)]),
      ipams: new Map(chosen.map(([key, each]) => [key, each?.ipams ?? []])),
    };
  };
  const isPlain = [...byKey.values()].every((candidates) => candidates.length === 1);
  return (file) => {
    const key = isPlain ? '' : file;
    const context = contexts.get(key) ?? make(file);
    contexts.set(key, context);
    return context;
  };
}

/** One that Plexus cannot read is there nevertheless. */
function keyOf({ nad, object }: CheckedNad): string | undefined {
  if (nad !== undefined) return nadKey(nad);
  const name = valueAt(object.value, ['metadata', 'name']);
  const namespace = valueAt(object.value, ['metadata', 'namespace']) ?? 'default';
  return typeof name === 'string' && typeof namespace === 'string' ? nadKey({ namespace, name }) : undefined;
}

const nearest = (candidates: readonly CheckedNad[], file: string): CheckedNad | undefined =>
  candidates.find(({ object }) => object.file === file) ??
  candidates.find(({ object }) => folderOf(object.file) === folderOf(file)) ??
  candidates[0];
