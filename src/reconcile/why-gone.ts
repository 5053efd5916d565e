import type { NamespaceNow } from '../attach/index.ts';

/** The evidence about whether a recorded sandbox still exists. */
export interface GoneEvidence {
  /** Whether the sandbox was created in this boot of the machine or an earlier one. */
  readonly boot: 'this' | 'earlier' | 'unknown';
  readonly namespace: NamespaceNow;
  /** Whether this daemon has found the sandbox's own interfaces there before. */
  readonly wasSeen: boolean;
  /** `none`: the sandbox belongs to no pod; `unknown`: the API server did not answer. */
  readonly pod: 'gone' | 'replaced' | 'ended' | 'there' | 'none' | 'unknown';
  /** Whether another sandbox of the same pod exists. */
  readonly hasSuccessor: boolean;
  /** Whether the path of its namespace leads to another recorded sandbox, with that sandbox's own interfaces. */
  readonly isPathTaken: boolean;
}

const ends: Readonly<Partial<Record<GoneEvidence['pod'], string>>> = {
  gone: 'and so is its pod',
  replaced: 'and another pod has its name',
  ended: 'and its pod has ended',
};

/**
 * Why a sandbox is certainly gone; undefined if it may be alive. A sandbox that has its interfaces is alive, whatever
 * the API server reports about its pod; one whose namespace cannot be judged may be. Foreign interfaces alone prove
 * nothing: a pod with CAP_NET_ADMIN can rename its interfaces and change their MACs. No rule depends on a clock.
 * docs/reliability.md, "Reclaiming".
 */
export function whyGone({ boot, namespace, wasSeen, pod, ...others }: GoneEvidence): string | undefined {
  if (boot === 'earlier') return 'the node has rebooted since';
  if (namespace === 'own' || namespace === 'unknown') return undefined;
  const place = namespace === 'missing' ? 'its namespace is gone' : 'its namespace is another one now';
  if (ends[pod] !== undefined) return `${place}, ${ends[pod]}`;
  if (others.hasSuccessor) return `${place}, and its pod has a newer sandbox`;
  const hasLeft = wasSeen && (namespace === 'missing' || others.isPathTaken);
  return hasLeft && pod !== 'there' ? `${place}, where its interfaces were before` : undefined;
}
