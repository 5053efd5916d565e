import { is, netnsUnusable, problemOf, routesFailed } from '../errors/index.ts';
import type { HeldNamespace } from './held-namespace.ts';
import type { DefaultRouteEntry, RouteTarget } from './host.ts';
import { ipIn } from './ip-command.ts';
import { type DefaultRouteOfKernel, type Hop, defaultRoutesFrom, entriesThrough, linksFrom } from './ip-json.ts';

/** An interface in a namespace that is held open. */
export interface HeldTarget extends Omit<RouteTarget, 'netns'> {
  readonly held: HeldNamespace;
}

/** Lists the default routes of one interface and family in the main table, strongest first. */
export const defaultRoutes = async (target: HeldTarget, signal: AbortSignal): Promise<readonly DefaultRouteEntry[]> =>
  entriesThrough(target.interfaceName, await allDefaultRoutes(target, signal));

/** Makes `routes` the only default routes of that interface and family. Rejects with routesFailed. */
export async function setDefaultRoutes(
  target: HeldTarget,
  routes: readonly DefaultRouteEntry[],
  signal: AbortSignal,
): Promise<void> {
  const present = await allDefaultRoutes(target, signal);
  const isWanted = (route: DefaultRouteOfKernel): boolean => routes.some((wanted) => isSame(route, wanted, target));
  for (const route of present) if (!isWanted(route)) await leaveOut(route, target, signal);
  for (const wanted of routes.filter((each) => !present.some((route) => isSame(route, each, target)))) {
    const { gateway, metric } = wanted;
    await change(
      [
        'add',
        'default',
        ...via({ interfaceName: target.interfaceName, ...(gateway !== undefined && { gateway }) }),
        ...strength(metric),
      ],
      target,
      signal,
    );
  }
}

// Routes that are already correct stay untouched, so that traffic is not interrupted.
function isSame(
  { metric, hops }: DefaultRouteOfKernel,
  wanted: DefaultRouteEntry,
  { interfaceName, family }: HeldTarget,
): boolean {
  const [hop] = hops;
  const kernelDefault = family === 6 ? 1024 : 0;
  return (
    hops.length === 1 &&
    hop?.interfaceName === interfaceName &&
    hop.gateway === wanted.gateway &&
    (metric ?? kernelDefault) === (wanted.metric ?? kernelDefault)
  );
}

const allDefaultRoutes = (
  { held, family }: HeldTarget,
  signal: AbortSignal,
): Promise<readonly DefaultRouteOfKernel[]> =>
  ipIn(held, ['-j', `-${family}`, 'route', 'show', 'default', 'table', 'main'], defaultRoutesFrom, signal);

/** Removes the interface from one default route; next hops through other interfaces stay. */
async function leaveOut(
  { metric, hops }: DefaultRouteOfKernel,
  target: HeldTarget,
  signal: AbortSignal,
): Promise<void> {
  const own = hops.filter((hop) => hop.interfaceName === target.interfaceName);
  const others = hops.filter((hop) => hop.interfaceName !== target.interfaceName);
  if (own.length === 0) return;
  // IPv6 removes one next hop of several; IPv4 can only replace the whole route.
  if (others.length > 0 && target.family === 4)
    return change(
      ['replace', 'default', ...strength(metric), ...others.flatMap((hop) => ['nexthop', ...via(hop)])],
      target,
      signal,
    );
  if (target.family === 4 && own.length > 1) return change(['del', 'default', ...strength(metric)], target, signal);
  for (const hop of own) await change(['del', 'default', ...via(hop), ...strength(metric)], target, signal);
}

const via = ({ interfaceName, gateway }: Hop): readonly string[] => [
  ...(gateway === undefined ? [] : ['via', ...wayTo(gateway)]),
  'dev',
  interfaceName,
];

// an IPv4 route may have an IPv6 gateway
const wayTo = (gateway: string): readonly string[] => (gateway.includes(':') ? ['inet6', gateway] : [gateway]);

const strength = (metric: number | undefined): readonly string[] =>
  metric === undefined ? [] : ['metric', String(metric)];

async function change(words: readonly string[], target: HeldTarget, signal: AbortSignal): Promise<void> {
  const { held, interfaceName, family } = target;
  try {
    await ipIn(held, [`-${family}`, 'route', ...words], () => undefined, signal);
  } catch (error) {
    if (signal.aborted || is(error, netnsUnusable)) throw error;
    throw routesFailed(
      { interfaceName, problem: `${problemOf(error)} (${await stateOf(target, signal)})` },
      { cause: error },
    );
  }
}

/** Lists the addresses through which a gateway could be reached, to explain a failure. */
async function stateOf({ held, interfaceName, family }: HeldTarget, signal: AbortSignal): Promise<string> {
  const links = await ipIn(held, ['-j', `-${family}`, 'address'], linksFrom, signal).catch(() => undefined);
  if (links === undefined) return 'its addresses cannot be read';
  const link = links.find(({ name }) => name === interfaceName);
  if (link !== undefined && link.addresses.length > 0)
    return `its IPv${family} addresses: ${link.addresses.join(', ')}${link.up ? '' : '; it is down'}`;
  return family === 6 ? 'it has no IPv6 address: IPv6 may be disabled on it' : 'it has no IPv4 address';
}
