import type { Settings } from '../plan/index.ts';
import type { ResourceMode } from './device-resources.ts';
import type { Mode } from './verdict.ts';

/** What decisions depend on, besides the objects. */
export interface Policy {
  /** The settings of the daemon, with which pods are planned. */
  readonly settings: Settings;
  readonly nads: Mode;
  readonly pods: Mode;
  readonly templates: Mode;
  /** Whether pods get the device resources and node labels of their networks. */
  readonly inject: boolean;
  /** The annotations of a NetworkAttachmentDefinition that name a resource. */
  readonly resourceNameKeys: readonly string[];
  readonly resources: ResourceMode;
  readonly hugepages: boolean;
}
