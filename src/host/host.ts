import type { Env } from '../cni/index.ts';

/** One run of one CNI plugin. */
export interface PluginRun {
  /** Bare name; looked up in `path`, never a file name (CNI-47). */
  readonly plugin: string;
  readonly path: readonly string[];
  /** The plugin's whole environment. */
  readonly env: Env;
  readonly stdin: string;
}
export interface PluginExit {
  /** Exit status; -1 when a signal ended it. */
  readonly exitCode: number;
  /**
   * Its beginning, one byte more than a result may have at most: what is longer is cut off and too long for everybody
   * who reads it.
   */
  readonly stdout: string;
  readonly stderr: string;
}
export type Family = 4 | 6;
/** A network link as seen inside a namespace. */
export interface Link {
  readonly name: string;
  readonly mac?: string;
  readonly mtu?: number;
  readonly up: boolean;
  /** Addresses with prefix length. */
  readonly addresses: readonly string[];
}
/** A default route of the main table. No gateway: the link itself is the way. */
export interface DefaultRouteEntry {
  readonly gateway?: string;
  /** Kernel metric; 0 or absent is the strongest for IPv4. */
  readonly metric?: number;
}
export interface RouteTarget {
  readonly netns: string;
  readonly interfaceName: string;
  readonly family: Family;
}
/** An interface of a sandbox, by names. */
export interface SandboxInterface {
  readonly containerId: string;
  readonly interfaceName: string;
}
/**
 * What carries out a plan on the node: nothing more than this list. Every method rejects with a PlexusError,
 * and promptly when the signal is aborted (a running plugin is killed together with its process group).
 */
export interface Host {
  /**
   * Runs a plugin to its end. An exit status other than 0 is an answer, not an error. pluginMissing, pluginNotRunnable,
   * pluginOutputTooLong.
   */
  runPlugin(run: PluginRun, signal: AbortSignal): Promise<PluginExit>;
  /** Waits, for a bounded time, until no plugin works any more at the ADD of an interface whose caller was killed. */
  settle(of: SandboxInterface, signal: AbortSignal): Promise<void>;
  /** Links of a namespace, with addresses. netnsUnusable when it is gone. */
  listLinks(netns: string, signal: AbortSignal): Promise<readonly Link[]>;
  /** Default routes of one interface and family in the main table, strongest first. */
  defaultRoutes(target: RouteTarget, signal: AbortSignal): Promise<readonly DefaultRouteEntry[]>;
  /** Makes `routes` the only default routes of that interface and family. routesFailed. */
  setDefaultRoutes(target: RouteTarget, routes: readonly DefaultRouteEntry[], signal: AbortSignal): Promise<void>;
}
