import type { PlexusError } from '../errors/index.ts';

/** Which operation a step belongs to. */
export interface StepOf {
  readonly sandbox: string;
  /** namespace/name, when known. */
  readonly pod?: string;
}

/** Everything the engine tells while it works. Log, metrics and traces listen to these; nothing else is logged. Times in milliseconds. */
export type Step =
  | (StepOf & {
      readonly kind: 'plugin-finished';
      readonly command: string;
      readonly network: string;
      readonly interfaceName: string;
      readonly plugin: string;
      readonly ms: number;
      readonly stderr: string;
      readonly error?: PlexusError;
    })
  | (StepOf & { readonly kind: 'attached'; readonly network: string; readonly interfaceName: string; readonly ms: number })
  | (StepOf & { readonly kind: 'detached'; readonly network: string; readonly interfaceName: string; readonly ms: number })
  /** An attachment could not be undone for so long that its pod is let go; the daemon goes on trying. */
  | (StepOf & {
      readonly kind: 'abandoned';
      readonly network: string;
      readonly interfaceName: string;
      readonly attempts: number;
      readonly lastError: string;
    })
  /** A sandbox that the runtime has lost was undone. `abandoned`: not all of it could be; the daemon goes on trying. */
  | (StepOf & { readonly kind: 'reclaimed'; readonly why: string; readonly outcome: 'undone' | 'abandoned'; readonly ms: number })
  /** How many running pods ask for networks and were never attached by Plexus. Only when it changes. */
  | { readonly kind: 'unattached'; readonly pods: readonly string[] }
  | (StepOf & { readonly kind: 'operation-finished'; readonly command: string; readonly ms: number; readonly error?: PlexusError })
  | (StepOf & {
      readonly kind: 'status-published';
      readonly outcome: 'written' | 'pod-is-gone' | 'deferred';
      readonly ms: number;
      readonly error?: PlexusError;
    })
  | (StepOf & { readonly kind: 'problem'; readonly error: PlexusError })
  | (StepOf & { readonly kind: 'warning'; readonly text: string })
  /** One HTTP request to the Kubernetes API; status 'none': no answer came. */
  | { readonly kind: 'api-request'; readonly verb: string; readonly resource: string; readonly status: number | 'none'; readonly ms: number }
  /** Only when it changes. */
  | { readonly kind: 'watch-state'; readonly resource: string; readonly state: 'synced' | 'lost'; readonly error?: PlexusError }
  /** Our CNI configuration is not the one that the container runtime takes: `by` which file, or what happened to ours. */
  | { readonly kind: 'configuration-displaced'; readonly file: string; readonly by: string; readonly fixed: boolean }
  /** What the daemon itself does: started, stopping, a changed file. */
  | { readonly kind: 'daemon'; readonly text: string };
