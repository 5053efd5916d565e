import type { AddInvocation, JsonObject } from '../cni/index.ts';
import type { Nad, PodMetadata } from '../npwg/index.ts';
import type { Settings } from './settings.ts';

/** One file of a folder of network configurations, as read. */
export interface ConfFile {
  readonly path: string;
  /** What was read, or why not. */
  readonly content: { readonly text: string } | { readonly problem: string };
}
/** Where a `clusterNetwork` or `defaultNetworks` entry with a `/`, or confDir, leads. `siblings`: the plugins in the folder named like a list (CNI-45). */
export type PathListing =
  | { readonly kind: 'file'; readonly file: ConfFile; readonly siblings: readonly ConfFile[] }
  | { readonly kind: 'folder'; readonly files: readonly ConfFile[]; readonly siblings: Readonly<Record<string, readonly ConfFile[]>> }
  | { readonly kind: 'missing'; readonly problem: string };

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
  /** By ns/name; `undefined` value: asked for and not there. */
  readonly nads: ReadonlyMap<string, Nad | undefined>;
  readonly confDir: PathListing;
  /** By the text in the configuration. */
  readonly paths: ReadonlyMap<string, PathListing>;
  /** Names of the links that exist in the sandbox before anything is attached. */
  readonly links: readonly string[];
  /** By resource name: device IDs given to the pod. */
  readonly devices: ReadonlyMap<string, readonly string[]>;
}
