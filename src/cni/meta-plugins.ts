import { foldedLikeGo } from './folded-keys.ts';
import { type JsonValue, isJsonObject } from './json.ts';

/** A plugin inside a configuration, and the keys that lead to its `type`. */
export interface NestedPlugin {
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
export const nestedMetaPlugin = (json: JsonValue): NestedPlugin | undefined => findType(json, isMetaPlugin);

/**
 * Finds the first `type` with a slash in an `ipam`, a `delegate` or an element of `delegates`, at any depth. A plugin
 * looks up such a type with FindInPath of the CNI library, which has refused every path separator since version 0.8.1
 * (pkg/invoke/find.go, "invalid plugin name"). Older versions run a file of any folder (CVE-2021-20206). So no network
 * that works has such a type. Other objects may have one: their `type` need not name a plugin. Meta-plugins are left to
 * nestedMetaPlugin.
 */
export const nestedPath = (json: JsonValue): NestedPlugin | undefined =>
  findType(
    json,
    (type, isDelegate) => isDelegate && typeof type === 'string' && type.includes('/') && !isMetaPlugin(type),
  );

/** Why such a type is refused, as part of a sentence. */
export const nestedPathProblem = ({ type, path }: NestedPlugin): string =>
  `"type" ${JSON.stringify(type)} in ${path.slice(0, -1).join('.')} is not a plugin's bare file name`;

type IsWanted = (type: JsonValue, isDelegate: boolean) => boolean;
const delegateKeys = new Set(['ipam', 'delegate', 'delegates']);

interface Place {
  readonly path: NestedPlugin['path'];
  /** Whether the object there names a plugin that the plugin runs. */
  readonly isDelegate: boolean;
}

function findType(
  json: JsonValue,
  isWanted: IsWanted,
  { path, isDelegate }: Place = { path: [], isDelegate: false },
): NestedPlugin | undefined {
  const inList = Array.isArray(json);
  if (!inList && !isJsonObject(json)) return undefined;
  const entries = Object.entries(json);
  const own = inList
    ? undefined
    : entries.find(([key, value]) => foldedLikeGo(key) === 'type' && isWanted(value, isDelegate));
  if (own !== undefined) return { type: own[1] as string, path: [...path, own[0]] };
  for (const [key, value] of entries) {
    const place = inList
      ? { path: [...path, Number(key)], isDelegate }
      : { path: [...path, key], isDelegate: delegateKeys.has(foldedLikeGo(key)) };
    const nested = findType(value, isWanted, place);
    if (nested !== undefined) return nested;
  }
  return undefined;
}
