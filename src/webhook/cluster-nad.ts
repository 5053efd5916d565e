import type { JudgedNad } from '../validate/index.ts';

/** The parts of a checked NetworkAttachmentDefinition that decisions about pods need. */
export type JudgedNetwork = Pick<JudgedNad, 'key' | 'nad' | 'ipams'>;

/** A NetworkAttachmentDefinition as the webhook knows it. */
export interface ClusterNad {
  /** namespace/name */
  readonly key: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** The memory that its configuration takes (configWeight). */
  readonly weight: number;
  /** Checks its configuration, which takes long if it is heavy. */
  readonly judge: () => JudgedNetwork;
}

/** A NetworkAttachmentDefinition whose configuration was checked. */
export interface JudgedClusterNad extends Omit<ClusterNad, 'judge'> {
  readonly judged: JudgedNetwork;
}
