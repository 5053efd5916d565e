import { join } from 'node:path';
import { isJsonObject, parseJson } from '../cni/index.ts';
import { beneathMade, readIfPresent, replaceAtomically } from '../files/index.ts';

/** A running pod that requests networks and was never attached by Plexus. */
export interface UnattachedPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
  /** The text of its annotation. */
  readonly networks: string;
  readonly why: string;
}
/** The result of the daemon's last sweep, for commands on the node. Rejects with fileUnusable. */
export interface UnattachedPods {
  /** Returns [] if the file is missing or cannot be decoded; the next sweep rewrites it. */
  read(): Promise<readonly UnattachedPod[]>;
  write(pods: readonly UnattachedPod[]): Promise<void>;
}

/** Keeps the result in a folder. */
export function unattachedPods(folder: string): UnattachedPods {
  const file = join(folder, name);
  return {
    read: async () => podsIn(readIfPresent(file)?.toString() ?? '', file),
    write: (pods) => beneathMade(folder, (path) => replaceAtomically(join(path, name), `${JSON.stringify(pods)}\n`)),
  };
}

const name = 'unattached.json';

function podsIn(text: string, file: string): readonly UnattachedPod[] {
  try {
    const json = parseJson(text, file);
    return Array.isArray(json) ? (json.filter(isPod) as unknown as readonly UnattachedPod[]) : [];
  } catch {
    return [];
  }
}

const isPod = (value: unknown): boolean =>
  isJsonObject(value) && ['namespace', 'name', 'networks', 'why'].every((key) => typeof value[key] === 'string');
