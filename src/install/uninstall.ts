import { lstatSync, readdirSync } from 'node:fs';
import { rename, rm, rmdir, stat } from 'node:fs/promises';
import net from 'node:net';
import { basename, join } from 'node:path';
import { type PlexusError, asPlexusError, daemonServes, delsDeferred, nodeInUse } from '../errors/index.ts';
import { openFolder, removeContent, removeTree, syncFolder } from '../files/index.ts';
import { type DeferredCalls, type Journal, type RecordKey, damagedFolder, isRecordName } from '../journal/index.ts';
import { type SandboxRecord, hostFileName } from '../plan/index.ts';
import { isConfigurationName } from '../runtime/index.ts';
import {
  configurationText,
  inFolder,
  readableNames,
  nudge,
  nudgeName,
  removeConfiguration,
  savedSuffix,
} from './conf-folder.ts';
import { ownerOf } from './conflist.ts';
import { ownFolder, takenOverName } from './find-default.ts';
import { holdsText } from './same-content.ts';
import { removeHostFile } from './host-file.ts';
import { shimName, standInName } from './shim-file.ts';
import { isOwnName } from './standing.ts';

export interface UninstallOptions {
  readonly confDirs: readonly string[];
  readonly binDirs: readonly string[];
  /** The daemon's cniDir. */
  readonly stateDir: string;
  readonly socket: string;
  /** Uninstalls even while pods are attached or a daemon is running. */
  readonly force: boolean;
}

/** The content of the state folder. */
export interface NodeState {
  readonly journal: Journal;
  readonly deferred: Pick<DeferredCalls, 'list'>;
}

/** What `plexus uninstall` did, one line each, and what failed. */
export interface Uninstalled {
  readonly done: readonly string[];
  readonly failed: readonly PlexusError[];
}

/** Runs one part of the work: returns lines about what it did, and records its failure so that the others still run. */
type Attempt = (work: () => string[] | Promise<string[]>) => Promise<void>;

/**
 * Restores a node to its previous state: first restores files that were moved aside, then removes our configuration,
 * the programs, and the state if nothing is attached. The runtime has a configuration at every moment, if it had one
 * before Plexus. Idempotent. The daemon can write in these folders, so a failure does not stop the rest. With `force`,
 * no file of the state is read. Rejects with nodeInUse, delsDeferred, daemonServes before it changes anything.
 */
export async function uninstall(options: UninstallOptions, state: NodeState): Promise<Uninstalled> {
  if (!options.force) {
    await assertUnused(options, state);
    if (await isServed(options.socket)) throw daemonServes({ socket: options.socket });
  }
  const done: string[] = [];
  const failed: PlexusError[] = [];
  const attempt: Attempt = async (work) => {
    try {
      done.push(...(await work()));
    } catch (thrown) {
      failed.push(asPlexusError(thrown));
    }
  };
  for (const folder of options.confDirs) await restoreConfigurations(folder, attempt);
  for (const folder of options.binDirs) await removePrograms(folder, attempt);
  await removeState(options.stateDir, attempt);
  return { done, failed };
}

/**
 * Distinguishes running pods from pods that are gone but whose DEL was deferred because no daemon was running. Rejects
 * with nodeInUse, delsDeferred.
 */
async function assertUnused({ stateDir }: UninstallOptions, { journal, deferred }: NodeState): Promise<void> {
  if (!(await isFolder(join(stateDir, 'journal')))) return;
  const { found, damaged } = await journal.list(entryOf);
  const calls = found.length === 0 ? [] : await deferred.list();
  const keys = new Set(calls.map(keyOf));
  const { waiting = [], inUse = [] } = Object.groupBy(found, (entry) => (keys.has(keyOf(entry)) ? 'waiting' : 'inUse'));
  const names = waiting.map(({ name }) => name);
  // The sandbox of a damaged record is unknown.
  const sandboxes = [...inUse.map(({ name }) => name), ...damaged.map(({ message }) => message)];
  if (sandboxes.length > 0) throw nodeInUse({ sandboxes, deferred: names });
  if (names.length > 0) throw delsDeferred({ sandboxes: names });
}

const keyOf = ({ containerId, ifName }: RecordKey): string => `${containerId}@${ifName}`;

interface Entry extends RecordKey {
  /** The state's name in messages. */
  readonly name: string;
}

const entryOf = ({ pod, containerId, ifName }: SandboxRecord): Entry => ({
  containerId,
  ifName,
  name: pod === undefined ? containerId : `${pod.namespace}/${pod.name} (${containerId})`,
});

async function isServed(socket: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  // EAGAIN: a daemon is listening, but its queue of connections is full.
  const probe = net
    .connect(socket, () => resolve(true))
    .on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EAGAIN'));
  return promise.finally(() => probe.destroy());
}

async function restoreConfigurations(folder: string, attempt: Attempt): Promise<void> {
  if (!(await isFolder(folder))) return;
  let isChanged = false;
  const inConf = (action: string, work: () => Promise<string | undefined>): Promise<void> =>
    attempt(async () => {
      const line = await inFolder(folder, action, work);
      isChanged ||= line !== undefined;
      return line === undefined ? [] : [`${folder}: ${line}`];
    });
  for (const saved of (await readableNames(folder)).filter((name) => name.endsWith(savedSuffix)).toSorted())
    await inConf(`put ${saved} back`, () => putBack(folder, saved));
  for (const name of (await readableNames(folder)).filter(isOwnName).filter((each) => isOurs(folder, each)))
    await inConf(`remove ${name}`, async () => {
      await removeConfiguration(folder, name);
      return `removed ${name}`;
    });
  await inConf(`remove ${ownFolder}/${takenOverName}`, () => removeTakenOver(join(folder, ownFolder)));
  if (isChanged) await attempt(() => nudge(folder, 'uninstalled').then(() => [])); // The runtime reads the folder again.
  await inConf(`remove ${nudgeName}`, async () => {
    removeTree(join(folder, nudgeName));
    return undefined;
  });
}

// The daemon can put a link to elsewhere in its place.
async function removeTakenOver(path: string): Promise<undefined> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return undefined;
  {
    using folder = openFolder(path);
    removeTree(join(folder.path, takenOverName));
  }
  await rmdir(path).catch(() => {}); // It contains files that are not ours.
  return undefined;
}

const textOf = (folder: string, name: string): string => configurationText(join(folder, name)) ?? '';
const isOurs = (folder: string, name: string): boolean => isOwnName(name) && ownerOf(textOf(folder, name)) === 'plexus';

/** Returns what was done with a file that was moved aside. */
async function putBack(folder: string, saved: string): Promise<string> {
  const name = saved.slice(0, -savedSuffix.length);
  const [from, to] = [join(folder, saved), join(folder, name)];
  if (!isConfigurationName(name) || !lstatSync(from).isFile())
    return `left ${saved}: it is not a configuration file that Plexus moved aside`;
  if (ownerOf(textOf(folder, saved)) === 'plexus') return `left ${saved}: it calls ${shimName}, which is removed`;
  const isNewer = configurationText(to) !== undefined && !isOurs(folder, name);
  if (isNewer) await rm(from, { force: true });
  else await rename(from, to);
  await syncFolder(folder);
  return isNewer ? `removed ${saved}: ${name} has been written since` : `put ${name} back`;
}

async function removePrograms(folder: string, attempt: Attempt): Promise<void> {
  await attempt(() => removeProgram(folder, shimName));
  await attempt(() => removeProgram(folder, standInName));
  await attempt(async () => ((await removeHostFile(folder)) ? [`${folder}: removed ${hostFileName}`] : []));
}

async function removeProgram(folder: string, name: string): Promise<string[]> {
  const file = join(folder, name);
  // Another program may have the same name.
  if (!(await holdsText(file, 'a CNI plugin that attaches pods to several networks'))) return [];
  await inFolder(folder, `remove ${name}`, async () => {
    await rm(file, { force: true });
    await syncFolder(folder);
  });
  return [`${folder}: removed ${name}`];
}

async function removeState(folder: string, attempt: Attempt): Promise<void> {
  const journal = join(folder, 'journal');
  const [records, damaged] = [countIn(journal, isRecordName), countIn(join(journal, damagedFolder), () => true)];
  if (records > 0) return attempt(() => [`kept ${folder}: it still holds ${records} sandboxes`]);
  const removed =
    (await removeIn(folder, damaged === 0 ? [] : [basename(journal)], attempt)) +
    (damaged === 0 ? 0 : await removeIn(journal, [damagedFolder], attempt));
  await attempt(() => [
    ...(removed > 0 ? [`${folder}: removed what was in it`] : []),
    ...(damaged > 0
      ? [
          `kept ${join(journal, damagedFolder)}: ${damaged} records that could not be read; the networks of their pods may still be attached`,
        ]
      : []),
  ]);
}

// The daemon may have put a link in place of the folder: it is not followed, and counts as empty.
function countIn(path: string, isCounted: (name: string) => boolean): number {
  try {
    using folder = openFolder(path);
    return readdirSync(folder.path).filter(isCounted).length;
  } catch {
    return 0;
  }
}

/** Returns the number of removed entries. */
async function removeIn(path: string, keep: readonly string[], attempt: Attempt): Promise<number> {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return 0;
  const failed: (() => Promise<never>)[] = [];
  let removed = 0;
  await attempt(() =>
    inFolder(path, 'remove the content of', async () => {
      removed = removeContent(path, keep, (name, error) =>
        failed.push(() => inFolder(path, `remove ${name}`, () => Promise.reject(error as Error))),
      );
      return [];
    }),
  );
  for (const each of failed) await attempt(each);
  return removed;
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
