import { type JsonValue, isJsonObject } from './json.ts';

/** A meta-plugin inside a configuration, and the keys that lead to its `type`. */
export interface NestedMetaPlugin {
  readonly type: string;
  readonly path: readonly (string | number)[];
}

/**
 * Whether a plugin type is a meta-plugin: Plexus or Multus, under any name of their binaries (plexus-direct,
 * multus-shim, multus.old). Attached as a network, a meta-plugin would invoke itself recursively, as root, with a
 * configuration that the network's author chose. libcni rejects a type with a slash. Older plugins pass it to
 * filepath.Join, which removes trailing slashes, `.` and `..`, so every part of a path counts: `multus/`,
 * `multus/x/..`. The shim applies the same rule (src/shim/meta.c).
 */
export const isMetaPlugin = (type: unknown): boolean =>
  typeof type === 'string' && /(?:^|\/)(?:plexus|multus)/.test(type);

/**
 * Finds the first meta-plugin that a configuration names at any depth: a plugin of its list, a plugin's `ipam`, a
 * `delegate` (flannel), an element of `delegates`. Keys match in any case, as in Go. Undefined if there is none.
 */
export function nestedMetaPlugin(json: JsonValue, path: NestedMetaPlugin['path'] = []): NestedMetaPlugin | undefined {
  if (Array.isArray(json)) return firstOf(json.entries(), path);
  if (!isJsonObject(json)) return undefined;
  const own = Object.entries(json).find(([key, value]) => key.toLowerCase() === 'type' && isMetaPlugin(value));
  return own === undefined ? firstOf(Object.entries(json), path) : { type: own[1] as string, path: [...path, own[0]] };
}

function firstOf(
  entries: Iterable<readonly [string | number, JsonValue]>,
  path: NestedMetaPlugin['path'],
): NestedMetaPlugin | undefined {
  for (const [key, value] of entries) {
    const nested = nestedMetaPlugin(value, [...path, key]);
    if (nested !== undefined) return nested;
  }
  return undefined;
}
