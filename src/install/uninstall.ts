import { lstatSync, readdirSync } from 'node:fs';
import { rename, rm, rmdir, stat } from 'node:fs/promises';
import net from 'node:net';
import { basename, join } from 'node:path';
import { type PlexusError, daemonServes, delsDeferred, nodeInUse } from '../errors/index.ts';
import { openFolder, readRegularText, removeTree, syncFolder } from '../files/index.ts';
import type { DeferredCalls, Journal, RecordKey } from '../journal/index.ts';
import { type SandboxRecord, hostFileName } from '../plan/index.ts';
import { readConfPath } from '../runtime/index.ts';
import {
  entriesOf,
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
import { type ConfEntry, isOwnName } from './standing.ts';

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

/**
 * Restores a node to its previous state: first restores files that were moved aside, then removes our configuration,
 * the programs, and the state if nothing is attached. The runtime has a configuration at every moment, if it had one
 * before Plexus. Idempotent. Returns the actions, one line each. Rejects with nodeInUse, delsDeferred, daemonServes,
 * folderNotWritable.
 */
export async function uninstall(
  options: UninstallOptions,
  { journal, deferred }: NodeState,
): Promise<readonly string[]> {
  const { found, damaged } = (await isFolder(join(options.stateDir, 'journal')))
    ? await journal.list(entryOf)
    : { found: [], damaged: [] };
  // The sandbox of a damaged record is unknown.
  const sandboxes = [...found.map(({ name }) => name), ...damaged.map(({ message }) => message)];
  if (!options.force) await assertUnused(found, damaged, deferred);
  if (!options.force && (await isServed(options.socket))) throw daemonServes({ socket: options.socket });
  const done: string[] = [];
  for (const folder of options.confDirs) done.push(...(await restoreConfigurations(folder)));
  for (const folder of options.binDirs) done.push(...(await removePrograms(folder)));
  if (sandboxes.length > 0) return [...done, `kept ${options.stateDir}: it still holds ${sandboxes.length} sandboxes`];
  return [...done, ...(await removeState(options.stateDir))];
}

/**
 * Distinguishes running pods from pods that are gone but whose DEL was deferred because no daemon was running. Rejects
 * with nodeInUse, delsDeferred.
 */
async function assertUnused(
  found: readonly Entry[],
  damaged: readonly PlexusError[],
  deferred: NodeState['deferred'],
): Promise<void> {
  const calls = found.length === 0 ? [] : await deferred.list();
  const isDeferred = ({ containerId, ifName }: Entry): boolean =>
    calls.some((call) => call.containerId === containerId && call.ifName === ifName);
  const inUse = [
    ...found.filter((entry) => !isDeferred(entry)).map(({ name }) => name),
    ...damaged.map(({ message }) => message),
  ];
  const waiting = found.filter(isDeferred).map(({ name }) => name);
  if (inUse.length > 0) throw nodeInUse({ sandboxes: inUse, deferred: waiting });
  if (waiting.length > 0) throw delsDeferred({ sandboxes: waiting });
}

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

async function restoreConfigurations(folder: string): Promise<readonly string[]> {
  if (!(await isFolder(folder))) return [];
  const done: string[] = [];
  for (const saved of (await readableNames(folder)).filter((name) => name.endsWith(savedSuffix)))
    done.push(`${folder}: ${await putBack(folder, saved)}`);
  for (const { name } of entriesOf(await readConfPath(folder)).filter(isOurs)) {
    await removeConfiguration(folder, name);
    done.push(`${folder}: removed ${name}`);
  }
  await inFolder(folder, `remove ${ownFolder}/${takenOverName}`, () => removeTakenOver(join(folder, ownFolder)));
  if (done.length > 0) await nudge(folder, 'uninstalled'); // the runtime looks again
  await inFolder(folder, `remove ${nudgeName}`, () => rm(join(folder, nudgeName), { force: true }));
  return done;
}

// the daemon can put a link to elsewhere in its place
async function removeTakenOver(path: string): Promise<void> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  {
    using folder = openFolder(path);
    removeTree(join(folder.path, takenOverName));
  }
  await rmdir(path).catch(() => {}); // it holds what is not ours
}

const isOurs = ({ name, owner }: Pick<ConfEntry, 'name' | 'owner'>): boolean => owner === 'plexus' && isOwnName(name);

/** Returns what was done with a file that was moved aside. */
async function putBack(folder: string, saved: string): Promise<string> {
  const name = saved.slice(0, -savedSuffix.length);
  const textOf = (file: string): string | undefined => textIn(join(folder, file));
  if (ownerOf(textOf(saved) ?? '') === 'plexus') return `left ${saved}: it calls ${shimName}, which is removed`;
  const present = textOf(name);
  const isNewer = present !== undefined && !isOurs({ name, owner: ownerOf(present) });
  await inFolder(folder, `put ${name} back`, async () => {
    if (isNewer) await rm(join(folder, saved), { force: true });
    else await rename(join(folder, saved), join(folder, name));
    await syncFolder(folder);
  });
  return isNewer ? `removed ${saved}: ${name} has been written since` : `put ${name} back`;
}

// The daemon can write there, so do not block on a file that is not regular.
function textIn(file: string): string | undefined {
  try {
    return readRegularText(file, { follow: true });
  } catch {
    return undefined; // The file is missing, or cannot be a configuration.
  }
}

async function removePrograms(folder: string): Promise<readonly string[]> {
  const done = [...(await removeProgram(folder, shimName)), ...(await removeProgram(folder, standInName))];
  return (await removeHostFile(folder)) ? [...done, `${folder}: removed ${hostFileName}`] : done;
}

async function removeProgram(folder: string, name: string): Promise<readonly string[]> {
  const file = join(folder, name);
  // Another program may have the same name.
  if (!(await holdsText(file, 'a CNI plugin that attaches pods to several networks'))) return [];
  await inFolder(folder, `remove ${name}`, async () => {
    await rm(file, { force: true });
    await syncFolder(folder);
  });
  return [`${folder}: removed ${name}`];
}

async function removeState(folder: string): Promise<readonly string[]> {
  const journal = join(folder, 'journal');
  const damaged = join(journal, 'damaged');
  const kept = (await readableNames(damaged)).length;
  const removed = await inFolder(folder, 'remove the content of', async () =>
    kept === 0 ? removeIn(folder, []) : removeIn(folder, [basename(journal)]) + removeIn(journal, [basename(damaged)]),
  );
  return [
    ...(removed > 0 ? [`${folder}: removed what was in it`] : []),
    ...(kept > 0
      ? [`kept ${damaged}: ${kept} records that could not be read; the networks of their pods may still be attached`]
      : []),
  ];
}

/** Returns the number of removed entries. The daemon can write there, even meanwhile, so no link is followed. */
function removeIn(path: string, except: readonly string[]): number {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return 0;
  using folder = openFolder(path);
  const names = readdirSync(folder.path).filter((each) => !except.includes(each));
  for (const name of names) removeTree(join(folder.path, name));
  return names.length;
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
