import { type CniVersion, type JsonObject, type Result, decodeResult } from '../../cni/index.ts';
import type { AttachmentRecord } from '../../plan/index.ts';

/** The recorded result for prevResult; decoded leniently, because a record of ours always holds one. */
export function resultOf(record: AttachmentRecord): Result | undefined {
  const json = record.result;
  return json === undefined ? undefined : decode(json, record.attachment.configuration.cniVersion);
}
const decode = (json: JsonObject, defaultVersion: CniVersion): Result =>
  decodeResult(json, { source: 'recorded result', defaultVersion });
