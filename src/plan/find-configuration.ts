import {
  type ConfFile,
  type ConfPath,
  type JsonObject,
  type NetworkConfiguration,
  parseConfiguration,
  parseJsonObject,
  wantsSiblingPlugins,
  nestedMetaPlugin,
} from '../cni/index.ts';
import {
  type PlexusError,
  type Warning,
  configurationInvalid,
  fileSkipped,
  networkFileMissing,
  nodeNetworkMissing,
  problemOf,
} from '../errors/index.ts';

/** A network configuration found in files, with the warnings of the search. */
export interface Found {
  readonly configuration: NetworkConfiguration;
  /** The path of its file. */
  readonly path: string;
  readonly warnings: readonly Warning[];
}

interface Decoded {
  readonly path: string;
  readonly json: JsonObject;
}

/**
 * Returns the configuration in a folder whose JSON `name` matches; lists come before single configurations, then by
 * file name (NPWG-08). Files that cannot be read cause warnings (NPWG-11). Throws networkFileMissing.
 */
export function findByName(listing: ConfPath, name: string, folder: string): Found {
  const { decoded, warnings } = decodeAll(listing);
  const named = decoded.filter(({ json }) => json['name'] === name);
  const best = named.find(({ json }) => isList(json)) ?? named[0];
  if (best === undefined) throw missing(listing, name, folder);
  return { configuration: configurationOf(best, listing), path: best.path, warnings };
}

/**
 * Returns the configuration at a path: the file, or the first valid one of a folder, as in Multus. Throws
 * nodeNetworkMissing, which the runtime retries, because the file may be about to be written.
 */
export function findByPath(listing: ConfPath, path: string): Found {
  const { decoded, warnings } = decodeAll(listing);
  const [first] = decoded;
  if (first === undefined)
    throw nodeNetworkMissing({
      path,
      problem:
        listing.kind === 'missing'
          ? listing.problem
          : shortList(warnings.map(({ text }) => text)) || 'the folder contains no network configuration',
    });
  return { configuration: configurationOf(first, listing), path: first.path, warnings };
}

/** Returns the plugin objects in a folder's `.conf` files, sorted by file name. */
export function pluginsIn(listing: ConfPath): {
  readonly plugins: readonly JsonObject[];
  readonly warnings: readonly Warning[];
} {
  const { decoded, warnings } = decodeAll(listing);
  return { plugins: decoded.filter(({ path }) => path.endsWith('.conf')).map(({ json }) => json), warnings };
}

function missing(listing: ConfPath, network: string, folder: string): PlexusError {
  const { decoded, warnings } = decodeAll(listing);
  const names = decoded.map(({ json }) => nameIn(json) || '(no name)');
  const present =
    listing.kind === 'missing'
      ? listing.problem
      : shortList([...names, ...warnings.map(({ text }) => text)]) || 'nothing';
  return networkFileMissing({ network, folder, present });
}

function decodeAll(listing: ConfPath): { decoded: readonly Decoded[]; warnings: readonly Warning[] } {
  const outcomes = filesOf(listing).map(decode);
  return {
    decoded: outcomes.filter((each) => 'json' in each),
    warnings: outcomes.flatMap((each) => ('problem' in each ? [fileSkipped(each)] : [])),
  };
}

function filesOf(listing: ConfPath): readonly ConfFile[] {
  switch (listing.kind) {
    case 'file':
      return [listing.file];
    case 'folder':
      return listing.files;
    case 'missing':
      return [];
  }
}

function decode({ path, content }: ConfFile): Decoded | { readonly path: string; readonly problem: string } {
  if ('problem' in content) return { path, problem: content.problem };
  try {
    const json = parseJsonObject(content.text, path);
    // the node's configuration folder also contains the file of Plexus, which sorts first
    const nested = nestedMetaPlugin(json);
    return nested === undefined
      ? { path, json }
      : { path, problem: `it runs ${nested.type}, which would invoke Plexus recursively` };
  } catch (error) {
    return { path, problem: problemOf(error) };
  }
}

const nameIn = (json: JsonObject): string => (typeof json['name'] === 'string' ? json['name'] : '');

const isList = (json: JsonObject): boolean => typeof json['type'] !== 'string' || json['type'] === '';

function configurationOf({ path, json }: Decoded, listing: ConfPath): NetworkConfiguration {
  const usesSiblings = isList(json) && path.endsWith('.conflist') && wantsSiblingPlugins(json);
  const siblingPlugins = usesSiblings ? siblingsOf(listing, nameIn(json)).map(siblingPlugin) : [];
  return parseConfiguration(json, { source: path, siblingPlugins });
}

// part of the list, so it cannot be skipped like an unrelated file
function siblingPlugin({ path, content }: ConfFile): JsonObject {
  if ('text' in content) return parseJsonObject(content.text, path);
  throw configurationInvalid({ source: path, problem: content.problem });
}

function siblingsOf(listing: ConfPath, name: string): readonly ConfFile[] {
  if (listing.kind === 'file') return listing.siblings;
  return listing.kind === 'folder' && Object.hasOwn(listing.siblings, name) ? (listing.siblings[name] ?? []) : [];
}

const maxShown = 20;

const shortList = (items: readonly string[]): string =>
  [...items.slice(0, maxShown), ...(items.length > maxShown ? [`and ${items.length - maxShown} more`] : [])].join(', ');
