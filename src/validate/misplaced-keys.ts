import { type JsonObject, isJsonObject } from '../cni/index.ts';
import { nadKind } from '../npwg/index.ts';
import { didYouMean } from '../plan/index.ts';
import { type Finding, finding, keyAt, keyUnknown } from './finding.ts';
import { schemas } from './plugin-schemas.gen.js';
import { firstFew } from './first-few.ts';
import { isForeign } from './schema-walk.ts';
import { valueAt } from './values.ts';

/** Whether a plugin ('bridge') or an IPAM plugin ('ipam/static') has an option. */
const hasOption = (name: string, key: string): boolean =>
  Object.keys(schemas[name]?.properties ?? {}).some((each) => each.toLowerCase() === key.toLowerCase());

/**
 * Returns the level to which an unknown option belongs; undefined if the options of no neighbouring level include it.
 */
export function rightLevel(
  key: string,
  { plugin, ipam }: { readonly plugin?: string | undefined; readonly ipam?: string | undefined },
): string | undefined {
  if (ipam !== undefined && hasOption(`ipam/${ipam}`, key)) return `it belongs in "ipam", among the options of ${ipam}`;
  if (plugin !== undefined && (hasOption(plugin, key) || hasOption('common', key)))
    return `it belongs beside "type": ${JSON.stringify(plugin)}, outside of "ipam"`;
  return undefined;
}

const listKeys = [
  'cniVersion',
  'cniVersions',
  'name',
  'disableCheck',
  'disableGC',
  'loadOnlyInlinedPlugins',
  'plugins',
];

/** Reports keys beside "plugins" that no plugin reads, because plugins get only the name and version of the list. */
export function listFindings(value: JsonObject): readonly Finding[] {
  const { plugins } = value;
  if (!Array.isArray(plugins) || typeof value['type'] === 'string') return [];
  const types = plugins.flatMap((each) =>
    isJsonObject(each) && typeof each['type'] === 'string' ? [each['type']] : [],
  );
  const unread = Object.keys(value).filter(
    (key) => !isForeign(key) && !listKeys.some((each) => each.toLowerCase() === key.toLowerCase()),
  );
  return firstFew(unread, (key) =>
    finding(
      keyUnknown,
      keyAt([key]),
      { key },
      `no plugin reads ${JSON.stringify(key)} beside "plugins"${adviceOn(key, types)}`,
    ),
  );
}

function adviceOn(key: string, types: readonly string[]): string {
  const owner = types.find((type) => hasOption(type, key)) ?? (hasOption('common', key) ? types[0] : undefined);
  if (owner !== undefined) return `: it belongs in the list, beside "type": ${JSON.stringify(owner)}`;
  const meant = didYouMean(key, [...listKeys, 'capabilities']);
  return meant === undefined
    ? ''
    : `; did you mean ${JSON.stringify(meant)}${meant === 'capabilities' ? ', which belongs in the list, beside the "type" of a plugin' : ''}?`;
}

/** Reports the `config` of a NetworkAttachmentDefinition that is outside of its spec. */
export function configFindings(object: unknown): readonly Finding[] {
  if (valueAt(object, ['spec', 'config']) !== undefined) return [];
  const outside = [['config'], ['metadata', 'config'], ['metadata', 'spec', 'config']].find(
    (path) => valueAt(object, path) !== undefined,
  );
  if (outside === undefined) return [];
  return [
    finding(
      keyUnknown,
      keyAt(outside),
      { key: 'config', meant: 'spec.config' },
      `Plexus does not read ${outside.join('.')} of a ${nadKind}: it belongs in "spec"`,
    ),
  ];
}
