import { join } from 'node:path';
import { type StandIn, readStandIn, standInFile } from '../cluster/index.ts';
import { type ConfPath, type JsonObject, isJsonObject, parseJson } from '../cni/index.ts';
import {
  type ConfEntry,
  type FoundFolders,
  type NodeFolders,
  entriesOf,
  findFolders,
  inRoot,
  isOwnName,
  nodeFolders,
} from '../install/index.ts';
import { bootIdNow } from '../journal/index.ts';
import { readConfPath } from '../runtime/index.ts';
import { type Greeting, greetDaemon } from './ask-daemon.ts';
import { type HttpAnswer, askDaemonHttp } from './ask-http.ts';
import { type KnownNetworks, readNads, withFiles } from './networks.ts';
import { type Source, once } from './once.ts';
import { type JournalFiles, assertState, found, readJournal } from './state-files.ts';

/** Where things are on a node, as this process sees them. */
export interface NodePlaces {
  /** Where the node's files are mounted. */
  readonly root: string;
  readonly confDir?: string;
  readonly binDir?: string;
  /** cniDir. */
  readonly stateDir: string;
  readonly socket: string;
  /** Address of the daemon's HTTP endpoints; absent: there are none. */
  readonly http?: string;
}
/** What the node is looked at with. */
export interface NodeMeans {
  /** Version of this program. */
  readonly program: string;
  /** As process.arch says it. */
  readonly arch: string;
  /** User ID of this process. */
  readonly uid: number;
  readonly now: () => number;
  /** NADs of the cluster; undefined without one. */
  readonly clusterNads?: (signal: AbortSignal) => Promise<readonly unknown[] | undefined>;
}
/** A folder of CNI configurations with what is in it. */
export interface ConfFolder {
  readonly folder: string;
  readonly listing: ConfPath;
  readonly entries: readonly ConfEntry[];
}
/** Networks, with the files of the node that some of them mean. */
export interface NodeNetworks extends KnownNetworks {
  /** The folder of these files (confDir). */
  readonly folder: string;
  /** Whether it could be looked into. */
  readonly inSight: boolean;
}
/** One node: everything its checks look at, each read once. */
export interface NodeScene extends NodeMeans {
  readonly places: NodePlaces;
  readonly runtimes: Source<FoundFolders>;
  readonly folders: Source<NodeFolders>;
  readonly confFolders: Source<readonly ConfFolder[]>;
  readonly journal: Source<JournalFiles>;
  /** The state folder, which is there. */
  readonly state: Source<string>;
  readonly bootId: Source<string>;
  readonly standIn: Source<StandIn | undefined>;
  readonly networks: (signal: AbortSignal) => Promise<NodeNetworks>;
  readonly greeting: (signal: AbortSignal) => Promise<Greeting>;
  /** Rejects when nobody answers there. */
  readonly http: (path: '/readyz' | '/metrics', signal: AbortSignal) => Promise<HttpAnswer>;
}

/** The scene of a node. Reads nothing yet. */
export function nodeScene(places: NodePlaces, means: NodeMeans): NodeScene {
  const { root, stateDir, socket } = places;
  const folders = once(() => nodeFolders(root, givenIn(places)));
  const standIn = once(() => readStandIn(standInFile(stateDir)));
  return {
    ...means,
    places,
    runtimes: once(() => findFolders(root)),
    folders,
    confFolders: once(async () => Promise.all((await folders()).confDirs.map(confFolder))),
    journal: once(() => readJournal(stateDir)),
    state: once(async () => {
      await assertState(stateDir);
      return stateDir;
    }),
    bootId: once(bootIdNow),
    standIn,
    networks: (signal) => networksOf(means, places, standIn, signal),
    greeting: (signal) => greetDaemon(socket, means.program, signal),
    http: (path, signal) => askDaemonHttp(places, path, signal),
  };
}

async function confFolder(folder: string): Promise<ConfFolder> {
  const listing = await readConfPath(folder);
  return { folder, listing, entries: entriesOf(listing) };
}

// what the daemon last knew does as well, when the cluster cannot be asked
async function networksOf(
  { clusterNads }: NodeMeans,
  { root }: NodePlaces,
  standIn: NodeScene['standIn'],
  signal: AbortSignal,
): Promise<NodeNetworks> {
  const ofCluster = await clusterNads?.(signal).catch(() => undefined);
  const left = await (ofCluster === undefined ? standIn() : standIn().catch(() => undefined)); // then it is only a second source
  const objects = ofCluster ?? left?.nads;
  if (objects === undefined) throw new Error('neither the cluster nor stand-in.json provides the networks');
  const { confDir = usualNetworkFiles } = left?.settings ?? {};
  const folder = await inRoot(root, String(confDir));
  const listing = await readConfPath(folder);
  const source = ofCluster === undefined ? 'stand-in.json, which the daemon maintains' : 'the cluster';
  return { source, nads: withFiles(readNads(objects), listing, folder), folder, inSight: listing.kind !== 'missing' };
}

const usualNetworkFiles = '/etc/cni/multus/net.d';

/** Whether this machine has anything of a node. */
export async function isNode(places: NodePlaces): Promise<boolean> {
  const { confDirs } = await nodeFolders(places.root, givenIn(places));
  const paths = [...confDirs, places.stateDir, places.socket];
  const there = await Promise.all(
    paths.map((path) =>
      found(path).then(
        (file) => file !== undefined,
        () => true,
      ),
    ),
  ); // what may not be looked at is there
  return there.includes(true);
}

const givenIn = ({ confDir, binDir }: NodePlaces) => ({
  ...(confDir !== undefined && { confDir }),
  ...(binDir !== undefined && { binDir }),
});

/** The folders of CNI configurations, as a place. */
export const confPlace = async ({ folders }: NodeScene): Promise<string> => (await folders()).confDirs.join(', ');
/** The folders of CNI plugins, as a place. */
export const binPlace = async ({ folders }: NodeScene): Promise<string> => (await folders()).binDirs.join(', ');

/**
 * The folders of CNI configurations. Rejects when one cannot be read: PLX-D-CONFIGURATION-FIRST says why, all others
 * look at nothing.
 */
export async function readableConfFolders({ confFolders }: NodeScene): Promise<readonly ConfFolder[]> {
  const all = await confFolders();
  const bad = all.find(({ listing }) => listing.kind === 'missing');
  if (bad !== undefined) throw new Error(`${bad.folder} cannot be read`);
  return all;
}

/** Whether a configuration calls Plexus: our own file, or one of direct mode. */
export const callsPlexus = ({ owner, text }: ConfEntry): boolean =>
  owner === 'plexus' || (owner === 'meta-plugin' && typesIn(text).includes('plexus-cni'));

/** Our configuration in a folder, if there is one. */
export const oursIn = ({ entries }: ConfFolder): ConfEntry | undefined =>
  entries.find(({ name, owner }) => owner === 'plexus' && isOwnName(name)) ?? entries.find(callsPlexus);

/** The types of the plugins in a configuration; none when it cannot be read. */
export const typesIn = (text: string): readonly string[] =>
  pluginsInText(text).flatMap(({ type }) => (typeof type === 'string' ? [type] : []));

/** Plugin objects of a configuration. */
export function pluginsInText(text: string): readonly JsonObject[] {
  try {
    const json = parseJson(text, 'configuration');
    if (!isJsonObject(json)) return [];
    return Array.isArray(json['plugins']) ? json['plugins'].filter(isJsonObject) : [json];
  } catch {
    return []; // whose it is, and that it cannot be read, is another check's
  }
}

/**
 * The default network that our configuration names, as this process sees it; undefined when it names none by its path.
 */
export async function clusterNetworkFile({ places }: NodeScene, text: string): Promise<string | undefined> {
  const named = pluginsInText(text)
    .map((plugin) => plugin['clusterNetwork'])
    .find((each) => typeof each === 'string' && each.startsWith('/'));
  if (typeof named !== 'string') return undefined;
  return (await found(named)) === undefined ? inRoot(places.root, named) : named;
}

/**
 * The folders of CNI plugins that are there. Rejects when none is: in a container they may be out of sight, which says
 * nothing.
 */
export async function binFolders({ folders }: NodeScene): Promise<readonly string[]> {
  const { binDirs } = await folders();
  const files = await Promise.all(binDirs.map(found));
  const there = binDirs.filter((_, index) => files[index] !== undefined);
  if (there.length === 0)
    throw new Error(
      `${binDirs.join(', ')} does not exist, or is not visible here (set --cni-bin-dir to another folder)`,
    );
  return there;
}

/**
 * All folders where the runtime looks for plugins: the one of Plexus, and further ones that its configuration names.
 */
export async function pluginFolders(scene: NodeScene): Promise<readonly string[]> {
  const [own, { runtimes }] = await Promise.all([binFolders(scene), scene.runtimes()]);
  const running = runtimes.filter(({ isRunning }) => isRunning);
  const named = (running.length > 0 ? running : runtimes.slice(0, 1))
    .filter(({ configurations }) => configurations.length > 0)
    .flatMap(({ binDirs }) => binDirs);
  return [...new Set([...own, ...(await Promise.all(named.map((path) => inRoot(scene.places.root, path))))])];
}

/** The value of a metric without labels; undefined when it is not there. */
export function metricIn(text: string, name: string): number | undefined {
  const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1];
  return value === undefined ? undefined : Number(value);
}

/** A file of the state folder. */
export const inState = ({ places }: NodeScene, name: string): string => join(places.stateDir, name);
