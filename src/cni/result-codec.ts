import { resultInvalid } from '../errors/index.ts';
import { type JsonObject, type JsonValue, isJsonObject, nameOfType } from './json.ts';
import { decode020, encode020 } from './result-020.ts';
import { decode040, encode040 } from './result-040.ts';
import { decode100, encode100 } from './result-100.ts';
import { type Fields, fieldsOf } from './result-fields.ts';
import type { Result } from './result.ts';
import { type CniVersion, cniVersions, isCniVersion } from './version.ts';

interface Shape {
  readonly decode: (fields: Fields) => Omit<Result, 'cniVersion'>;
  readonly encode: (result: Result, lossless: boolean) => JsonObject;
}
const shape020: Shape = { decode: decode020, encode: encode020 };
const shape040: Shape = { decode: decode040, encode: encode040 };
const shape100: Shape = { decode: decode100, encode: encode100 };

const shapes: Readonly<Record<CniVersion, Shape>> = {
  '0.1.0': shape020,
  '0.2.0': shape020,
  '0.3.0': shape040,
  '0.3.1': shape040,
  '0.4.0': shape040,
  '1.0.0': shape100,
  '1.1.0': shape100,
};

export interface DecodeOptions {
  /** Names the result in errors. */
  readonly source: string;
  /** The version of a result that states none (CNI-67). */
  readonly defaultVersion: CniVersion;
}

/**
 * Decodes a result as a plugin printed it (CNI specification, section 5). `null` is an empty result. Throws
 * resultInvalid for anything that is not a result.
 */
export function decodeResult(value: JsonValue, { source, defaultVersion }: DecodeOptions): Result {
  const json = value ?? {};
  if (!isJsonObject(json)) throw resultInvalid({ source, problem: `it is ${nameOfType(json)}, not an object` });
  const written = json['cniVersion'] ?? '';
  const cniVersion = written === '' ? defaultVersion : written;
  if (!isCniVersion(cniVersion)) {
    throw resultInvalid({
      source,
      problem: `unsupported CNI result version ${JSON.stringify(cniVersion)} (supported: ${cniVersions.join(', ')})`,
    });
  }
  return { cniVersion, ...shapes[cniVersion].decode(fieldsOf(json, source)) };
}

/**
 * Formats a result in the shape of a version. Unknown keys are included only for the version they came in (CNI-79 to
 * CNI-81). Throws resultNotConvertible.
 */
export const encodeResult = (result: Result, version: CniVersion): JsonObject => ({
  cniVersion: version,
  ...shapes[version].encode(result, version === result.cniVersion),
});

/** Formats a result for a container runtime, without an index out of range, on which containerd fails (K8S-56). */
export function encodeForRuntime(result: Result, version: CniVersion): JsonObject {
  const pointsNowhere = (index: number | undefined): boolean =>
    index !== undefined && (index < 0 || index >= result.interfaces.length);
  const ips = result.ips.map((ip) => {
    const { interface: index, ...rest } = ip;
    return pointsNowhere(index) ? rest : ip;
  });
  return encodeResult({ ...result, ips }, version);
}
