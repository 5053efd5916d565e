import type { NamespaceNow } from '../attach/index.ts';

/** All that is known of whether a recorded sandbox still exists. */
export interface GoneEvidence {
  /** When it was made: since the machine started, or before. */
  readonly boot: 'this' | 'earlier' | 'unknown';
  readonly namespace: NamespaceNow;
  /** Whether this daemon has seen the sandbox's own interfaces there. */
  readonly wasSeen: boolean;
  /** `none`: the sandbox is no pod's; `unknown`: the API server does not say. */
  readonly pod: 'gone' | 'replaced' | 'ended' | 'there' | 'none' | 'unknown';
  /** Whether another sandbox of the same pod is there. */
  readonly hasSuccessor: boolean;
}

/**
 * Why a sandbox is certainly gone; undefined when it may be alive. One that has its interfaces is alive, whatever the
 * API says of its pod, and one whose namespace cannot be judged may be. No clock is asked: it may jump.
 * docs/reliability.md, "Reclaiming".
 */
export function whyGone({ boot, namespace, wasSeen, pod, hasSuccessor }: GoneEvidence): string | undefined {
  if (boot === 'earlier') return 'the node has rebooted since';
  if (namespace === 'own' || namespace === 'unknown') return undefined;
  const place = namespace === 'missing' ? 'its namespace is gone' : 'its namespace is another one now';
  if (pod === 'gone') return `${place}, and so is its pod`;
  if (pod === 'replaced') return `${place}, and another pod has its name`;
  if (pod === 'ended') return `${place}, and its pod has ended`;
  if (hasSuccessor) return `${place}, and its pod has a newer sandbox`;
  return wasSeen && pod !== 'there' ? `${place}, where its interfaces were before` : undefined;
}
