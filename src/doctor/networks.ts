import type { ConfPath, NetworkConfiguration } from '../cni/index.ts';
import { asPlexusError } from '../errors/index.ts';
import { findByName, programsOf } from '../plan/index.ts';
import { type JudgedNad, isOfPlexus, judgeNad } from '../validate/index.ts';

/** Why a network cannot be used, and how to fix that. */
export interface NetworkProblem {
  readonly text: string;
  readonly fix: string;
  /** The identifier of the error. */
  readonly rule: string;
}
/** The readable part of a NetworkAttachmentDefinition. */
export interface KnownNad extends Pick<JudgedNad, 'nad'> {
  /** namespace/name. */
  readonly key: string;
  /** Also absent if the NAD refers to a file of the node. */
  readonly configuration?: NetworkConfiguration;
  readonly problems: readonly NetworkProblem[];
}
/** NADs and their source. */
export interface KnownNetworks {
  readonly source: string;
  readonly nads: readonly KnownNad[];
  /** Set if the NADs are not known: the reason. */
  readonly why?: string;
}

/**
 * Checks NAD objects with the rules of plexus validate. Only errors that Plexus itself would report become problems.
 */
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

/** Adds the configurations of NADs that refer to a file in a folder of the node (NPWG-08). */
export const withFiles = (nads: readonly KnownNad[], listing: ConfPath, folder: string): readonly KnownNad[] =>
  nads.map((known) => (meansFile(known) ? { ...known, ...fileOf(known.nad?.name ?? '', listing, folder) } : known));

/** Whether a NAD has no configuration and therefore refers to a file of its name. */
export const meansFile = ({ nad }: KnownNad): boolean => nad !== undefined && nad.config === undefined;

function fileOf(name: string, listing: ConfPath, folder: string): Partial<KnownNad> {
  try {
    return { configuration: findByName(listing, name, folder).configuration };
  } catch (thrown) {
    const { message, kind, id } = asPlexusError(thrown);
    return { problems: [{ text: message, fix: kind.fix, rule: id }] };
  }
}

/** Returns the programs that a network needs: its plugins, and the IPAM plugins that they run. */
export const programsOfNetwork = ({ plugins }: NetworkConfiguration): readonly string[] => [
  ...new Set(plugins.flatMap(programsOf)),
];
