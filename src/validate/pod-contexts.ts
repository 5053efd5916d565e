import type { JsonObject } from '../cni/index.ts';
import type { Nad } from '../npwg/index.ts';
import { type Settings, parseSettings } from '../plan/index.ts';
import { folderOf } from './folder-of.ts';
import type { JudgedNad } from './judge-nad.ts';
import type { PodContext } from './plan-pod.ts';

/** The context that all pods share, apart from NetworkAttachmentDefinitions. */
export interface Shared extends Pick<PodContext, 'settings' | 'isWhole'>, Partial<Pick<PodContext, 'files'>> {
  readonly clusterNads?: readonly (readonly [string, Nad | undefined])[];
}

/**
 * Returns the context for planning pods. A NetworkAttachmentDefinition that Plexus cannot read still counts as known.
 */
export function podContext(
  nads: readonly Pick<JudgedNad, 'key' | 'nad' | 'ipams'>[],
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
 * Returns the settings for planning pods, from a node's configuration. A placeholder replaces the default network,
 * whose files are on the node. Throws settingsInvalid.
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

/** A NetworkAttachmentDefinition and its file. */
export interface NadInFile {
  readonly judged: JudgedNad;
  readonly file: string;
}

/**
 * Returns the context for the pods of a file. If several files contain a NetworkAttachmentDefinition of the same name
 * (folders of examples or environments), the nearest one counts: first that of the same file, then of the same folder,
 * then the first one found.
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
