import { type JsonValue, isJsonObject } from './json.ts';

/** A meta-plugin that a configuration names, and where: the keys that lead to its `type`. */
export interface NestedMetaPlugin {
  readonly type: string;
  readonly path: readonly (string | number)[];
}

/**
 * Whether a plugin type is a program that runs networks of its own configuration: Plexus or Multus, under any of the
 * names that their programs have or may get (plexus-direct, multus-shim, multus.old). As a network it would call itself
 * without end, and as root with a configuration that the author of the network chose. libcni refuses a type with a
 * slash; older plugins pass it to filepath.Join, which removes slashes at the end, `.` and `..`. So every part of a path
 * counts: `multus/`, `multus/x/..`. The shim decides the same way (src/shim/meta.c).
 */
export const isMetaPlugin = (type: unknown): boolean =>
  typeof type === 'string' && /(?:^|\/)(?:plexus|multus)/.test(type);

/**
 * The first meta-plugin that a configuration names at any depth: a plugin of its list, the `ipam` of one, a `delegate`
 * (flannel), an element of `delegates`. Keys are matched in any case, as Go does. Undefined when there is none.
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
