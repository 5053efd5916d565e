import type { ApiRequestCount } from './api.ts';
import type { Machine } from './machine.ts';
import type { Delegates } from './node.ts';
import type { Summary } from './statistics.ts';

/** ADD and DEL of one variant with a number of additional networks, in milliseconds. */
export interface CallRow {
  readonly delegates: Delegates;
  readonly further: number;
  readonly variant: string;
  readonly add: Summary;
  readonly del: Summary;
}
/** Many pods at once: milliseconds for all of them, and for one call. */
export interface BurstRow {
  readonly delegates: Delegates;
  readonly variant: string;
  readonly pods: number;
  readonly atOnce: number;
  readonly further: number;
  readonly addMs: number;
  readonly delMs: number;
  readonly add: Summary;
}
export interface ProcessRow {
  readonly what: string;
  /** From its start to its end. */
  readonly ms: Summary;
  readonly cpuMs: Summary;
  readonly peakKib: number;
  readonly fileKib: number;
}
/** CPU time of one ADD, and of one DEL, by process. */
export interface CpuRow {
  readonly variant: string;
  readonly further: number;
  /** The process that the runtime starts, and its plugins. */
  readonly callMs: number;
  readonly daemonMs: number;
  /** Plugins alone. */
  readonly bareMs: number;
}
export interface MemoryRow {
  readonly pods: number;
  readonly nads: number;
  readonly residentMiB: number;
  readonly peakMiB: number;
  /** Time from the start of the process until it accepts calls, and until it knows all NetworkAttachmentDefinitions. */
  readonly servingMs: number;
  readonly syncedMs: number;
}
export interface RequestRow {
  readonly variant: string;
  readonly further: number;
  readonly command: string;
  /** Requests per call. */
  readonly requests: readonly ApiRequestCount[];
}
/** One part of an ADD, in milliseconds since the runtime started the process. */
export interface StepSpan {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}
export interface StepsRow {
  readonly delegates: Delegates;
  readonly further: number;
  /** The ADD whose total is the median one. */
  readonly totalMs: number;
  readonly spans: readonly StepSpan[];
  /** Medians over all ADDs with that many networks. */
  readonly medians: readonly { readonly name: string; readonly ms: number }[];
}
export interface ParallelRow {
  readonly variant: string;
  readonly concurrency: number | 'not set';
  readonly add: Summary;
}
/** Running pods that gain and lose networks, in milliseconds. */
export interface HotPlugRow {
  /** Whose annotations change at the same time. */
  readonly pods: number;
  /** That each gains and loses. */
  readonly networks: number;
  /** From the write of the annotation until network-status shows it. */
  readonly plug: Summary & { readonly p99: number };
  readonly unplug: Summary & { readonly p99: number };
  /** The plugins alone, of as many pods at once. */
  readonly bareAdd: Summary;
  readonly bareDel: Summary;
}
export interface HotPlugReport {
  readonly rows: readonly HotPlugRow[];
  /** The API requests while no annotation changes. */
  readonly idle: { readonly seconds: number; readonly requests: readonly ApiRequestCount[] };
}
export interface ScaleReport {
  readonly nodes: number;
  readonly podsPerNode: number;
  readonly nads: number;
  readonly seconds: number;
  readonly nadChangesPerMinute: number;
  readonly patchesPerSecond: number;
  readonly startMs: number;
  readonly requestsPerSecond: number;
  /** By kind, for the whole run. */
  readonly requests: readonly ApiRequestCount[];
  /** From the creation of a NAD until a node knows it, over all nodes and NADs. */
  readonly known: Summary & { readonly p99: number };
  /** Until the last node knows it, over all NADs. */
  readonly knownByAll: Summary;
  readonly patch: Summary & { readonly p99: number };
  readonly watcherKib: number;
  readonly api: { readonly cpuShare: number; readonly rssMiB: number };
}
/** Reviews of pods that are created at a constant rate, in milliseconds. */
export interface WebhookRow {
  readonly nads: number;
  readonly pods: number;
  readonly perSecond: number;
  readonly seconds: number;
  readonly mutate: Summary & { readonly p99: number };
  readonly validate: Summary & { readonly p99: number };
  /** Pods that the webhook turned away because it was overloaded. */
  readonly turnedAway: number;
  readonly cpuMsPerPod: number;
  readonly residentMiB: number;
  readonly peakMiB: number;
  /** Requests of the webhook during the whole run. */
  readonly requests: readonly ApiRequestCount[];
}
/** The results of one run. Parts that were not selected are absent. */
export interface BenchReport {
  readonly machine: Machine;
  readonly repetitions: number;
  readonly calls?: readonly CallRow[];
  readonly bursts?: readonly BurstRow[];
  readonly processes?: readonly ProcessRow[];
  readonly cpu?: readonly CpuRow[];
  readonly memory?: readonly MemoryRow[];
  readonly requests?: readonly RequestRow[];
  readonly steps?: readonly StepsRow[];
  readonly parallel?: readonly ParallelRow[];
  readonly hotPlug?: HotPlugReport;
  readonly webhook?: WebhookRow;
  readonly scale?: ScaleReport;
}
