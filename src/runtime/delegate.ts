import type { Env, JsonObject, NetworkConfiguration, Result } from '../cni/index.ts';
import type { Host } from '../host/index.ts';
import type { Report, TraceContext } from '../report/index.ts';

/** One network configuration and what it runs with, apart from any sandbox. */
export interface NetworkCall {
  readonly configuration: NetworkConfiguration;
  /** The network's name in messages. */
  readonly network: string;
  /** Folders with plugins, in order. */
  readonly path: readonly string[];
  /** The caller's environment; plugins inherit it except CNI_* (CNI-55). */
  readonly env: Env;
}
/** A network configuration applied to one sandbox under one interface name: the same for ADD, CHECK and DEL. */
export interface DelegateCall extends NetworkCall {
  readonly runtimeConfig: JsonObject;
  readonly containerId: string;
  /** Absent when the namespace is gone (DEL). */
  readonly netns: string | undefined;
  readonly ifName: string;
  /** CNI_ARGS. */
  readonly cniArgs: string;
  /** The pod as namespace/name, for messages. */
  readonly pod?: string;
}
export interface RuntimeDeps {
  readonly host: Host;
  readonly report: Report;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called with each plugin's result of an ADD, before the next plugin runs. */
  readonly onResult?: (result: Result, isLast: boolean) => Promise<void>;
  /**
   * Context of the operation's span; each plugin run gets a child span. Absent without tracing: then the caller's
   * context is passed on unchanged.
   */
  readonly trace?: TraceContext;
  /** Deadline of one plugin run. */
  readonly pluginSeconds: number;
}
