import { isObject, type JsonObject } from './json.ts';

// The key of a list's entries, by the list's field name (patchMergeKey of the built-in types).
const mergeKeys: Readonly<Record<string, string>> = {
  addresses: 'type',
  conditions: 'type',
  containers: 'name',
  env: 'name',
  ephemeralContainers: 'name',
  hostAliases: 'ip',
  hostIPs: 'ip',
  imagePullSecrets: 'name',
  initContainers: 'name',
  ownerReferences: 'uid',
  podIPs: 'ip',
  ports: 'containerPort',
  resourceClaimStatuses: 'name',
  resourceClaims: 'name',
  topologySpreadConstraints: 'topologyKey',
  volumeDevices: 'devicePath',
  volumeMounts: 'mountPath',
  volumes: 'name',
};
const mergedPrimitives = ['finalizers', 'podCIDRs'];

const orderDirective = '$setElementOrder/';
const deleteDirective = '$deleteFromPrimitiveList/';

/**
 * Strategic merge patch: merges lists of named objects entry by entry; supports $patch, $retainKeys and list
 * directives.
 */
export function strategicMerge(current: JsonObject, patch: JsonObject): JsonObject {
  const { $patch: how, $retainKeys: retained, ...changes } = patch;
  if (how === 'replace') return changes;
  if (how === 'delete') return {};
  const merged: JsonObject = Array.isArray(retained)
    ? Object.fromEntries(Object.entries(current).filter(([key]) => retained.includes(key)))
    : { ...current };
  for (const [key, value] of Object.entries(changes)) mergeField(merged, key, value);
  for (const [key, value] of Object.entries(changes)) applyDirective(merged, key, value);
  return merged;
}

function mergeField(merged: JsonObject, key: string, value: unknown): void {
  if (key.startsWith('$')) return;
  if (value === null) delete merged[key];
  else merged[key] = mergeValue(key, merged[key], value);
}

function mergeValue(key: string, current: unknown, value: unknown): unknown {
  if (isObject(value)) return strategicMerge(isObject(current) ? current : {}, value);
  if (!Array.isArray(value)) return value;
  const list: unknown[] = Array.isArray(current) ? current : [];
  if (mergedPrimitives.includes(key)) return [...new Set([...list, ...value])];
  const mergeKey = mergeKeys[key];
  return mergeKey !== undefined && value.every(isObject) ? mergeList(list.filter(isObject), value, mergeKey) : value;
}

function mergeList(current: readonly JsonObject[], patch: readonly JsonObject[], mergeKey: string): JsonObject[] {
  const replaced = patch.some((entry) => entry['$patch'] === 'replace' && entry[mergeKey] === undefined);
  const merged = replaced ? [] : [...current];
  for (const entry of patch) mergeEntry(merged, entry, mergeKey);
  return merged;
}

function mergeEntry(merged: JsonObject[], entry: JsonObject, mergeKey: string): void {
  const index = merged.findIndex((existing) => existing[mergeKey] === entry[mergeKey]);
  if (entry[mergeKey] === undefined) return;
  if (entry['$patch'] === 'delete') {
    if (index !== -1) merged.splice(index, 1);
  } else if (index === -1) merged.push(strategicMerge({}, entry));
  else merged[index] = strategicMerge(merged[index] ?? {}, entry);
}

function applyDirective(merged: JsonObject, key: string, value: unknown): void {
  if (!Array.isArray(value)) return;
  if (key.startsWith(deleteDirective)) {
    const field = key.slice(deleteDirective.length);
    const list = merged[field];
    if (Array.isArray(list)) merged[field] = list.filter((entry) => !value.includes(entry));
  } else if (key.startsWith(orderDirective)) {
    const field = key.slice(orderDirective.length);
    const list = merged[field];
    if (Array.isArray(list)) merged[field] = ordered(list, value, mergeKeys[field]);
  }
}

/** Sorts as the directive states; entries that it does not name follow the named ones. */
function ordered(list: readonly unknown[], order: readonly unknown[], mergeKey: string | undefined): unknown[] {
  const identity = (entry: unknown): unknown => (mergeKey !== undefined && isObject(entry) ? entry[mergeKey] : entry);
  const ranks = new Map(order.map((entry, rank) => [identity(entry), rank]));
  const rankOf = (entry: unknown): number => ranks.get(identity(entry)) ?? order.length;
  return list.toSorted((a, b) => rankOf(a) - rankOf(b));
}
