import { createHash } from 'node:crypto';
import { type PodMetadata, networksKey } from '../npwg/index.ts';

/** Returns a digest of a pod's networks annotation; the same for a pod without one as for no other text. */
export function networksDigest(annotations: PodMetadata['annotations']): string {
  const text = annotations[networksKey];
  return text === undefined ? 'none' : createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
