import type { JsonObject } from './json.ts';
import { type Fields, compact, defined } from './result-fields.ts';
import type { ResultDns, ResultRoute } from './result.ts';

// The parts of a result that have the same form in all shapes.

const dnsKeys = ['nameservers', 'domain', 'search', 'options'];
const routeKeys = ['dst', 'gw', 'mtu', 'advmss', 'priority', 'table', 'scope'];

export const decodeDns = (fields: Fields | undefined): ResultDns =>
  fields === undefined
    ? {}
    : defined<ResultDns>({
        nameservers: fields.texts('nameservers'),
        domain: fields.text('domain'),
        search: fields.texts('search'),
        options: fields.texts('options'),
        extra: fields.extra(dnsKeys),
      });

export const encodeDns = ({ nameservers, domain, search, options, extra }: ResultDns, lossless: boolean): JsonObject =>
  compact({ ...(lossless && extra), nameservers, domain, search, options });

export const decodeRoute = (fields: Fields): ResultRoute =>
  defined<ResultRoute>({
    dst: fields.text('dst') ?? '',
    gw: fields.text('gw'),
    mtu: fields.integer('mtu'),
    advmss: fields.integer('advmss'),
    priority: fields.integer('priority'),
    table: fields.integer('table'),
    scope: fields.integer('scope'),
    extra: fields.extra(routeKeys),
  });

/** Versions before 1.1.0 keep these keys as well, as in libcni (CNI-81). */
export const encodeRoute = (
  { dst, gw, mtu, advmss, priority, table, scope, extra }: ResultRoute,
  lossless: boolean,
): JsonObject => ({
  ...(lossless && extra),
  dst,
  ...compact({ gw, mtu: unlessZero(mtu), advmss: unlessZero(advmss), priority: unlessZero(priority), table, scope }),
});

/** Go omits 0 for a field that is not a pointer. */
export const unlessZero = (value: number | undefined): number | undefined => (value === 0 ? undefined : value);

/** "4" or "6", from an address with or without prefix length. */
export const familyText = (address: string): '4' | '6' => (address.includes(':') ? '6' : '4');
