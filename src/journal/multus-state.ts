import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type DelInvocation,
  type JsonValue,
  type NetworkConfiguration,
  isJsonObject,
  jsonBudget,
  jsonObjectIn,
  parseConfiguration,
  parseJson,
  podOfArgs,
} from '../cni/index.ts';
import { problemOf, recordDamaged } from '../errors/index.ts';
import {
  beneath,
  beneathIfPresent,
  isFileName,
  openFolder,
  readIfPresent,
  readRegularText,
  removeFile,
} from '../files/index.ts';
import type { AttachmentRecord, SandboxRecord } from '../plan/index.ts';

/** The state that Multus left on a node about pods that it attached. */
export interface MultusState {
  /**
   * The sandbox as a journal record; undefined if Multus has no state of it. Rejects with recordDamaged, fileUnusable.
   */
  readonly read: (call: DelInvocation) => Promise<SandboxRecord | undefined>;
  /** Removes Multus's state of a sandbox that is undone or in our journal. Resolves also if there is none. */
  readonly remove: (containerId: string) => Promise<void>;
}

/**
 * Reads Multus's state folder: one file for each sandbox, and libcni's cached results below it. The daemon can write
 * there, and direct mode is root on the node, so this code reads only regular files, follows no links, and removes
 * files beneath a folder descriptor.
 */
export function multusState(folder: string): MultusState {
  return {
    read: async (call) => {
      const { containerId, ifName, netns, networkName, cniVersion } = call;
      if (!isStateName(containerId)) return undefined;
      const file = join(folder, containerId);
      const text = readState(file);
      if (text === undefined) return undefined;
      const delegates = decodeDelegates(text, file, ifName);
      const fits = jsonBudget(mostWeight);
      const attachments = delegates.map((delegate) => {
        const cached = readCached(folder, `${delegate.configuration.name}-${containerId}-${delegate.interfaceName}`);
        return recordOf(delegate, fits(cached) ? cached : '', call.env['CNI_ARGS'] ?? '');
      });
      const { namespace, name, uid } = podOfArgs(call.args);
      return {
        formatVersion: 1,
        containerId,
        ifName,
        netns: netns ?? '',
        networkName,
        cniVersion,
        ...(namespace !== undefined &&
          name !== undefined && { pod: { namespace, name, ...(uid !== undefined && { uid }) } }),
        complete: true,
        createdAt,
        attachments,
      };
    },
    remove: async (containerId) => {
      if (!isStateName(containerId)) return;
      await removeFile(join(folder, containerId));
      await removeCached(join(folder, 'results'), `-${containerId}-`);
    },
  };
}

// Bounds the configurations of a sandbox, and its cached results, in bytes of memory: a few kilobytes for each network.
const mostWeight = 32 * 1024 * 1024;
const createdAt = '1970-01-01T00:00:00.000Z'; // unknown
const isStateName = (containerId: string): boolean => isFileName(containerId) && containerId !== 'results';

/** One delegate of Multus: its configuration and interface. */
export interface MultusDelegate {
  readonly network: string;
  readonly interfaceName: string;
  readonly isDefault: boolean;
  readonly configuration: NetworkConfiguration;
}

/** The delegates in a state file, in order. Throws recordDamaged. */
export function decodeDelegates(text: string, file: string, ifName: string): readonly MultusDelegate[] {
  try {
    const json = parseJson(text, file);
    if (!Array.isArray(json)) throw new Error('it is not a list of delegates');
    const fits = jsonBudget(mostWeight);
    return json.map((each, index) => delegateOf(each, { index, ifName, fits }));
  } catch (error) {
    throw recordDamaged({ file, problem: problemOf(error) }, { cause: error });
  }
}

interface DelegatePlace {
  readonly index: number;
  readonly ifName: string;
  readonly fits: (text: string) => boolean;
}

function delegateOf(json: JsonValue, { index, ifName, fits }: DelegatePlace): MultusDelegate {
  const place = `delegate ${index + 1}`;
  if (!isJsonObject(json)) throw new Error(`${place} is not an object`);
  const { Bytes: bytes, Name: name, ifnameRequest } = json;
  if (typeof bytes !== 'string') throw new Error(`${place} has no configuration (Bytes)`);
  const text = Buffer.from(bytes, 'base64').toString();
  if (!fits(text)) throw new Error(`the configurations up to that of ${place} are too large together`);
  const written = parseJson(text, place);
  if (!isJsonObject(written)) throw new Error(`the configuration of ${place} is not an object`);
  const configuration = withoutPassthru(parseConfiguration(written, { source: place }));
  const requested = typeof ifnameRequest === 'string' && ifnameRequest !== '' ? ifnameRequest : undefined;
  return {
    network: typeof name === 'string' && name !== '' ? name : configuration.name,
    interfaceName: requested ?? (index === 0 ? ifName : `net${index}`),
    isDefault: index === 0,
    configuration,
  };
}

// A plugin of Multus that does nothing and starts a chain. It may have been removed with Multus.
function withoutPassthru(configuration: NetworkConfiguration): NetworkConfiguration {
  const plugins = configuration.plugins.filter(({ type }) => type !== 'passthru');
  return plugins.length === 0 ? configuration : { ...configuration, plugins };
}

/** Adds the readable part of libcni's cache of the ADD (kind cniCacheV1) to a delegate. */
function recordOf(
  { network, interfaceName, isDefault, configuration }: MultusDelegate,
  cached: string,
  args: string,
): AttachmentRecord {
  // Without the cache, plugins get no prevResult, which DEL allows.
  const { capabilityArgs, result, cniArgs } = jsonObjectIn(cached) ?? {};
  const runtimeConfig = isJsonObject(capabilityArgs) ? capabilityArgs : {};
  const { CNIDeviceInfoFile: file } = runtimeConfig; // Multus removes that file at DEL
  const unmanaged = { kind: 'unmanaged' } as const;
  const attachment = {
    interfaceName,
    network,
    isDefault,
    configuration,
    runtimeConfig,
    cniArgs: argsOf(cniArgs) ?? args,
    defaultRoute: { v4: unmanaged, v6: unmanaged },
    ...(typeof file === 'string' && file !== '' && { deviceInfo: { file } }),
  };
  if (isJsonObject(result)) return { state: 'attached', attachment, result };
  return { state: 'detaching', attachment, attempts: 0, lastError: 'attached by Multus' };
}

function argsOf(pairs: JsonValue | undefined): string | undefined {
  if (!Array.isArray(pairs)) return undefined;
  return pairs
    .flatMap((pair) =>
      Array.isArray(pair) && pair.length === 2 && pair.every((each) => typeof each === 'string')
        ? [pair.join('=')]
        : [],
    )
    .join(';');
}

// What is not a regular file, or longer than any state, is damaged.
const readState = (file: string): string | undefined =>
  readIfPresent(file, {
    unfit: (error) => {
      throw recordDamaged({ file, problem: problemOf(error) }, { cause: error });
    },
  })?.toString();

// A missing or unreadable cached result is no error, because plugins then get no prevResult: '' stands for any problem.
// An interface name may contain a slash.
function readCached(folder: string, name: string): string {
  if (name.includes('/')) return '';
  try {
    using results = openFolder(join(folder, 'results'));
    return readRegularText(join(results.path, name));
  } catch {
    return '';
  }
}

async function removeCached(folder: string, part: string): Promise<void> {
  // A folder that is missing, or a link, is not one that Multus wrote.
  const names = await beneath(folder, (path) => readdir(path)).catch(() => []);
  const cached = names.filter((name) => name.includes(part));
  if (cached.length === 0) return;
  await beneathIfPresent(folder, async (path) => {
    for (const name of cached) await removeFile(join(path, name));
  });
}
