import { readFile, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';
import { daemonServes, nodeInUse } from '../errors/index.ts';
import { syncFolder } from '../files/index.ts';
import type { Journal } from '../journal/index.ts';
import type { SandboxRecord } from '../plan/index.ts';
import { readConfPath } from '../runtime/index.ts';
import { entriesOf, inFolder, namesIn, nudge, nudgeName, removeConfiguration, savedSuffix } from './conf-folder.ts';
import { ownFolder, takenOverName } from './find-default.ts';
import { shimName } from './shim-file.ts';
import { isOwnName } from './standing.ts';

export interface UninstallOptions {
  readonly confDirs: readonly string[];
  readonly binDirs: readonly string[];
  /** The daemon's: cniDir. */
  readonly stateDir: string;
  readonly socket: string;
  /** Also while pods are attached or a daemon serves. */
  readonly force: boolean;
}

/**
 * Takes a node back to what it was: what was moved aside comes back, then our configuration goes, then the program, then
 * the state if nothing is attached. The runtime has a configuration at every moment, if it had one before us. Returns what
 * was done, a line each; doing it again does nothing. nodeInUse, daemonServes, folderNotWritable.
 */
export async function uninstall(options: UninstallOptions, journal: Journal): Promise<readonly string[]> {
  const { records } = (await isFolder(join(options.stateDir, 'journal'))) ? await journal.list() : { records: [] };
  if (!options.force && records.length > 0) throw nodeInUse({ sandboxes: records.map(nameOf) });
  if (!options.force && (await isServed(options.socket))) throw daemonServes({ socket: options.socket });
  const done: string[] = [];
  for (const folder of options.confDirs) done.push(...(await restoreConfigurations(folder)));
  for (const folder of options.binDirs) done.push(...(await removeShim(folder)));
  if (records.length > 0) return [...done, `kept ${options.stateDir}: it still holds ${records.length} sandboxes`];
  return [...done, ...(await removeState(options.stateDir))];
}

const nameOf = ({ pod, containerId }: SandboxRecord): string => (pod === undefined ? containerId : `${pod.namespace}/${pod.name} (${containerId})`);

async function isServed(socket: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const probe = net.connect(socket, () => resolve(true)).on('error', () => resolve(false));
  return promise.finally(() => probe.destroy());
}

async function restoreConfigurations(folder: string): Promise<readonly string[]> {
  if (!(await isFolder(folder))) return [];
  const done: string[] = [];
  for (const saved of (await namesIn(folder)).filter((name) => name.endsWith(savedSuffix))) {
    const name = saved.slice(0, -savedSuffix.length);
    await inFolder(folder, `put ${name} back`, () => rename(join(folder, saved), join(folder, name)));
    done.push(`${folder}: put ${name} back`);
  }
  const ours = entriesOf(await readConfPath(folder)).filter(({ name, owner, text }) => owner === 'plexus' && isOwnName(name) && isGenerated(text));
  for (const { name } of ours) {
    await removeConfiguration(folder, name);
    done.push(`${folder}: removed ${name}`);
  }
  await inFolder(folder, `remove ${ownFolder}/${takenOverName}`, async () => {
    await rm(join(folder, ownFolder, takenOverName), { force: true });
    await rmdir(join(folder, ownFolder)).catch(() => {}); // not there, or holds what is not ours
  });
  if (done.length > 0) await nudge(folder, 'uninstalled'); // the runtime looks again
  await inFolder(folder, `remove ${nudgeName}`, () => rm(join(folder, nudgeName), { force: true }));
  return done;
}

// what was put back may run Plexus too, in direct mode
const isGenerated = (text: string): boolean => text.includes('"type": "plexus"');

async function removeShim(folder: string): Promise<readonly string[]> {
  const file = join(folder, shimName);
  if (!(await isOurs(file))) return [];
  await inFolder(folder, `remove ${shimName}`, async () => {
    await rm(file, { force: true });
    await syncFolder(folder);
  });
  return [`${folder}: removed ${shimName}`];
}

// somebody may have a program of that name
async function isOurs(file: string): Promise<boolean> {
  const content = await readFile(file).catch(() => undefined); // not there
  return content !== undefined && content.includes('a CNI plugin that attaches pods to several networks');
}

async function removeState(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []); // not there
  if (names.length === 0) return [];
  await inFolder(folder, 'remove what is in it', async () => {
    for (const name of names) await rm(join(folder, name), { recursive: true, force: true });
  });
  return [`${folder}: removed what was in it`];
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
