import { join } from 'node:path';
import { type StandIn, readStandIn, standInFile } from '../cluster/index.ts';
import { type ConfPath, type JsonObject, isJsonObject, jsonObjectIn } from '../cni/index.ts';
import type { NodeLink } from '../npwg/index.ts';
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

/** Paths on a node, as this process sees them. */
export interface NodePlaces {
  /** Where the node's files are mounted. */
  readonly root: string;
  readonly confDir?: string;
  readonly binDir?: string;
  /** cniDir. */
  readonly stateDir: string;
  readonly socket: string;
  /** Address of the daemon's HTTP endpoints, if it has any. */
  readonly http?: string;
}
/** The dependencies of the scene of a node. */
export interface NodeMeans {
  /** Version of this program. */
  readonly program: string;
  /** As in process.arch. */
  readonly arch: string;
  /** User ID of this process. */
  readonly uid: number;
  readonly now: () => number;
  /** Reads the links of the node, with those of these alternative names that they have. */
  readonly nodeLinks: (altNames: readonly string[]) => Promise<readonly NodeLink[]>;
  /** The cluster's NADs; undefined without a cluster. */
  readonly clusterNads?: (signal: AbortSignal) => Promise<readonly unknown[] | undefined>;
}
/** A folder of CNI configurations with its content. */
export interface ConfFolder {
  readonly folder: string;
  readonly listing: ConfPath;
  readonly entries: readonly ConfEntry[];
}
/** Networks, including those whose configuration is a file of the node. */
export interface NodeNetworks extends KnownNetworks {
  /** The folder of these files (confDir). */
  readonly folder: string;
  /** Whether the folder could be read. */
  readonly inSight: boolean;
}
/** One node: everything that its checks inspect, each read once. */
export interface NodeScene extends NodeMeans {
  readonly places: NodePlaces;
  readonly runtimes: Source<FoundFolders>;
  readonly folders: Source<NodeFolders>;
  readonly confFolders: Source<readonly ConfFolder[]>;
  readonly journal: Source<JournalFiles>;
  /** The state folder. Rejects if it does not exist. */
  readonly state: Source<string>;
  readonly bootId: Source<string>;
  readonly standIn: Source<StandIn | undefined>;
  readonly networks: (signal: AbortSignal) => Promise<NodeNetworks>;
  readonly greeting: (signal: AbortSignal) => Promise<Greeting>;
  /** Rejects if no daemon answers. */
  readonly http: (path: '/readyz' | '/metrics', signal: AbortSignal) => Promise<HttpAnswer>;
}

/** Creates the scene of a node. Reads nothing yet. */
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

// If the cluster is unreachable, use the NADs that the daemon last stored on the node.
async function networksOf(
  { clusterNads }: NodeMeans,
  { root }: NodePlaces,
  standIn: NodeScene['standIn'],
  signal: AbortSignal,
): Promise<NodeNetworks> {
  const ofCluster = await clusterNads?.(signal).catch(() => undefined);
  // with a cluster, this is only a second source
  const left = await (ofCluster === undefined ? standIn() : standIn().catch(() => undefined));
  const objects = ofCluster ?? left?.nads;
  if (objects === undefined) throw new Error('neither the cluster nor stand-in.json provides the networks');
  const { confDir = usualNetworkFiles } = left?.settings ?? {};
  const folder = await inRoot(root, String(confDir));
  const listing = await readConfPath(folder);
  const source = ofCluster === undefined ? 'stand-in.json, which the daemon maintains' : 'the cluster';
  return { source, nads: withFiles(readNads(objects), listing, folder), folder, inSight: listing.kind !== 'missing' };
}

const usualNetworkFiles = '/etc/cni/multus/net.d';

/** Whether this machine has any part of a Kubernetes node. */
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
  ); // a path that must not be read exists nevertheless
  return there.includes(true);
}

const givenIn = ({ confDir, binDir }: NodePlaces) => ({
  ...(confDir !== undefined && { confDir }),
  ...(binDir !== undefined && { binDir }),
});

/** Names the folders of CNI configurations, as the place of a finding. */
export const confPlace = async ({ folders }: NodeScene): Promise<string> => (await folders()).confDirs.join(', ');
/** Names the folders of CNI plugins, as the place of a finding. */
export const binPlace = async ({ folders }: NodeScene): Promise<string> => (await folders()).binDirs.join(', ');

/**
 * Returns the folders of CNI configurations. Rejects if one cannot be read; PLX-D-CONFIGURATION-FIRST reports the
 * reason, and the other checks have nothing to inspect.
 */
export async function readableConfFolders({ confFolders }: NodeScene): Promise<readonly ConfFolder[]> {
  const all = await confFolders();
  const bad = all.find(({ listing }) => listing.kind === 'missing');
  if (bad !== undefined) throw new Error(`${bad.folder} cannot be read`);
  return all;
}

/** Whether a configuration calls Plexus: our own file, or a configuration of direct mode. */
export const callsPlexus = ({ owner, text }: ConfEntry): boolean =>
  owner === 'plexus' || (owner === 'meta-plugin' && typesIn(text).includes('plexus-cni'));

/** The configuration of Plexus in a folder; undefined if there is none. */
export const oursIn = ({ entries }: ConfFolder): ConfEntry | undefined =>
  entries.find(({ name, owner }) => owner === 'plexus' && isOwnName(name)) ?? entries.find(callsPlexus);

/** The types of the plugins in a configuration; [] if it cannot be read. */
export const typesIn = (text: string): readonly string[] =>
  pluginsInText(text).flatMap(({ type }) => (typeof type === 'string' ? [type] : []));

/** Returns the plugin objects of a configuration. */
export function pluginsInText(text: string): readonly JsonObject[] {
  const json = jsonObjectIn(text);
  if (json === undefined) return []; // another check reports configurations that cannot be read
  return Array.isArray(json['plugins']) ? json['plugins'].filter(isJsonObject) : [json];
}

/**
 * Returns the path of the default network's file, which the configuration of Plexus names, as this process sees it.
 * Returns undefined if the configuration names no file.
 */
export async function clusterNetworkFile({ places }: NodeScene, text: string): Promise<string | undefined> {
  const named = pluginsInText(text)
    .map((plugin) => plugin['clusterNetwork'])
    .find((each) => typeof each === 'string' && each.startsWith('/'));
  if (typeof named !== 'string') return undefined;
  return (await found(named)) === undefined ? inRoot(places.root, named) : named;
}

/**
 * Returns the existing folders of CNI plugins. Rejects if none exists: they may not be mounted into this container, so
 * their absence proves nothing.
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
 * Returns all folders in which the runtime looks for plugins: that of Plexus, and the others in the runtime's
 * configuration.
 */
export async function pluginFolders(scene: NodeScene): Promise<readonly string[]> {
  const [own, { runtimes }] = await Promise.all([binFolders(scene), scene.runtimes()]);
  const running = runtimes.filter(({ isRunning }) => isRunning);
  const named = (running.length > 0 ? running : runtimes.slice(0, 1))
    .filter(({ configurations }) => configurations.length > 0)
    .flatMap(({ binDirs }) => binDirs);
  return [...new Set([...own, ...(await Promise.all(named.map((path) => inRoot(scene.places.root, path))))])];
}

/** Returns the value of a metric without labels; undefined if there is no such metric. */
export function metricIn(text: string, name: string): number | undefined {
  const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1];
  return value === undefined ? undefined : Number(value);
}

/** Returns the path of a file in the state folder. */
export const inState = ({ places }: NodeScene, name: string): string => join(places.stateDir, name);
