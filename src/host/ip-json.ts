import { type DefaultRouteEntry, type Link } from './host.ts';

// What `ip -j` prints, as far as it is used here.
interface IpLink {
  readonly ifname?: string;
  readonly address?: string;
  readonly mtu?: number;
  readonly flags?: readonly string[];
  readonly addr_info?: readonly { readonly local?: string; readonly prefixlen?: number }[];
}
interface IpRoute {
  readonly dst?: string;
  readonly gateway?: string;
  readonly via?: { readonly host?: string };
  readonly metric?: number;
}

/** Links of `ip -j address`. Throws a SyntaxError for anything that is not JSON. */
export const linksFrom = (text: string): readonly Link[] => (listFrom(text) as readonly IpLink[]).filter(({ ifname }) => ifname !== undefined).map(linkFrom);

const linkFrom = ({ ifname, address, mtu, flags, addr_info }: IpLink): Link => ({
  name: ifname ?? '',
  ...(address !== undefined && { mac: address }),
  ...(mtu !== undefined && { mtu }),
  up: flags?.includes('UP') ?? false,
  addresses: (addr_info ?? []).filter(({ local }) => local !== undefined).map(({ local, prefixlen }) => `${local}/${prefixlen}`),
});

/** Default routes of `ip -j route show default`, strongest first. */
export const defaultRoutesFrom = (text: string): readonly DefaultRouteEntry[] =>
  (listFrom(text) as readonly IpRoute[])
    .filter(({ dst }) => dst === 'default')
    .map(routeFrom)
    .toSorted((a, b) => (a.metric ?? 0) - (b.metric ?? 0));

function routeFrom({ gateway, via, metric }: IpRoute): DefaultRouteEntry {
  const way = gateway ?? via?.host;
  return { ...(way !== undefined && { gateway: way }), ...(metric !== undefined && { metric }) };
}

// `ip -j` prints nothing at all for an empty list of some kinds
function listFrom(text: string): readonly object[] {
  const value: unknown = text.trim() === '' ? [] : JSON.parse(text);
  return Array.isArray(value) ? value.filter((each): each is object => typeof each === 'object' && each !== null) : [];
}
