import type { JsonObject } from '../cni/index.ts';
import type { Nad } from '../npwg/index.ts';
import { type Settings, parseSettings } from '../plan/index.ts';
import { folderOf } from './folder-of.ts';
import type { JudgedNad } from './judge-nad.ts';
import type { PodContext } from './plan-pod.ts';

/** What all pods are planned with, beside NetworkAttachmentDefinitions that have been judged. */
export interface Shared extends Pick<PodContext, 'settings' | 'isWhole'>, Partial<Pick<PodContext, 'files'>> {
  readonly clusterNads?: readonly (readonly [string, Nad | undefined])[];
}

/** What pods are planned with. A NetworkAttachmentDefinition that Plexus cannot read is known nevertheless. */
export function podContext(
  nads: readonly JudgedNad[],
  { clusterNads = [], files = [], ...shared }: Shared,
): PodContext {
  const named = nads.flatMap(({ key, nad, ipams }) => (key === undefined ? [] : [{ key, nad, ipams }]));
  return {
    ...shared,
    files,
    nads: new Map([...clusterNads, ...named.map(({ key, nad }) => [key, nad] as const)]),
    ipams: new Map(named.map(({ key, ipams }) => [key, ipams])),
  };
}

const standIn: JsonObject = { cniVersion: '1.0.0', name: 'default-network-of-the-node', type: 'see-option-config' };

/**
 * The settings that pods are planned with, from a node's configuration. Its default network may be anywhere, and a
 * stand-in takes its place. settingsInvalid.
 */
export function podSettings(config?: JsonObject): Settings {
  const { settings } = parseSettings(config ?? { delegates: [standIn] });
  const { clusterNetwork: named, auxiliaryCNIChainName: _, ...rest } = settings;
  return {
    ...rest,
    delegates: named === undefined ? rest.delegates : [standIn],
    defaultNetworks: [],
    invalidAnnotation: 'fail',
  };
}

/** A NetworkAttachmentDefinition of a file. */
export interface NadInFile {
  readonly judged: JudgedNad;
  readonly file: string;
}

/**
 * What the pods of a file are planned with. When several files hold a NetworkAttachmentDefinition of one name (folders
 * of examples, of environments), the nearest counts: of the same file, then of the same folder, then the first.
 */
export function podContexts(nads: readonly NadInFile[], shared: Shared): (file: string) => PodContext {
  const byKey = [...Map.groupBy(nads, ({ judged }) => judged.key).values()];
  const contexts = new Map<string, PodContext>();
  const isPlain = byKey.every((candidates) => candidates.length === 1);
  return (file) => {
    const key = isPlain ? '' : file;
    const context =
      contexts.get(key) ??
      podContext(
        byKey.flatMap((candidates) => nearest(candidates, file)?.judged ?? []),
        shared,
      );
    contexts.set(key, context);
    return context;
  };
}

const nearest = (candidates: readonly NadInFile[], file: string): NadInFile | undefined =>
  candidates.find((each) => each.file === file) ??
  candidates.find((each) => folderOf(each.file) === folderOf(file)) ??
  candidates[0];
