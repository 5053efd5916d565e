import type { Result, ResultInterface, ResultIp } from './result.ts';

/**
 * Returns `after` plus everything of `before` that it lacks. A plugin in the middle of a chain must pass on its
 * prevResult even if a delegate ignored it (CNI-22). Indexes of `after` stay unchanged.
 */
export function mergeResults(before: Result, after: Result): Result {
  const missing = before.interfaces.filter((each) => !after.interfaces.some((other) => isSame(each, other)));
  const interfaces = [...after.interfaces, ...missing];
  const ips = before.ips
    .filter((ip) => !after.ips.some((other) => other.address === ip.address))
    .map((ip) => withMovedIndex(ip, before, interfaces));
  const routes = before.routes.filter(
    (route) => !after.routes.some((other) => other.dst === route.dst && other.gw === route.gw),
  );
  const dns = Object.keys(after.dns).length > 0 ? after.dns : before.dns;
  return { ...after, interfaces, ips: [...after.ips, ...ips], routes: [...after.routes, ...routes], dns };
}

const isSame = (one: ResultInterface, other: ResultInterface): boolean =>
  one.name === other.name && (one.sandbox ?? '') === (other.sandbox ?? '');

function withMovedIndex(ip: ResultIp, from: Result, to: readonly ResultInterface[]): ResultIp {
  const target = ip.interface === undefined ? undefined : from.interfaces[ip.interface];
  return target === undefined ? ip : { ...ip, interface: to.findIndex((each) => isSame(each, target)) };
}
