import type { JudgedNad } from '../validate/index.ts';

/** A NetworkAttachmentDefinition as the webhook knows it. */
export interface ClusterNad {
  /** namespace/name */
  readonly key: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly judged: JudgedNad;
}
