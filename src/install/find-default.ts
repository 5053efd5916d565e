import { mkdir, readFile, readdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { type ConfPath, type JsonObject, formatJson } from '../cni/index.ts';
import { replaceAtomically } from '../files/index.ts';
import { findByName } from '../plan/index.ts';
import { readConfPath } from '../runtime/index.ts';
import { inFolder, savedSuffix } from './conf-folder.ts';
import { type DefaultDecision, decideDefault } from './default-conf.ts';
import { type MultusConf, multusConf, nodePathOf, withNodePaths } from './multus-conf.ts';

export interface DefaultOptions {
  readonly folder: string;
  /**
   * Its name in `folder`, or an absolute path of a file or folder. Absent: Multus's, else the first one in `folder`.
   */
  readonly defaultNetwork?: string;
  /** Whether a file of the node can be seen from here at all. Absent: every one. */
  readonly isInSight?: (path: string) => Promise<boolean>;
}

/** Subfolder for a default network that is in no file of its own; no runtime reads it. */
export const ownFolder = 'plexus.d';
export const takenOverName = 'default-network.conflist';

/**
 * Finds the default network: the configured one, else that of a Multus that is (or was, before us) in the runtime's
 * folder, with its settings, else the first of that folder, whose listing is given. folderNotWritable, fileUnusable.
 */
export async function findDefault(
  { folder, defaultNetwork, isInSight }: DefaultOptions,
  listing: ConfPath,
): Promise<DefaultDecision> {
  if (defaultNetwork !== undefined)
    return decideDefault(
      await readConfPath(isAbsolute(defaultNetwork) ? defaultNetwork : join(folder, defaultNetwork)),
    );
  const multus = await findMultus(folder, listing);
  if (multus === undefined) return decideDefault(listing);
  const found = await defaultOfMultus(multus, folder, listing);
  const { settings, warnings } = await settingsOf(multus, folder, isInSight);
  const ignored = multus.notTakenOver === undefined ? warnings : [...warnings, multus.notTakenOver];
  if (found.kind === 'found') {
    const capabilities = [...new Set([...found.network.capabilities, ...multus.capabilities])];
    return {
      ...found,
      network: { ...found.network, capabilities },
      settings,
      warnings: [...found.warnings, ...ignored],
    };
  }
  const first = decideDefault(listing);
  return first.kind === 'found'
    ? { ...first, settings, warnings: [...first.warnings, found.problem, ...ignored] }
    : found;
}

// waiting for a file that can never be seen would fail every pod of the node
async function settingsOf(
  multus: MultusConf,
  folder: string,
  isInSight: DefaultOptions['isInSight'],
): Promise<{ readonly settings: JsonObject; readonly warnings: readonly string[] }> {
  const settings = withNodePaths(multus.settings, folder);
  const { readinessindicatorfile: file, ...others } = settings;
  if (typeof file !== 'string' || file === '' || isInSight === undefined || (await isInSight(file)))
    return { settings, warnings: [] };
  const text = `ignoring readinessindicatorfile ${file} of the configuration of Multus, because the daemon's container cannot see it: mount its folder at the same path`;
  return { settings: others, warnings: [text] };
}

async function findMultus(folder: string, listing: ConfPath): Promise<MultusConf | undefined> {
  const texts =
    listing.kind === 'folder' ? listing.files.map(({ content }) => ('text' in content ? content.text : '')) : [];
  const saved = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(savedSuffix)).toSorted();
  for (const name of saved) texts.push(await readFile(join(folder, name), 'utf8').catch(() => ''));
  return texts.map(multusConf).find((each) => each !== undefined);
}

function defaultOfMultus(
  multus: MultusConf,
  folder: string,
  listing: ConfPath,
): Promise<DefaultDecision> | DefaultDecision {
  const { clusterNetwork, delegate, settings } = multus;
  if (delegate !== undefined) return inline(delegate, folder, listing);
  if (clusterNetwork === undefined)
    return { kind: 'none', problem: 'the configuration of Multus names no default network' };
  return clusterNetwork.includes('/')
    ? atPlace(clusterNetwork, folder)
    : named(clusterNetwork, [
        folder,
        typeof settings['confDir'] === 'string' ? nodePathOf(settings['confDir'], folder) : '/etc/cni/multus/net.d',
      ]);
}

async function atPlace(path: string, folder: string): Promise<DefaultDecision> {
  for (const place of [nodePathOf(path, folder), path]) {
    const decision = decideDefault(await readConfPath(place));
    if (decision.kind === 'found') return decision;
  }
  return { kind: 'none', problem: `the default network of Multus, ${path}, cannot be read` };
}

async function named(name: string, folders: readonly string[]): Promise<DefaultDecision> {
  for (const folder of folders) {
    const path = await pathOf(name, folder);
    if (path !== undefined) return decideDefault(await readConfPath(path));
  }
  const problem = `the default network of Multus, ${name}, is in no file: if it is a NetworkAttachmentDefinition, name it in Plexus's configuration (clusterNetwork)`;
  return { kind: 'none', problem };
}

async function pathOf(name: string, folder: string): Promise<string | undefined> {
  const listing = await readConfPath(folder);
  try {
    return findByName(listing, name, folder).path;
  } catch {
    return undefined; // not in this one
  }
}

// a file with that name is the network's own, and follows its program; else the text that Multus had is kept in one of
// ours
async function inline(delegate: JsonObject, folder: string, listing: ConfPath): Promise<DefaultDecision> {
  const { name } = delegate;
  const path = typeof name === 'string' && listing.kind === 'folder' ? await pathOf(name, folder) : undefined;
  if (path !== undefined) return decideDefault(await readConfPath(path));
  const file = join(folder, ownFolder, takenOverName);
  const text = `${formatJson(delegate)}\n`;
  if ((await readFile(file, 'utf8').catch(() => undefined)) !== text) {
    await inFolder(folder, `write ${ownFolder}/${takenOverName}`, async () => {
      await mkdir(join(folder, ownFolder), { recursive: true });
      await replaceAtomically(file, text, 0o644);
    });
  }
  return decideDefault(await readConfPath(file));
}
