import type { AddInvocation, ConfPath, JsonObject } from '../cni/index.ts';
import type { Nad, NodeLink, PodDevices, PodMetadata } from '../npwg/index.ts';
import type { PodSelections } from './selections.ts';
import type { Settings } from './settings.ts';

/** The complete input of makePlan: plain data that src/attach/steps/inputs.ts reads once. */
export interface PlanInputs {
  readonly settings: Settings;
  readonly call: Pick<AddInvocation, 'containerId' | 'netns' | 'ifName' | 'args' | 'cniVersion' | 'networkName'>;
  /** The runtime's runtimeConfig, for the default network only (NPWG-103). */
  readonly runtimeConfig: JsonObject;
  /** Present if Plexus runs behind another plugin (CNI-22). */
  readonly prevResult?: JsonObject;
  /** Undefined if the container is not a pod; then only the node's configuration counts. */
  readonly pod?: PodMetadata;
  /** The parsed annotations, if the caller has parsed them: they may be long. */
  readonly podSelections?: PodSelections;
  /** By ns/name; an undefined value means that the NAD does not exist. */
  readonly nads: ReadonlyMap<string, Nad | undefined>;
  readonly confDir: ConfPath;
  /** By the text in the configuration. */
  readonly paths: ReadonlyMap<string, ConfPath>;
  /** Names of the links that exist in the sandbox before anything is attached. */
  readonly links: readonly string[];
  /** The devices allocated to the pod; undefined if they were not queried, as for STATUS. */
  readonly devices?: PodDevices;
  /** The links of the node, if a NAD names them by selectors and this process runs on the node. */
  readonly nodeLinks?: readonly NodeLink[];
}
