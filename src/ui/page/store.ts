import { computed, signal } from '@preact/signals';
import type { PageChange, PageState } from '../page-state.ts';
import { type Content, changed, contentOf } from './content.ts';
import { type Route, linkTo, readRoute } from './route.ts';

/** Without a sign of life for this long, the content counts as old. */
const silentMs = 9000;

/** What `plexus ui` has sent; undefined until the first answer. */
export const content = signal<Content | undefined>(undefined);
/** Why `plexus ui` does not answer. */
const lost = signal<string | undefined>(undefined);
/** When the page last knew that its content was current. */
export const currentAt = signal(0);
export const route = signal<Route>(readRoute(location.hash));

/** Why the shown content may be old; undefined while it is current. */
export const staleBecause = computed<string | undefined>(() => {
  if (lost.value !== undefined) return lost.value;
  const problems = content.value?.head.problems ?? [];
  return problems.length > 0 ? problems.join('; ') : undefined;
});

/** Goes to a route; `replace` for steps that Back should not repeat. */
export function go(next: Route, { replace = false } = {}): void {
  const link = linkTo(next);
  if (link === location.hash) return;
  if (replace) history.replaceState(null, '', link);
  else history.pushState(null, '', link);
  route.value = next;
}

/** Follows the address and the server until the page is closed. */
export function follow(): void {
  addEventListener('hashchange', () => (route.value = readRoute(location.hash)));
  addEventListener('popstate', () => (route.value = readRoute(location.hash)));
  let heardAt = performance.now();
  const hear = (): void => {
    heardAt = performance.now();
    lost.value = undefined;
    if ((content.value?.head.problems.length ?? 0) === 0) currentAt.value = Date.now();
  };
  const events = new EventSource('events');
  events.addEventListener('state', ({ data }: MessageEvent<string>) => {
    content.value = contentOf(JSON.parse(data) as PageState);
    hear();
  });
  events.addEventListener('change', ({ data }: MessageEvent<string>) => {
    if (content.value !== undefined) content.value = changed(content.value, JSON.parse(data) as PageChange);
    hear();
  });
  events.addEventListener('alive', hear);
  // The browser reconnects automatically, unless it got an answer that is not a stream.
  events.addEventListener('error', () => {
    lost.value =
      events.readyState === EventSource.CLOSED
        ? 'plexus ui refuses this address; open the one that it printed last'
        : 'plexus ui has stopped';
  });
  setInterval(() => {
    if (performance.now() - heardAt > silentMs) lost.value ??= 'plexus ui does not answer';
  }, 1000);
}
