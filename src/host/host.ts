import type { Env } from '../cni/index.ts';

/** One run of one CNI plugin. */
export interface PluginRun {
  /** A bare name that is looked up in `path`, never a file name (CNI-47). */
  readonly plugin: string;
  readonly path: readonly string[];
  /** The plugin's whole environment. */
  readonly env: Env;
  readonly stdin: string;
}
export interface PluginExit {
  /** Exit status; -1 after a signal. */
  readonly exitCode: number;
  /** The beginning of stdout, at most one byte more than a result may have: longer output is rejected. */
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
/** A default route of the main table. Without a gateway, the link itself is the next hop. */
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
/** Names an interface of a sandbox. */
export interface SandboxInterface {
  readonly containerId: string;
  readonly interfaceName: string;
}
/** A run of a sequence that was not taken, although it may have begun. `exit` is absent if it was killed or is unknown. */
export interface UntakenRun {
  readonly run: PluginRun;
  readonly exit?: PluginExit;
}
/** Runs that the host carries out one after another; each begins as soon as the one before it has succeeded. */
export interface RunSequence {
  /**
   * Takes the end of the next run if `run` is equal to it. Otherwise, or if the host skipped that run because one before
   * it failed, runs `run` now. Rejects as Host.runPlugin does.
   */
  readonly runPlugin: Host['runPlugin'];
  /** Kills the runs that were not taken, waits for their end, and returns those that may have begun. Never rejects. */
  readonly stop: () => Promise<readonly UntakenRun[]>;
}
/**
 * Carries out a plan on the node; these methods are all that it can do. Every method rejects with a PlexusError, and
 * promptly when the signal is aborted (a running plugin is killed together with its process group).
 */
export interface Host {
  /**
   * Runs a plugin to its end. An exit status other than 0 is a result, not an error. Rejects with pluginMissing,
   * pluginNotRunnable, pluginOutputTooLong. `signal` carries the deadline of the run, `operation` that of the whole
   * operation (default: `signal`), which ends waits before and after the run.
   */
  runPlugin(run: PluginRun, signal: AbortSignal, operation?: AbortSignal): Promise<PluginExit>;
  /**
   * Begins runs without waiting for the engine between them. The caller takes their ends in the same order, and calls
   * `stop` when it takes no more. If the signal is aborted, those not taken are killed. Absent if the host cannot.
   */
  readonly startSequence?: (runs: readonly PluginRun[], signal: AbortSignal) => RunSequence;
  /** Waits, for a bounded time, until no plugin is still running the ADD of an interface whose caller was killed. */
  settle(of: SandboxInterface, signal: AbortSignal): Promise<void>;
  /** Lists the links of a namespace with their addresses. Rejects with netnsUnusable if the namespace is gone. */
  listLinks(netns: string, signal: AbortSignal): Promise<readonly Link[]>;
  /** Lists the default routes of one interface and family in the main table, strongest first. */
  defaultRoutes(target: RouteTarget, signal: AbortSignal): Promise<readonly DefaultRouteEntry[]>;
  /** Makes `routes` the only default routes of that interface and family. Rejects with routesFailed. */
  setDefaultRoutes(target: RouteTarget, routes: readonly DefaultRouteEntry[], signal: AbortSignal): Promise<void>;
}
