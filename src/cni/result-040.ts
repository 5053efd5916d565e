import type { JsonObject } from './json.ts';
import { type Fields, compact, defined } from './result-fields.ts';
import { decodeDns, decodeRoute, encodeDns, encodeRoute } from './result-parts.ts';
import { ipVersionOf } from './result-ip-version.ts';
import type { Result, ResultInterface, ResultIp } from './result.ts';

// The shape of versions 0.3.0, 0.3.1 and 0.4.0: `version` in every address, no mtu, socketPath or pciID.

const resultKeys = ['cniVersion', 'interfaces', 'ips', 'routes', 'dns'];

export const decode040 = (fields: Fields): Omit<Result, 'cniVersion'> =>
  defined<Omit<Result, 'cniVersion'>>({
    interfaces: fields.objects('interfaces').map(decodeInterface),
    ips: fields.objects('ips').map(decodeIp),
    routes: fields.objects('routes').map(decodeRoute),
    dns: decodeDns(fields.object('dns')),
    extra: fields.extra(resultKeys),
  });

const decodeInterface = (fields: Fields): ResultInterface =>
  defined<ResultInterface>({
    name: fields.text('name') ?? '',
    mac: fields.text('mac'),
    sandbox: fields.text('sandbox'),
    extra: fields.extra(['name', 'mac', 'sandbox']),
  });

const decodeIp = (fields: Fields): ResultIp =>
  defined<ResultIp>({
    address: fields.text('address') ?? '',
    gateway: fields.text('gateway'),
    interface: fields.integer('interface'),
    version: fields.text('version') ?? '', // Consumers do not distinguish absent from empty.
    extra: fields.extra(['address', 'gateway', 'interface', 'version']),
  });

export const encode040 = (result: Result, lossless: boolean): JsonObject => ({
  ...(lossless && result.extra),
  ...compact({
    interfaces: result.interfaces.map((each) => encodeInterface(each, lossless)),
    ips: result.ips.map((each) => encodeIp(each, lossless)),
    routes: result.routes.map((each) => encodeRoute(each, lossless)),
  }),
  dns: encodeDns(result.dns, lossless),
});

const encodeInterface = ({ name, mac, sandbox, extra }: ResultInterface, lossless: boolean): JsonObject => ({
  ...(lossless && extra),
  name,
  ...compact({ mac, sandbox }),
});

const encodeIp = (ip: ResultIp, lossless: boolean): JsonObject => ({
  ...(lossless && ip.extra),
  version: ipVersionOf(ip),
  ...compact({ interface: ip.interface, gateway: ip.gateway }),
  address: ip.address,
});
