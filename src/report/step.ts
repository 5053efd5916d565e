import type { PlexusError } from '../errors/index.ts';
import type { TraceContext } from './trace-context.ts';

/** Which operation a step belongs to. */
export interface StepOf {
  readonly sandbox: string;
  /** namespace/name, when known. */
  readonly pod?: string;
}

/**
 * Parts of the work of Plexus itself: waiting for the sandbox, for the default network; reading pod and networks;
 * deciding; writing the journal.
 */
export type Phase = 'lock' | 'readiness' | 'inputs' | 'plan' | 'journal';

/**
 * Everything the engine tells while it works. Log, metrics, traces and the recent operations listen to these; nothing
 * else is logged. Times in milliseconds, `startedAt` since 1970.
 */
export type Step =
  | (StepOf & {
      readonly kind: 'plugin-finished';
      readonly command: string;
      readonly network: string;
      readonly interfaceName: string;
      readonly plugin: string;
      readonly startedAt: number;
      readonly ms: number;
      /** stdin and stdout, as they were: whoever shows them masks them. */
      readonly input: string;
      readonly output: string;
      readonly stderr: string;
      /** Of its own span, which the plugin was given; absent when nobody traces. */
      readonly trace?: TraceContext;
      readonly error?: PlexusError;
    })
  | (StepOf & {
      readonly kind: 'phase-finished';
      readonly phase: Phase;
      readonly startedAt: number;
      readonly ms: number;
    })
  /** The pod's annotation asks for debug lines: for this operation, from now on. */
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
   * A plugin's CHECK failed that never succeeded for this attachment, while the kernel is as recorded: it proves
   * nothing.
   */
  | (StepOf & {
      readonly kind: 'check-disregarded';
      readonly network: string;
      readonly interfaceName: string;
      readonly plugin: string;
      readonly error: PlexusError;
    })
  /** An attachment could not be undone for so long that its pod is let go; the daemon goes on trying. */
  | (StepOf & {
      readonly kind: 'abandoned';
      readonly network: string;
      readonly interfaceName: string;
      readonly attempts: number;
      readonly lastError: string;
    })
  /** A sandbox that the runtime has lost was undone. `abandoned`: not all of it could be; the daemon goes on trying. */
  | (StepOf & {
      readonly kind: 'reclaimed';
      readonly why: string;
      readonly outcome: 'undone' | 'abandoned';
      readonly ms: number;
    })
  /** How many running pods ask for networks and were never attached by Plexus. Only when it changes. */
  | { readonly kind: 'unattached'; readonly pods: readonly string[] }
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
  /** One HTTP request to the Kubernetes API; status 'none': no answer came. */
  | {
      readonly kind: 'api-request';
      readonly verb: string;
      readonly resource: string;
      readonly status: number | 'none';
      readonly ms: number;
    }
  /** A request is sent once more, after something that passes by itself. */
  | { readonly kind: 'api-retried'; readonly verb: string; readonly resource: string }
  /**
   * A message for people: written as a new Event, as a further occurrence of one, or left out because there were too
   * many.
   */
  | { readonly kind: 'event-sent'; readonly outcome: 'written' | 'counted' | 'left-out' | 'failed' }
  /** The journal was changed. */
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
  /**
   * Our CNI configuration is not the one that the container runtime takes: `by` which file, or what happened to ours.
   */
  | { readonly kind: 'configuration-displaced'; readonly file: string; readonly by: string; readonly fixed: boolean }
  /** What the daemon itself does: started, stopping, a changed file. */
  | { readonly kind: 'daemon'; readonly text: string };
