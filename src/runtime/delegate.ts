import type { Env, JsonObject, NetworkConfiguration, Result } from '../cni/index.ts';
import type { Host } from '../host/index.ts';
import type { Report, TraceContext } from '../report/index.ts';

/** One network configuration and what it is run with, apart from any sandbox. */
export interface NetworkCall {
  readonly configuration: NetworkConfiguration;
  /** As shown to people. */
  readonly network: string;
  /** Folders with plugins, in order. */
  readonly path: readonly string[];
  /** The caller's environment; plugins inherit it but for CNI_* (CNI-55). */
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
  /** namespace/name, for messages. */
  readonly pod?: string;
}
export interface RuntimeDeps {
  readonly host: Host;
  readonly report: Report;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told of the result of each plugin of an ADD, before the next one runs. */
  readonly onResult?: (result: Result, isLast: boolean) => Promise<void>;
  /**
   * Of the operation's span: each plugin run gets one below it. Absent when nobody traces: what the caller gave is
   * handed on as it is.
   */
  readonly trace?: TraceContext;
  /** Deadline of one plugin run. */
  readonly pluginSeconds: number;
}
