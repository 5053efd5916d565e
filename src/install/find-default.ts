import { mkdir, readdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { type ConfPath, type JsonObject, formatJson } from '../cni/index.ts';
import { replaceAtomically } from '../files/index.ts';
import { findByName } from '../plan/index.ts';
import { readConfPath } from '../runtime/index.ts';
import { configurationText, inFolder, savedSuffix } from './conf-folder.ts';
import { type DefaultDecision, decideDefault } from './default-conf.ts';
import { type MultusConf, multusConf, nodePathOf, withNodePaths } from './multus-conf.ts';

export interface DefaultOptions {
  readonly folder: string;
  /**
   * Its file name in `folder`, or an absolute path of a file or folder. Absent: Multus's default network, otherwise the
   * first one in `folder`.
   */
  readonly defaultNetwork?: string;
  /** Whether this process can see a file of the node at all. Absent: it sees every file. */
  readonly isInSight?: (path: string) => Promise<boolean>;
}

/** Subfolder for a default network that has no file of its own; no runtime reads it. */
export const ownFolder = 'plexus.d';
export const takenOverName = 'default-network.conflist';

/**
 * Finds the default network: first the configured one; then that of a Multus that is in the runtime's folder, or was
 * before Plexus, with its settings; then the first one in that folder, whose listing is passed in. Rejects with
 * folderNotWritable, fileUnusable.
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

// Waiting for a file that never becomes visible would fail every pod of the node.
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
  const files = listing.kind === 'folder' ? listing.files : [];
  for (const { content } of files) {
    const found = 'text' in content ? multusConf(content.text) : undefined;
    if (found !== undefined) return found;
  }
  const saved = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(savedSuffix)).toSorted();
  for (const name of saved) {
    const found = multusConf(configurationText(join(folder, name)) ?? '');
    if (found !== undefined) return found;
  }
  return undefined;
}

function defaultOfMultus(
  multus: MultusConf,
  folder: string,
  listing: ConfPath,
): Promise<DefaultDecision> | DefaultDecision {
  const { clusterNetwork, delegate, settings } = multus;
  if (delegate !== undefined) return decideInline(delegate, folder, listing);
  if (clusterNetwork === undefined)
    return { kind: 'none', problem: 'the configuration of Multus names no default network' };
  return clusterNetwork.includes('/')
    ? atPlace(clusterNetwork, folder)
    : findNamed(clusterNetwork, [
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

async function findNamed(name: string, folders: readonly string[]): Promise<DefaultDecision> {
  for (const folder of folders) {
    const path = await pathOf(name, folder);
    if (path !== undefined) return decideDefault(await readConfPath(path));
  }
  const problem = `no file contains the default network of Multus, ${name}: if it is a NetworkAttachmentDefinition, set clusterNetwork in the configuration of Plexus to its name`;
  return { kind: 'none', problem };
}

async function pathOf(name: string, folder: string): Promise<string | undefined> {
  const listing = await readConfPath(folder);
  try {
    return findByName(listing, name, folder).path;
  } catch {
    return undefined; // No configuration has that name.
  }
}

// If a file has the delegate's name, it is the network's own file, which its program keeps up to date. Otherwise write
// the text from Multus into one of our files.
async function decideInline(delegate: JsonObject, folder: string, listing: ConfPath): Promise<DefaultDecision> {
  const { name } = delegate;
  const path = typeof name === 'string' && listing.kind === 'folder' ? await pathOf(name, folder) : undefined;
  if (path !== undefined) return decideDefault(await readConfPath(path));
  const file = join(folder, ownFolder, takenOverName);
  const text = `${formatJson(delegate)}\n`;
  if (configurationText(file) !== text) {
    await inFolder(folder, `write ${ownFolder}/${takenOverName}`, async () => {
      await mkdir(join(folder, ownFolder), { recursive: true });
      await replaceAtomically(file, text, 0o644);
    });
  }
  return decideDefault(await readConfPath(file));
}
