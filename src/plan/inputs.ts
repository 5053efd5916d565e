import type { AddInvocation, ConfPath, JsonObject } from '../cni/index.ts';
import type { Nad, PodDevices, PodMetadata } from '../npwg/index.ts';
import type { PodWishes } from './selections.ts';
import type { Settings } from './settings.ts';

/** The only thing makePlan sees: all of it plain data, read once by attach/inputs. */
export interface PlanInputs {
  readonly settings: Settings;
  readonly call: Pick<AddInvocation, 'containerId' | 'netns' | 'ifName' | 'args' | 'cniVersion' | 'networkName'>;
  /** The runtime's runtimeConfig: for the default network only (NPWG-103). */
  readonly runtimeConfig: JsonObject;
  /** Present when Plexus runs behind another plugin (CNI-22). */
  readonly prevResult?: JsonObject;
  /** Absent when the container is no pod: then only the node's configuration counts. */
  readonly pod?: PodMetadata;
  /** What its annotations ask for, where they have been read already: they may be long. */
  readonly wishes?: PodWishes;
  /** By ns/name; `undefined` value: asked for and not there. */
  readonly nads: ReadonlyMap<string, Nad | undefined>;
  readonly confDir: ConfPath;
  /** By the text in the configuration. */
  readonly paths: ReadonlyMap<string, ConfPath>;
  /** Names of the links that exist in the sandbox before anything is attached. */
  readonly links: readonly string[];
  /** What the pod was given; absent when nobody was asked, as for STATUS. */
  readonly devices?: PodDevices;
}
