import { type ConfPath, type NetworkConfiguration, parseConfiguration } from '../cni/index.ts';
import { asPlexusError } from '../errors/index.ts';
import { type Nad, nadConfiguration, nadKey, parseNad } from '../npwg/index.ts';
import { findByName, programsOf } from '../plan/index.ts';

/** A NetworkAttachmentDefinition as far as it can be read. */
export interface KnownNad {
  /** namespace/name. */
  readonly key: string;
  readonly nad?: Nad;
  /** Absent also when a file of the node is meant. */
  readonly configuration?: NetworkConfiguration;
  /** Why it is of no use, and what to do. */
  readonly problem?: { readonly text: string; readonly fix: string; readonly id: string };
}
/** NADs, and where they are from. */
export interface KnownNetworks {
  readonly source: string;
  readonly nads: readonly KnownNad[];
  /** Why they are not known. */
  readonly why?: string;
}

/** Reads NAD objects with the parsers of an ADD. */
export const readNads = (objects: readonly unknown[]): readonly KnownNad[] => objects.map(readNad);

function readNad(object: unknown): KnownNad {
  const { metadata } = (object ?? {}) as {
    readonly metadata?: { readonly namespace?: string; readonly name?: string };
  };
  const named = { key: nadKey({ namespace: metadata?.namespace ?? 'default', name: metadata?.name ?? '(no name)' }) };
  try {
    const nad = parseNad(object);
    const json = nadConfiguration(nad);
    if (json === undefined) return { key: nadKey(nad), nad };
    return {
      key: nadKey(nad),
      nad,
      configuration: parseConfiguration(json, { source: `NetworkAttachmentDefinition ${nadKey(nad)}` }),
    };
  } catch (thrown) {
    const { message, kind, id } = asPlexusError(thrown);
    return { ...named, problem: { text: message, fix: kind.fix, id } };
  }
}

/** The same with the configurations of those that mean a file of a folder on the node (NPWG-08). */
export const withFiles = (nads: readonly KnownNad[], listing: ConfPath, folder: string): readonly KnownNad[] =>
  nads.map((known) => (meansFile(known) ? { ...known, ...fileOf(known.nad?.name ?? '', listing, folder) } : known));

/** Whether a NAD has no configuration and so means a file of that name. */
export const meansFile = ({ nad }: KnownNad): boolean => nad !== undefined && nad.config === undefined;

function fileOf(name: string, listing: ConfPath, folder: string): Pick<KnownNad, 'configuration' | 'problem'> {
  try {
    return { configuration: findByName(listing, name, folder).configuration };
  } catch (thrown) {
    const { message, kind, id } = asPlexusError(thrown);
    return { problem: { text: message, fix: kind.fix, id } };
  }
}

/** The programs that a network needs: its plugins, and what they call for addresses. */
export const programsOfNetwork = ({ plugins }: NetworkConfiguration): readonly string[] => [
  ...new Set(plugins.flatMap(programsOf)),
];
