import { type ClusterViews, type DaemonPod, type NodeAccess, nodeAccess, readInstallation } from '../cluster/index.ts';
import { boundTo, clusterChecks, clusterScene, runChecks } from '../doctor/index.ts';
import { type ApiReader, type CredentialSource, apiReader, pathSegment } from '../kube/index.ts';
import { worstFirst } from '../view/index.ts';
import { boundedText, parseAnswer } from './bounded-text.ts';
import {
  type Dump,
  type DumpFile,
  type DumpLimits,
  type DumpSource,
  maskedKeysIn,
  readDump,
  reasonOf,
} from './sysdump-files.ts';
import { documentOf } from './sysdump-node.ts';

/** What a sysdump reads of a cluster. */
export interface ClusterPlaces {
  readonly source: CredentialSource;
  readonly views: ClusterViews;
  /** Only this node, its daemon and its pods. */
  readonly node?: string | undefined;
  readonly limits: DumpLimits;
}

// Each node takes several seconds and up to some MiB.
const mostNodes = 20;
const nodesAtOnce = 4;
const checkMs = 10_000;
const graceMs = 500;
const label = 'app.kubernetes.io/name=plexus';

/** Reads the API, and then every daemon with its log. Rejects if the daemons cannot be listed. */
export async function dumpCluster(places: ClusterPlaces): Promise<readonly Dump[]> {
  const { source, node, limits } = places;
  const api = apiReader(source);
  const access = nodeAccess(source);
  const signal = AbortSignal.timeout(limits.readMs);
  const all = await access.daemons(signal);
  const daemons = all
    .filter((daemon) => node === undefined || daemon.node === node)
    .toSorted((a, b) => Number(a.isReady) - Number(b.isReady));
  const namespaces = [...new Set(all.map(({ namespace }) => namespace))];
  const configMaps = await readConfigMaps(api, namespaces, signal).catch((error: unknown) => error as Error);
  const keys = maskedKeysIn(configMaps);
  const dumps = [await readDump(apiSources(places, api, configMaps), limits, keys)];
  const read = daemons.slice(0, mostNodes);
  for (let from = 0; from < read.length; from += nodesAtOnce)
    dumps.push(
      ...(await Promise.all(
        read.slice(from, from + nodesAtOnce).map((daemon) => dumpNode(daemon, { places, api, access, keys })),
      )),
    );
  const missing = [
    ...(node !== undefined && daemons.length === 0
      ? [{ name: folderOf(node), reason: 'no pod of the DaemonSet is on this node' }]
      : []),
    ...daemons.slice(mostNodes).map((daemon) => ({
      name: folderOf(daemon.node),
      reason: `only ${mostNodes} nodes are read, those with problems first; choose this one with --node`,
    })),
  ];
  return [...dumps, { files: [], missing }];
}

const unmaskedKeys =
  '(names of its maskedKeys are therefore unknown, and their values in cluster/ and logs not masked)';

interface ConfigMap {
  readonly metadata?: { readonly namespace?: string; readonly name?: string };
  readonly data?: Readonly<Record<string, string>>;
}

async function readConfigMaps(api: ApiReader, namespaces: readonly string[], signal: AbortSignal): Promise<object[]> {
  const lists = namespaces.map((namespace) =>
    api.list(
      `list ConfigMaps in ${namespace}`,
      `/api/v1/namespaces/${pathSegment(namespace)}/configmaps?labelSelector=${encodeURIComponent(label)}`,
      signal,
    ),
  );
  return ((await Promise.all(lists)).flatMap((list) => list ?? []) as readonly ConfigMap[]).map(
    ({ metadata: { namespace, name } = {}, data = {} }) => ({
      configMap: `${namespace}/${name}`,
      data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, documentOf(text)])),
    }),
  );
}

function apiSources(
  { source, views, node }: ClusterPlaces,
  api: ApiReader,
  configMaps: unknown,
): readonly DumpSource[] {
  let overview: ReturnType<ClusterViews['read']> | undefined;
  const read = (signal: AbortSignal) => (overview ??= views.read({}, signal));
  const scene = (signal: AbortSignal) =>
    clusterScene({ api, from: 'the cluster', now: Date.now, signal, ...(node !== undefined && { node }) });
  const described: readonly [string, string, DumpSource['read']][] = [
    [
      'installation.json',
      'DaemonSet, daemons with versions, CustomResourceDefinition, webhooks',
      (signal) => readInstallation(source, signal),
    ],
    [
      'configuration.json',
      'ConfigMaps of Plexus',
      async () => {
        if (configMaps instanceof Error) throw new Error(`${reasonOf(configMaps)} ${unmaskedKeys}`);
        return configMaps;
      },
    ],
    [
      'daemonset.json',
      'DaemonSet of Plexus',
      async (signal) =>
        (
          (await api.list(
            'list DaemonSets',
            `/apis/apps/v1/daemonsets?labelSelector=${encodeURIComponent(label)}`,
            signal,
          )) ?? []
        ).map(plain),
    ],
    [
      'doctor.json',
      'findings of plexus doctor --end cluster',
      async (signal) => worstFirst(await runChecks(boundTo(scene(signal), clusterChecks), { checkMs, graceMs })),
    ],
    ['networks.json', 'NetworkAttachmentDefinitions', async (signal) => (await read(signal)).nads.map(plain)],
    [
      'pods.json',
      'pods with annotations of networks',
      async (signal) =>
        (await read(signal)).pods.filter(
          (pod) => Object.keys(pod.annotations).length > 0 && (node === undefined || pod.node === node),
        ),
    ],
    [
      'warnings.json',
      'Events that state why a pod cannot start',
      async (signal) => {
        const { warnings, notes } = await read(signal);
        if (warnings === undefined) throw new Error(notes.join(' '));
        return warnings;
      },
    ],
  ];
  return described.map(([name, holds, readIt]) => ({ name: `cluster/${name}`, holds, read: readIt }));
}

/** Without what tools add to an object: its last applied form repeats it as text. */
function plain(object: unknown): unknown {
  const { metadata = {}, ...rest } = object as { readonly metadata?: Readonly<Record<string, unknown>> };
  const { managedFields: _, annotations = {}, ...kept } = metadata;
  const { 'kubectl.kubernetes.io/last-applied-configuration': __, ...others } = annotations as Record<string, unknown>;
  return { metadata: { ...kept, annotations: others }, ...rest };
}

interface Reading {
  readonly places: ClusterPlaces;
  readonly api: ApiReader;
  readonly access: NodeAccess;
  readonly keys: readonly string[];
}

const folderOf = (node: string): string => `nodes/${pathPart(node === '' ? 'unknown' : node)}`;
const pathPart = (text: string): string => text.replaceAll(/[^\w.-]/g, '_').replace(/^\.+/, '_');

/** Reads one daemon: its files and operations where it runs, and its log from the API. Never rejects. */
async function dumpNode(daemon: DaemonPod, { places, api, access, keys }: Reading): Promise<Dump> {
  const folder = folderOf(daemon.node);
  const logs: readonly DumpSource[] = [
    {
      name: `${folder}/daemon.log`,
      holds: `log of ${daemon.namespace}/${daemon.name}`,
      read: (signal) => readLog(api, daemon, '', signal),
    },
    ...(daemon.restarts === 0
      ? []
      : [
          {
            name: `${folder}/daemon.previous.log`,
            holds: 'its log before the last restart',
            read: (signal: AbortSignal) => readLog(api, daemon, '&previous=true', signal),
          },
        ]),
  ];
  const [inside, ofApi] = await Promise.all([
    dumpInDaemon(daemon, { places, access }).catch((error: unknown) => error as Error),
    readDump(logs, places.limits, keys),
  ]);
  if (inside instanceof Error)
    return { ...ofApi, missing: [{ name: `${folder}/`, reason: reasonOf(inside, keys) }, ...ofApi.missing] };
  const named = <T extends { readonly name: string }>(each: T): T => ({
    ...each,
    name: `${folder}/${pathPart(each.name)}`,
  });
  return {
    files: [...inside.files.map(named), ...ofApi.files],
    missing: [...inside.missing.map(named), ...ofApi.missing],
  };
}

// The newest lines, of which at most so many bytes.
const logLines = 10_000;

async function readLog(api: ApiReader, daemon: DaemonPod, more: string, signal: AbortSignal): Promise<string> {
  const { namespace, name } = daemon;
  const path = `/api/v1/namespaces/${pathSegment(namespace)}/pods/${pathSegment(name)}/log?container=daemon`;
  const limits = `&tailLines=${logLines}&limitBytes=${logBytes}&timestamps=true`;
  const text = await api.text(`read the log of pod ${namespace}/${name}`, `${path}${limits}${more}`, signal);
  if (text === undefined) throw new Error('the pod has no log');
  return text;
}
const logBytes = 4 * 1024 ** 2;

async function dumpInDaemon(
  daemon: DaemonPod,
  { places: { limits }, access }: Pick<Reading, 'places' | 'access'>,
): Promise<Dump> {
  if (!daemon.isRunning) throw new Error(`pod ${daemon.namespace}/${daemon.name} is ${daemon.state}`);
  const stdout = boundedText(2 * limits.dumpLength);
  const stderr = boundedText(1000);
  const output = { stdout: stdout.push, stderr: stderr.push };
  const status = await access.run(daemon, ['sysdump', '--json'], output, AbortSignal.timeout(limits.readMs * 2));
  if (status !== 0) throw new Error(`plexus sysdump ended with status ${status}: ${stderr.text()}`);
  return dumpOf(parseAnswer(stdout.text()));
}

/** Reads the answer of a daemon, which another version may have written. */
function dumpOf(answer: unknown): Dump {
  const { files = [], missing = [] } = answer as { readonly files?: unknown[]; readonly missing?: unknown[] };
  const texts = (each: unknown, keys: readonly string[]): boolean =>
    keys.every((key) => typeof (each as Readonly<Record<string, unknown>> | null)?.[key] === 'string');
  return {
    files: files.filter((each): each is DumpFile => texts(each, ['name', 'holds', 'text'])),
    missing: missing.filter((each): each is Dump['missing'][number] => texts(each, ['name', 'reason'])),
  };
}
