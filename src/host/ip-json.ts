import type { DefaultRouteEntry, Link } from './host.ts';

// The part of the output of `ip -j` that is used here.
interface IpLink {
  readonly ifname?: string;
  readonly address?: string;
  readonly mtu?: number;
  readonly flags?: readonly string[];
  readonly addr_info?: readonly { readonly local?: string; readonly prefixlen?: number }[];
}
interface IpHop {
  readonly dev?: string;
  readonly gateway?: string;
  readonly via?: { readonly host?: string };
}
interface IpRoute extends IpHop {
  readonly dst?: string;
  readonly metric?: number;
  /** The next hops of a multipath route, which has no dev of its own. */
  readonly nexthops?: readonly IpHop[];
}

/** Reads the links in the output of `ip -j address`. Throws a SyntaxError for anything that is not JSON. */
export const linksFrom = (text: string): readonly Link[] =>
  (listFrom(text) as readonly IpLink[]).filter(({ ifname }) => ifname !== undefined).map(linkFrom);

const linkFrom = ({ ifname, address, mtu, flags, addr_info }: IpLink): Link => ({
  name: ifname ?? '',
  ...(address !== undefined && { mac: address }),
  ...(mtu !== undefined && { mtu }),
  up: flags?.includes('UP') ?? false,
  addresses: (addr_info ?? [])
    .filter(({ local }) => local !== undefined)
    .map(({ local, prefixlen }) => `${local}/${prefixlen}`),
});

/** One next hop of a default route. */
export interface Hop {
  readonly interfaceName: string;
  readonly gateway?: string;
}
/** A default route; it has several hops if the kernel balances over them. */
export interface DefaultRouteOfKernel {
  readonly metric?: number;
  readonly hops: readonly Hop[];
}

/** Reads the default routes in the output of `ip -j route show default`, strongest first. */
export const defaultRoutesFrom = (text: string): readonly DefaultRouteOfKernel[] =>
  (listFrom(text) as readonly IpRoute[])
    .filter(({ dst }) => dst === 'default')
    .map(({ metric, nexthops, ...single }) => ({
      ...(metric !== undefined && { metric }),
      hops: (nexthops ?? [single]).map(hopFrom),
    }))
    .toSorted((a, b) => (a.metric ?? 0) - (b.metric ?? 0));

function hopFrom({ dev, gateway, via }: IpHop): Hop {
  const way = gateway ?? via?.host;
  return { interfaceName: dev ?? '', ...(way !== undefined && { gateway: way }) };
}

/** The parts of the routes that leave through one interface. */
export const entriesThrough = (
  interfaceName: string,
  routes: readonly DefaultRouteOfKernel[],
): readonly DefaultRouteEntry[] =>
  routes.flatMap(({ metric, hops }) =>
    hops
      .filter((hop) => hop.interfaceName === interfaceName)
      .map(({ gateway }) => ({ ...(gateway !== undefined && { gateway }), ...(metric !== undefined && { metric }) })),
  );

// For some empty lists, `ip -j` prints nothing at all.
function listFrom(text: string): readonly object[] {
  const value: unknown = text.trim() === '' ? [] : JSON.parse(text);
  return Array.isArray(value) ? value.filter((each): each is object => typeof each === 'object' && each !== null) : [];
}
