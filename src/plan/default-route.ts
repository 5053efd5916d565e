import type { Result, ResultRoute } from '../cni/index.ts';
import { isDefaultDestination, parseIp } from '../npwg/index.ts';
import type { Attachment, DefaultRoute, DefaultRoutes } from './attachment.ts';

type Family = 'v4' | 'v6';

/**
 * Who owns the default route, for each delegate and address family (NPWG-53 to NPWG-57). `requested` holds, for each
 * delegate, its gateways if the pod asked for the default route there. An empty list claims both families; a list
 * claims only those it has gateways of; a family that nobody claims is left alone everywhere.
 */
export function decideDefaultRoutes(requested: readonly (readonly string[] | undefined)[]): readonly DefaultRoutes[] {
  const owner = requested.findIndex((gateways) => gateways !== undefined);
  const gateways = requested[owner];
  const decide = (index: number, family: Family): DefaultRoute => {
    if (gateways === undefined) return { kind: 'unmanaged' };
    const own = gateways.filter((gateway) => familyOf(gateway) === family);
    if (gateways.length > 0 && own.length === 0) return { kind: 'unmanaged' };
    if (index !== owner) return { kind: 'removed' };
    return gateways.length === 0 ? { kind: 'own' } : { kind: 'gateways', gateways: own };
  };
  return requested.map((_, index) => ({ v4: decide(index, 'v4'), v6: decide(index, 'v6') }));
}

const familyOf = (address: string): Family => (parseIp(address)?.family === 4 ? 'v4' : 'v6');

/** A default route as the kernel must have it. */
export interface KernelRoute {
  readonly gateway?: string;
  readonly metric?: number;
}
/** The default routes an interface must have, by family; an absent family is left alone. */
export interface KernelRoutes {
  readonly v4?: readonly KernelRoute[];
  readonly v6?: readonly KernelRoute[];
}

/** What the kernel must have after a delegate's ADD, and the result that says so (NPWG-54, NPWG-58). */
export function settleRoutes(
  attachment: Attachment,
  result: Result,
): { readonly result: Result; readonly kernel: KernelRoutes } {
  const v4 = settleFamily('v4', attachment.defaultRoute.v4, result);
  const v6 = settleFamily('v6', attachment.defaultRoute.v6, v4.result);
  return {
    result: v6.result,
    kernel: { ...(v4.kernel !== undefined && { v4: v4.kernel }), ...(v6.kernel !== undefined && { v6: v6.kernel }) },
  };
}

interface Settled {
  readonly result: Result;
  readonly kernel?: readonly KernelRoute[];
}

function settleFamily(family: Family, decided: DefaultRoute, result: Result): Settled {
  switch (decided.kind) {
    case 'unmanaged':
      return { result };
    case 'removed':
      return { result: withDefaults(family, [], result), kernel: [] };
    case 'own':
      return ownRoutes(family, result);
    case 'gateways':
      return gatewayRoutes(family, decided.gateways, result);
  }
}

const everything: Readonly<Record<Family, string>> = { v4: '0.0.0.0/0', v6: '::/0' };

const isDefaultOf = (family: Family, route: ResultRoute): boolean =>
  isDefaultDestination(route.dst) &&
  route.dst.includes(':') === (family === 'v6') &&
  mainTables.includes(route.table ?? mainTable);

// 0 is "unspecified", which the kernel takes for main; routes of other tables are policy routing, which is nobody's
// default
const mainTable = 254;
const mainTables: readonly number[] = [0, mainTable];

const withDefaults = (family: Family, routes: readonly ResultRoute[], result: Result): Result => ({
  ...result,
  routes: [...result.routes.filter((route) => !isDefaultOf(family, route)), ...routes],
});

/**
 * The delegate's own: a route without gateway goes through the gateway of its address, as plugins do. When the result
 * tells of none, the kernel is left alone: a plugin or a router may have made one without a word (NPWG-56).
 */
function ownRoutes(family: Family, result: Result): Settled {
  const fallback = result.ips.find(
    (ip) => ip.gateway !== undefined && ip.gateway !== '' && ip.address.includes(':') === (family === 'v6'),
  )?.gateway;
  const kernel = result.routes
    .filter((route) => isDefaultOf(family, route))
    .map(({ gw, priority }) => kernelRoute(gw ?? fallback, priority));
  return kernel.length === 0 ? { result } : { result, kernel };
}

// one gateway needs no metric; of several the first is the strongest (NPWG-57)
const metricStep = 100;

function gatewayRoutes(family: Family, gateways: readonly string[], result: Result): Settled {
  const metric = (index: number): number | undefined => (gateways.length > 1 ? (index + 1) * metricStep : undefined);
  const kernel = gateways.map((gateway, index) => kernelRoute(gateway, metric(index)));
  const routes = kernel.map(({ gateway, metric: priority }): ResultRoute => ({
    dst: everything[family],
    ...(gateway !== undefined && { gw: gateway }),
    ...(priority !== undefined && { priority }),
  }));
  return { result: withDefaults(family, routes, result), kernel };
}

const kernelRoute = (gateway: string | undefined, metric: number | undefined): KernelRoute => ({
  ...(gateway !== undefined && { gateway }),
  ...(metric !== undefined && metric > 0 && { metric }),
});
