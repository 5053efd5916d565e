import { isIP } from 'node:net';
import type { FieldError } from './api-error.ts';
import { asObject, asText, isObject, type JsonObject, type KubeObject, sameJson, valueAt } from './json.ts';
import { invalidField, requiredField } from './metadata-rules.ts';

const deviceKeys = ['driver', 'pool', 'device', 'shareID'];

/** What identifies an entry of status.devices (the list-map keys of the API). */
export const deviceKey = (entry: JsonObject): string => JSON.stringify(deviceKeys.map((key) => entry[key] ?? ''));

export const devicesOf = (claim: JsonObject): readonly JsonObject[] => objectsAt(claim, ['status', 'devices']);

/** Validates a claim: its requests must not change, and published devices must be allocated to it. */
export function validateClaim(claim: KubeObject, before: KubeObject | undefined): FieldError[] {
  const isChanged = before !== undefined && !sameJson(claim['spec'], before['spec']);
  return [...(isChanged ? [invalidField('spec', claim['spec'], 'field is immutable')] : []), ...checkDevices(claim)];
}

export function validateSlice(slice: KubeObject): FieldError[] {
  const needed = [['driver'], ['pool', 'name']].filter((path) => asText(valueAt(slice, ['spec', ...path])) === '');
  const selections = ['nodeName', 'nodeSelector', 'allNodes', 'perDeviceNodeSelection'].filter((key) =>
    Boolean(valueAt(slice, ['spec', key])),
  );
  return [
    ...needed.map((path) => requiredField(['spec', ...path].join('.'))),
    ...(selections.length === 1
      ? []
      : [
          invalidField(
            'spec',
            selections,
            'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required',
          ),
        ]),
  ];
}

/** The drivers whose entries differ between two versions of a claim. */
export function changedDrivers(one: JsonObject, other: JsonObject): readonly string[] {
  const drivers = [...new Set([...devicesOf(one), ...devicesOf(other)].map(({ driver }) => asText(driver)))];
  const ofDriver = (claim: JsonObject, driver: string): readonly JsonObject[] =>
    devicesOf(claim).filter((entry) => entry['driver'] === driver);
  return drivers.filter((driver) => !sameJson(ofDriver(one, driver), ofDriver(other, driver)));
}

function checkDevices(claim: JsonObject): FieldError[] {
  const entries = devicesOf(claim);
  const allocated = objectsAt(claim, ['status', 'allocation', 'devices', 'results']).map(deviceKey);
  return entries.flatMap((entry, index) => {
    const path = `status.devices[${index}]`;
    const keys = entries.slice(0, index).map(deviceKey);
    return [
      ...['driver', 'pool', 'device']
        .filter((key) => asText(entry[key]) === '')
        .map((key) => requiredField(`${path}.${key}`)),
      ...(allocated.includes(deviceKey(entry))
        ? []
        : [invalidField(path, entry, 'must be an allocated device in the claim')]),
      ...(keys.includes(deviceKey(entry)) ? [invalidField(path, entry, 'Duplicate value')] : []),
      ...tooMany(`${path}.conditions`, entry['conditions'], 8),
      ...tooLong(`${path}.data`, entry['data'] === undefined ? '' : JSON.stringify(entry['data']), 10 * 1024),
      ...checkNetworkData(`${path}.networkData`, asObject(entry['networkData'])),
    ];
  });
}

function checkNetworkData(path: string, data: JsonObject): FieldError[] {
  const ips: readonly unknown[] = Array.isArray(data['ips']) ? data['ips'] : [];
  return [
    ...tooLong(`${path}.interfaceName`, asText(data['interfaceName']), 256),
    ...tooLong(`${path}.hardwareAddress`, asText(data['hardwareAddress']), 128),
    ...tooMany(`${path}.ips`, ips, 16),
    ...(new Set(ips).size < ips.length ? [invalidField(`${path}.ips`, ips, 'Duplicate value')] : []),
    ...ips
      .filter((ip) => !isCidr(asText(ip)))
      .map((ip) =>
        invalidField(`${path}.ips`, ip, 'must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)'),
      ),
  ];
}

function isCidr(text: string): boolean {
  const [address = '', prefix = '', ...more] = text.split('/');
  const family = isIP(address);
  return (
    family !== 0 &&
    more.length === 0 &&
    /^(0|[1-9]\d*)$/.test(prefix) &&
    Number(prefix) <= (family === 4 ? 32 : 128) &&
    address === address.toLowerCase()
  );
}

const tooLong = (field: string, text: string, most: number): FieldError[] =>
  Buffer.byteLength(text) > most
    ? [{ field, reason: 'FieldValueTooLong', message: `Too long: may not be more than ${most} bytes` }]
    : [];
const tooMany = (field: string, list: unknown, most: number): FieldError[] =>
  Array.isArray(list) && list.length > most
    ? [{ field, reason: 'FieldValueTooLong', message: `Too many: ${list.length}: must have at most ${most} items` }]
    : [];

function objectsAt(object: JsonObject, path: readonly string[]): readonly JsonObject[] {
  const list = valueAt(object, path);
  return Array.isArray(list) ? list.filter(isObject) : [];
}
