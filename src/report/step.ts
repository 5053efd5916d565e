import type { PlexusError } from '../errors/index.ts';
import type { TraceContext } from './trace-context.ts';

/** The operation that a step belongs to. */
export interface StepOf {
  readonly sandbox: string;
  /** namespace/name, when known. */
  readonly pod?: string;
}

/** Noticed by the daemon itself, outside any operation; `pod` is namespace/name. */
export type NodeStep = { readonly sandbox?: never; readonly pod?: string } & (
  | { readonly kind: 'problem'; readonly error: PlexusError }
  | { readonly kind: 'warning'; readonly text: string }
);

/**
 * Parts of Plexus's own work: waiting for the sandbox lock and for the default network, reading pod and networks,
 * planning, writing the journal.
 */
export type Phase = 'lock' | 'readiness' | 'inputs' | 'plan' | 'journal';

/**
 * Every step that the engine reports. Log, metrics, traces and recent operations consume these; nothing else is logged.
 * Times in milliseconds, `startedAt` since 1970.
 */
export type Step =
  /** Without sandbox and interface for STATUS and GC. */
  | (Partial<StepOf> & {
      readonly kind: 'plugin-finished';
      readonly command: string;
      readonly network: string;
      readonly interfaceName?: string;
      readonly plugin: string;
      readonly startedAt: number;
      readonly ms: number;
      /** stdin and stdout unchanged; the consumer that shows them masks secrets. */
      readonly input: string;
      readonly output: string;
      readonly stderr: string;
      /** Context of its own span, which the plugin received; absent without tracing. */
      readonly trace?: TraceContext;
      readonly error?: PlexusError;
    })
  | (StepOf & {
      readonly kind: 'phase-finished';
      readonly phase: Phase;
      readonly startedAt: number;
      readonly ms: number;
    })
  /** The pod's annotation requests debug lines for the rest of this operation. */
  | (StepOf & { readonly kind: 'debug-asked' })
  | (StepOf & {
      readonly kind: 'attached';
      readonly network: string;
      readonly interfaceName: string;
      readonly ms: number;
    })
  | (StepOf & {
      readonly kind: 'detached';
      readonly network: string;
      readonly interfaceName: string;
      readonly ms: number;
    })
  /**
   * A plugin whose CHECK has never succeeded for this attachment failed at CHECK. The kernel's state matches the
   * record, so the failure proves nothing.
   */
  | (StepOf & {
      readonly kind: 'check-disregarded';
      readonly network: string;
      readonly interfaceName: string;
      readonly plugin: string;
      readonly error: PlexusError;
    })
  /** An attachment could not be undone for so long that pod deletion proceeds; the daemon retries in the background. */
  | (StepOf & {
      readonly kind: 'abandoned';
      readonly network: string;
      readonly interfaceName: string;
      readonly attempts: number;
      readonly lastError: string;
    })
  /** A sandbox that the runtime lost was undone. `abandoned`: parts could not be undone; the daemon retries them. */
  | (StepOf & {
      readonly kind: 'reclaimed';
      readonly why: string;
      readonly outcome: 'undone' | 'abandoned';
      readonly ms: number;
    })
  /** Running pods that request networks and were never attached by Plexus. Reported only on change. */
  | { readonly kind: 'unattached'; readonly pods: readonly string[] }
  /** The networks of a running pod followed its annotation: "net2 shop/storage". `ms`: since the change was seen. */
  | (StepOf & {
      readonly kind: 'networks-followed';
      readonly attached: readonly string[];
      readonly detached: readonly string[];
      /** Identifiers of the errors that remain; empty if the pod has what it requests. */
      readonly problems: readonly string[];
      readonly ms?: number;
    })
  | (StepOf & {
      readonly kind: 'operation-finished';
      readonly command: string;
      readonly ms: number;
      readonly error?: PlexusError;
    })
  | (StepOf & {
      readonly kind: 'status-published';
      readonly outcome: 'written' | 'pod-is-gone' | 'deferred';
      readonly startedAt: number;
      readonly ms: number;
      readonly error?: PlexusError;
    })
  | (StepOf & { readonly kind: 'problem'; readonly error: PlexusError })
  | (StepOf & { readonly kind: 'warning'; readonly text: string })
  | NodeStep
  /** One HTTP request to the Kubernetes API; status 'none': no answer arrived. */
  | {
      readonly kind: 'api-request';
      readonly verb: string;
      readonly resource: string;
      readonly status: number | 'none';
      readonly ms: number;
    }
  /** A request is retried after a temporary failure. */
  | { readonly kind: 'api-retried'; readonly verb: string; readonly resource: string }
  /** An Event for people: written as a new Event, added to an existing one's count, or dropped over the limit. */
  | { readonly kind: 'event-sent'; readonly outcome: 'written' | 'counted' | 'left-out' | 'failed' }
  /** The journal changed. */
  | { readonly kind: 'journal-written'; readonly operation: 'write' | 'note' | 'remove'; readonly ms: number }
  /** Keys of a controller became ready to be worked on; `depth`: how many are ready now. */
  | { readonly kind: 'work-added'; readonly controller: string; readonly added: number; readonly depth: number }
  | { readonly kind: 'work-started'; readonly controller: string; readonly waitedMs: number; readonly depth: number }
  | {
      readonly kind: 'work-finished';
      readonly controller: string;
      readonly result: 'success' | 'requeue_after' | 'error';
      readonly ms: number;
    }
  /** Only when it changes. */
  | {
      readonly kind: 'watch-state';
      readonly resource: string;
      readonly state: 'synced' | 'lost';
      readonly error?: PlexusError;
    }
  /** The container runtime does not use our CNI configuration: `by` names the file it uses, or our file's fate. */
  | { readonly kind: 'configuration-displaced'; readonly file: string; readonly by: string; readonly fixed: boolean }
  /** Lifecycle of the daemon: started, stopping, a changed file. */
  | { readonly kind: 'daemon'; readonly text: string };
