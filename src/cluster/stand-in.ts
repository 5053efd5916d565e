import { dirname } from 'node:path';
import { apiUnavailable, fileUnusable, problemOf } from '../errors/index.ts';
import { makeFolder, readRegularText, replaceAtomically } from '../files/index.ts';
import { sizeOfJson } from '../cni/index.ts';
import { type NadRef, nadKey, parseNad, podKey } from '../npwg/index.ts';
import type { Cluster } from './cluster.ts';

/** The settings and networks that the daemon saves for direct mode, the fallback while it is unavailable. */
export interface StandIn {
  readonly formatVersion: 1;
  /** The daemon's settings for all calls. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** NetworkAttachmentDefinition objects, reduced to what Plexus reads. */
  readonly nads: readonly unknown[];
}

/** Path of the file, in the state folder. */
export const standInFile = (cniDir: string): string => `${cniDir}/stand-in.json`;

/** Writes the file, readable for root only, because configurations may contain secrets. Rejects with fileUnusable. */
export async function writeStandIn(file: string, standIn: StandIn): Promise<void> {
  await makeFolder(dirname(file));
  await replaceAtomically(file, `${JSON.stringify(standIn)}\n`);
}

// The daemon keeps at most 8 MiB of networks. It also writes this file, so the limit is checked again here: this
// process may be root on the node, outside of the daemon's memory limit.
const mostElements = 1_000_000;

/** Undefined if no daemon has written the file. Rejects with fileUnusable. */
export async function readStandIn(file: string): Promise<StandIn | undefined> {
  try {
    const text = readRegularText(file, { mostBytes: 64 * 1024 * 1024 });
    if (sizeOfJson(text).elements > mostElements) throw new Error(`it holds more than ${mostElements} values`);
    const json = JSON.parse(text) as StandIn;
    if (json.formatVersion === 1 && Array.isArray(json.nads) && typeof json.settings === 'object') return json;
    throw new Error(`it is of format ${String(json.formatVersion)}, this version knows 1`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fileUnusable({ file, action: 'read', problem: problemOf(error) }, { cause: error });
  }
}

/**
 * A Cluster that knows only the networks that the daemon saved last. A network that is not among them may exist by now,
 * so it is reported with code 11, never as "not found". The daemon writes the status later; Events are dropped.
 */
export function standInCluster(nads: StandIn['nads']): Cluster {
  const known = new Map(nads.map((object) => [nadKey(refOf(object)), object]));
  const away = (request: string) =>
    apiUnavailable({
      request,
      problem: 'the daemon is unavailable, and direct mode in its place sends no request to the API server',
    });
  return {
    getPod: (ref) => Promise.reject(away(`get pod ${podKey(ref)}`)),
    getPodState: (ref) => Promise.reject(away(`get pod ${podKey(ref)}`)),
    listPodsOf: (node) => Promise.reject(away(`list the pods of node ${node}`)),
    listPodStatesOf: (node) => Promise.reject(away(`list the pods of node ${node}`)),
    getNad: async (ref) => {
      const object = known.get(nadKey(ref));
      if (object === undefined) throw away(`get NetworkAttachmentDefinition ${nadKey(ref)}`);
      return parseNad(object);
    },
    getNamespaceLabels: (namespace) => Promise.reject(away(`get namespace ${namespace}`)),
    patchNetworkStatus: (pod) => Promise.reject(away(`write network-status of pod ${podKey(pod)}`)),
    recordEvent: async () => {},
  };
}

const refOf = (object: unknown): NadRef => {
  const { metadata } = Object(object) as {
    readonly metadata?: { readonly namespace?: string; readonly name?: string } | null;
  };
  return { namespace: metadata?.namespace ?? '', name: metadata?.name ?? '' };
};
