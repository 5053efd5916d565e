import type { PodWarning } from '../npwg/index.ts';
import { podKeyOf } from './differences.ts';
import type { EventsAnswer, PagePod } from './page-state.ts';

/** More are of little use: those of one pod mostly repeat each other. */
const mostEvents = 30;

/** The newest Warning Events about the pods that have or request a network. `warnings`: undefined if not readable. */
export function networkEvents(
  name: string,
  pods: readonly PagePod[],
  warnings: readonly PodWarning[] | undefined,
): EventsAnswer {
  if (warnings === undefined) return { problem: 'the permission to list Events is missing' };
  const involved = new Set(
    pods.filter(({ attachments }) => attachments.some(({ network }) => network === name)).map(podKeyOf),
  );
  const events = warnings
    .map((event) => ({ ...event, pod: podKeyOf(event) }))
    .filter(({ pod }) => involved.has(pod))
    .toSorted((a, b) => (b.lastAt ?? '').localeCompare(a.lastAt ?? '') || a.pod.localeCompare(b.pod));
  return {
    events: events.slice(0, mostEvents).map(({ pod, reason, message, count, lastAt }) => ({
      pod,
      reason,
      message,
      count,
      ...(lastAt !== undefined && { lastAt }),
    })),
    more: Math.max(0, events.length - mostEvents),
  };
}
