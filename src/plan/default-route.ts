import type { Result, ResultRoute } from '../cni/index.ts';
import { isDefaultDestination, parseIp } from '../npwg/index.ts';
import type { Attachment, DefaultRoute, DefaultRoutes } from './attachment.ts';

type Family = 'v4' | 'v6';

/**
 * Decides which delegate has the default route, per address family (NPWG-53 to NPWG-57). `requested` contains, per
 * delegate, the gateways if the pod requested the default route there. An empty list claims both families; other lists
 * claim the families of their gateways. A family that is not claimed stays unmanaged everywhere.
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

/** A default route that the kernel must have. */
export interface KernelRoute {
  readonly gateway?: string;
  readonly metric?: number;
}
/** The default routes that an interface must have, by family. An absent family is not changed. */
export interface KernelRoutes {
  readonly v4?: readonly KernelRoute[];
  readonly v6?: readonly KernelRoute[];
}

/**
 * Returns the default routes that the kernel must have after a delegate's ADD, and the result updated to match
 * (NPWG-54, NPWG-58).
 */
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

// the kernel treats table 0 (unspecified) as main; routes in other tables are policy routing, not default routes
const mainTable = 254;
const mainTables: readonly number[] = [0, mainTable];

const withDefaults = (family: Family, routes: readonly ResultRoute[], result: Result): Result => ({
  ...result,
  routes: [...result.routes.filter((route) => !isDefaultOf(family, route)), ...routes],
});

/**
 * Returns the delegate's own default routes. A route without a gateway uses the gateway of its address, as plugins do.
 * If the result contains none, the kernel is not changed, because a plugin or a router may have added one without
 * reporting it (NPWG-56).
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

// a single gateway needs no metric; of several, the first is preferred (NPWG-57)
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
