import type { Owner } from './conflist.ts';

/** One configuration file in the runtime's folder. */
export interface ConfEntry {
  readonly name: string;
  readonly owner: Owner;
  /** Empty if the file cannot be read. */
  readonly text: string;
}
/** The actions that make the runtime use our configuration. */
export interface Correction {
  /** The name of our file. */
  readonly name: string;
  /** Whether our file must be written. */
  readonly write: boolean;
  /** Files to move aside: of Multus, or foreign ones that call Plexus, that sort before ours or have its name. */
  readonly moveAside: readonly string[];
  /** Older files of ours under another of our names. */
  readonly remove: readonly string[];
  /** A network's file that sorts before every name of ours. */
  readonly blockedBy?: string;
}

/** Names of our file; the second is for a node where a network's file sorts before the first. */
const ownNames = ['00-plexus.conflist', '0-plexus.conflist'] as const;

/** Compares a folder with its required content (K8S-50, K8S-62). Entries of one folder, in any order. */
export function correctionFor(entries: readonly ConfEntry[], wantedText: string): Correction {
  const networks = entries.filter(isNetworks).map(({ name }) => name);
  const isFirst = (name: string): boolean => networks.every((each) => sortsBefore(name, each));
  const current = entries.filter(isOurs).map(({ name }) => name);
  const name = [...current, ...ownNames].find(isFirst) ?? ownNames[0];
  const blockedBy = isFirst(name) ? undefined : networks.toSorted(byBytes)[0];
  return {
    name,
    write: entries.find((each) => each.name === name)?.text !== wantedText,
    moveAside: entries.filter((each) => isRival(each) && !sortsBefore(name, each.name)).map((each) => each.name),
    remove: entries
      .filter((each) => each.name !== name && (isOurs(each) || isBrokenOurs(each)))
      .map((each) => each.name),
    ...(blockedBy !== undefined && { blockedBy }),
  };
}

const isOurs = ({ name, owner }: ConfEntry): boolean => owner === 'plexus' && isOwnName(name);
const isBrokenOurs = ({ name, owner }: ConfEntry): boolean => owner === 'unreadable' && isOwnName(name);
const isNetworks = (entry: ConfEntry): boolean =>
  entry.owner === 'network' || (entry.owner === 'unreadable' && !isOwnName(entry.name));
const isRival = ({ name, owner }: ConfEntry): boolean =>
  owner === 'meta-plugin' || (owner === 'plexus' && !isOwnName(name));

export const isOwnName = (name: string): boolean => (ownNames as readonly string[]).includes(name);

/** The byte order of Go's sort, which the runtimes use. */
export const byBytes = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));
const sortsBefore = (one: string, other: string): boolean => byBytes(one, other) < 0;

export const isInOrder = ({ write, moveAside, remove, blockedBy }: Correction): boolean =>
  !write && moveAside.length === 0 && remove.length === 0 && blockedBy === undefined;
