import { isJsonObject } from '../cni/index.ts';
import type { PatchOperation } from './review.ts';

/**
 * The JSON patch that turns one value into another. Lists are compared item by item; the webhook only appends to lists,
 * so no operation moves an item.
 */
export function patchOf(before: unknown, after: unknown, path = ''): readonly PatchOperation[] {
  if (before === after) return [];
  if (Array.isArray(before) && Array.isArray(after) && after.length >= before.length)
    return after.flatMap((item: unknown, index): readonly PatchOperation[] =>
      index < before.length
        ? patchOf(before[index], item, `${path}/${index}`)
        : [{ op: 'add', path: `${path}/-`, value: item }],
    );
  if (!isJsonObject(before) || !isJsonObject(after)) return [{ op: 'replace', path, value: after }];
  const added = Object.entries(after).flatMap(([key, value]): readonly PatchOperation[] => {
    const place = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return Object.hasOwn(before, key) ? patchOf(before[key], value, place) : [{ op: 'add', path: place, value }];
  });
  const removed = Object.keys(before)
    .filter((key) => !Object.hasOwn(after, key))
    .map((key) => ({ op: 'remove', path: `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}` }) as const);
  return [...added, ...removed];
}
