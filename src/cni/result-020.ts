import { resultNotConvertible } from '../errors/index.ts';
import type { JsonObject } from './json.ts';
import { type Fields, compact, defined } from './result-fields.ts';
import { ipVersionOf } from './result-ip-version.ts';
import { decodeDns, decodeRoute, encodeDns, familyText } from './result-parts.ts';
import type { Result, ResultIp, ResultRoute } from './result.ts';

// The shape of versions 0.1.0 and 0.2.0: at most one address of each family, with its routes inside.

export function decode020(fields: Fields): Omit<Result, 'cniVersion'> {
  const families = [fields.object('ip4'), fields.object('ip6')].filter((each) => each !== undefined);
  return defined<Omit<Result, 'cniVersion'>>({
    interfaces: [],
    ips: families.map(decodeIp),
    routes: families.flatMap((each) => each.objects('routes').map(decodeRoute)),
    dns: decodeDns(fields.object('dns')),
    extra: fields.extra(['cniVersion', 'ip4', 'ip6', 'dns']),
  });
}

const decodeIp = (fields: Fields): ResultIp =>
  defined<ResultIp>({
    address: fields.text('ip') ?? '',
    gateway: fields.text('gateway'),
    extra: fields.extra(['ip', 'gateway', 'routes']),
  });

/**
 * Formats a result in this shape. Throws resultNotConvertible if a result of a later version has no address that the
 * shape can hold.
 */
export function encode020(result: Result, lossless: boolean): JsonObject {
  const first = (version: '4' | '6'): ResultIp | undefined => result.ips.find((ip) => ipVersionOf(ip) === version);
  const [ip4, ip6] = [first('4'), first('6')];
  const isOwnShape = result.cniVersion === '0.1.0' || result.cniVersion === '0.2.0';
  if (ip4 === undefined && ip6 === undefined && !isOwnShape) {
    throw resultNotConvertible({
      from: result.cniVersion,
      to: '0.2.0',
      problem: 'the result has no valid IP address, and version 0.2.0 can contain nothing else',
    });
  }
  return {
    ...(lossless && result.extra),
    ...compact({ ip4: ip4 && encodeIp(ip4, result, lossless), ip6: ip6 && encodeIp(ip6, result, lossless) }),
    dns: encodeDns(result.dns, lossless),
  };
}

const encodeIp = (ip: ResultIp, result: Result, lossless: boolean): JsonObject => ({
  ...(lossless && ip.extra),
  ip: ip.address,
  ...compact({
    gateway: ip.gateway,
    routes: result.routes.filter((route) => familyText(route.dst) === familyText(ip.address)).map(encodeRoute),
  }),
});

const encodeRoute = ({ dst, gw }: ResultRoute): JsonObject => ({ dst, ...compact({ gw }) });
