import { type PlexusError, problemOf, routesFailed } from '../errors/index.ts';
import type { DefaultRouteEntry, RouteTarget } from './host.ts';
import { ipInNetns } from './ip-command.ts';
import { type DefaultRouteOfKernel, type Hop, defaultRoutesFrom, entriesThrough } from './ip-json.ts';

/** Default routes of one interface and family in the main table, strongest first. */
export const defaultRoutes = async (target: RouteTarget, signal: AbortSignal): Promise<readonly DefaultRouteEntry[]> =>
  entriesThrough(target.interfaceName, await allDefaultRoutes(target, signal));

/** Makes `routes` the only default routes of that interface and family. routesFailed. */
export async function setDefaultRoutes(target: RouteTarget, routes: readonly DefaultRouteEntry[], signal: AbortSignal): Promise<void> {
  for (const route of await allDefaultRoutes(target, signal)) await leaveOut(route, target, signal);
  for (const { gateway, metric } of routes) {
    await change(
      ['add', 'default', ...via({ interfaceName: target.interfaceName, ...(gateway !== undefined && { gateway }) }), ...strength(metric)],
      target,
      signal,
    );
  }
}

const allDefaultRoutes = ({ netns, family }: RouteTarget, signal: AbortSignal): Promise<readonly DefaultRouteOfKernel[]> =>
  ipInNetns(netns, ['-j', `-${family}`, 'route', 'show', 'default', 'table', 'main'], defaultRoutesFrom, signal);

/** Takes the interface out of one default route; what goes through other interfaces stays. */
async function leaveOut({ metric, hops }: DefaultRouteOfKernel, target: RouteTarget, signal: AbortSignal): Promise<void> {
  const own = hops.filter((hop) => hop.interfaceName === target.interfaceName);
  const others = hops.filter((hop) => hop.interfaceName !== target.interfaceName);
  if (own.length === 0) return;
  // IPv6 removes one hop of several; IPv4 knows only the route as a whole
  if (others.length > 0 && target.family === 4)
    return change(['replace', 'default', ...strength(metric), ...others.flatMap((hop) => ['nexthop', ...via(hop)])], target, signal);
  if (target.family === 4 && own.length > 1) return change(['del', 'default', ...strength(metric)], target, signal);
  for (const hop of own) await change(['del', 'default', ...via(hop), ...strength(metric)], target, signal);
}

const via = ({ interfaceName, gateway }: Hop): readonly string[] => [...(gateway === undefined ? [] : ['via', gateway]), 'dev', interfaceName];

const strength = (metric: number | undefined): readonly string[] => (metric === undefined ? [] : ['metric', String(metric)]);

async function change(words: readonly string[], { netns, interfaceName, family }: RouteTarget, signal: AbortSignal): Promise<void> {
  try {
    await ipInNetns(netns, [`-${family}`, 'route', ...words], () => undefined, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    throw failed(interfaceName, words, error);
  }
}

const failed = (interfaceName: string, words: readonly string[], cause: unknown): PlexusError =>
  routesFailed({ interfaceName, problem: `"ip route ${words.join(' ')}": ${problemOf(cause)}` }, { cause });
