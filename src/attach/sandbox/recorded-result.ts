import { type CniVersion, type JsonObject, type Result, decodeResult } from '../../cni/index.ts';
import type { AttachmentRecord } from '../../plan/index.ts';

/** Returns the recorded result for prevResult, or undefined if there is none. */
export function resultOf(record: AttachmentRecord): Result | undefined {
  const json = record.result;
  return json === undefined ? undefined : decode(json, record.attachment.configuration.cniVersion);
}
const decode = (json: JsonObject, defaultVersion: CniVersion): Result =>
  decodeResult(json, { source: 'recorded result', defaultVersion });
