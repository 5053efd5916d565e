import { badRequest, unsupportedMediaType } from './api-error.ts';
import { asObject, isObject, type JsonObject } from './json.ts';
import { applyJsonPatch } from './json-patch.ts';
import type { ResourceType } from './resource-type.ts';
import { strategicMerge } from './strategic-merge.ts';

/**
 * Throws 415 for a patch type that the resource does not support. Server-side apply is in apply.ts; a strategic merge
 * patch works for built-in types only, as on a real server.
 */
export function refusePatchType(type: ResourceType, contentType: string): void {
  const accepted = [
    'application/json-patch+json',
    'application/merge-patch+json',
    ...(type.custom ? [] : ['application/strategic-merge-patch+json']),
  ];
  if (!accepted.includes(contentType)) throw unsupportedMediaType(accepted);
}

/** Applies a patch whose type refusePatchType has accepted. */
export function applyPatch(contentType: string, document: JsonObject, patch: unknown): JsonObject {
  switch (contentType) {
    case 'application/merge-patch+json':
      return asObject(mergePatch(document, patch));
    case 'application/json-patch+json':
      return applyJsonPatch(document, patch);
    default:
      if (!isObject(patch)) throw badRequest('a strategic merge patch is a JSON object');
      return strategicMerge(document, patch);
  }
}

/** RFC 7396. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = { ...asObject(target) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}
