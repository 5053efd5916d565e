import type { ConfPath, NetworkConfiguration } from '../cni/index.ts';
import { asPlexusError } from '../errors/index.ts';
import { findByName, programsOf } from '../plan/index.ts';
import { type JudgedNad, isOfPlexus, judgeNad } from '../validate/index.ts';

/** Why a network cannot be used, and what to do. */
export interface NetworkProblem {
  readonly text: string;
  readonly fix: string;
  /** Of the error. */
  readonly rule: string;
}
/** A NetworkAttachmentDefinition as far as it can be read. */
export interface KnownNad extends Pick<JudgedNad, 'nad'> {
  /** namespace/name. */
  readonly key: string;
  /** Absent also when a file of the node is meant. */
  readonly configuration?: NetworkConfiguration;
  readonly problems: readonly NetworkProblem[];
}
/** NADs, and where they are from. */
export interface KnownNetworks {
  readonly source: string;
  readonly nads: readonly KnownNad[];
  /** Why they are not known. */
  readonly why?: string;
}

/** Judges NAD objects with the rules of plexus validate; what Plexus itself refuses is a problem. */
export const readNads = (objects: readonly unknown[]): readonly KnownNad[] =>
  objects.map((object) => {
    const { key = '(no name)', nad, configuration, findings } = judgeNad(object);
    return {
      key,
      ...(nad !== undefined && { nad }),
      ...(configuration !== undefined && { configuration }),
      problems: findings.filter(isOfPlexus),
    };
  });

/** The same with the configurations of those that mean a file of a folder on the node (NPWG-08). */
export const withFiles = (nads: readonly KnownNad[], listing: ConfPath, folder: string): readonly KnownNad[] =>
  nads.map((known) => (meansFile(known) ? { ...known, ...fileOf(known.nad?.name ?? '', listing, folder) } : known));

/** Whether a NAD has no configuration and so means a file of that name. */
export const meansFile = ({ nad }: KnownNad): boolean => nad !== undefined && nad.config === undefined;

function fileOf(name: string, listing: ConfPath, folder: string): Partial<KnownNad> {
  try {
    return { configuration: findByName(listing, name, folder).configuration };
  } catch (thrown) {
    const { message, kind, id } = asPlexusError(thrown);
    return { problems: [{ text: message, fix: kind.fix, rule: id }] };
  }
}

/** The programs that a network needs: its plugins, and what they call for addresses. */
export const programsOfNetwork = ({ plugins }: NetworkConfiguration): readonly string[] => [
  ...new Set(plugins.flatMap(programsOf)),
];
