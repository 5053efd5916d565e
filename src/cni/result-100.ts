import type { JsonObject } from './json.ts';
import { type Fields, compact, defined } from './result-fields.ts';
import { decodeDns, decodeRoute, encodeDns, encodeRoute, unlessZero } from './result-parts.ts';
import type { Result, ResultInterface, ResultIp } from './result.ts';

// The shape of versions 1.0.0 and 1.1.0.

const interfaceKeys = ['name', 'mac', 'mtu', 'sandbox', 'socketPath', 'pciID'];
const resultKeys = ['cniVersion', 'interfaces', 'ips', 'routes', 'dns'];

export const decode100 = (fields: Fields): Omit<Result, 'cniVersion'> =>
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
    mtu: fields.integer('mtu'),
    sandbox: fields.text('sandbox'),
    socketPath: fields.text('socketPath'),
    pciID: fields.text('pciID'),
    extra: fields.extra(interfaceKeys),
  });

const decodeIp = (fields: Fields): ResultIp =>
  defined<ResultIp>({
    address: fields.text('address') ?? '',
    gateway: fields.text('gateway'),
    interface: fields.integer('interface'),
    extra: fields.extra(['address', 'gateway', 'interface']),
  });

export function encode100(result: Result, lossless: boolean): JsonObject {
  const dns = encodeDns(result.dns, lossless);
  return {
    ...(lossless && result.extra),
    ...compact({
      interfaces: result.interfaces.map((each) => encodeInterface(each, lossless)),
      ips: result.ips.map((each) => encodeIp(each, lossless)),
      routes: result.routes.map((each) => encodeRoute(each, lossless)),
    }),
    ...(Object.keys(dns).length > 0 && { dns }),
  };
}

const encodeInterface = (
  { name, mac, mtu, sandbox, socketPath, pciID, extra }: ResultInterface,
  lossless: boolean,
): JsonObject => ({
  ...(lossless && extra),
  name,
  ...compact({ mac, mtu: unlessZero(mtu), sandbox, socketPath, pciID }),
});

const encodeIp = ({ address, gateway, interface: index, extra }: ResultIp, lossless: boolean): JsonObject => ({
  ...(lossless && extra),
  address,
  ...compact({ gateway, interface: index }),
});
