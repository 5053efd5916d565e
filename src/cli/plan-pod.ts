import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { gatherPlanInputs, type PlannableCall } from '../attach/index.ts';
import { connect, readPodFile } from '../cluster/index.ts';
import { type CredentialSource, apiReader, pathSegment } from '../kube/index.ts';
import { type JsonObject, cniVersions, isCniVersion, isJsonObject, parseJsonObject } from '../cni/index.ts';
import { readNodeLinks } from '../devices/index.ts';
import { type Warning, fileUnusable, podNotFound, problemOf, useRequired } from '../errors/index.ts';
import { withNodePaths } from '../install/index.ts';
import {
  type PodDevice,
  type PodMetadata,
  type PodRef,
  defaultNetworksKey,
  nadKey,
  networksKey,
  podKey,
} from '../npwg/index.ts';
import { type Plan, type PlanInputs, guardedUse, makePlan, parseSettings } from '../plan/index.ts';
import { readConfPath } from '../runtime/index.ts';

export interface PlanSubject {
  /** YAML file with the pod, or the name of a pod in the cluster. */
  readonly pod: { readonly file: string } | PodRef;
  /** Folder of YAML files with NADs. Absent: the cluster's NADs. */
  readonly nads?: string | undefined;
  /** CNI configuration of the node. Absent: that of PLEXUS_CNI_CONF_DIR, else a placeholder for the default network. */
  readonly conf?: string | undefined;
  /** The devices that the pod would get; an empty list leaves them open. */
  readonly devices: readonly PodDevice[];
  readonly cluster: CredentialSource;
  /** Milliseconds that all requests may take together; absent: 30,000. */
  readonly requestMs?: number | undefined;
  /** Its sandbox, if known. */
  readonly containerId?: string | undefined;
}
export interface PlannedPod {
  readonly pod: PodMetadata;
  readonly plan: Plan;
  /** False: the first attachment of the plan is a placeholder. */
  readonly isDefaultKnown: boolean;
}

/**
 * Plans a pod with the same functions, in the same order, as an ADD. Rejects with podNotFound, and with every error
 * that prevents an ADD from starting.
 */
export async function planOfCommand(subject: PlanSubject): Promise<PlannedPod> {
  const signal = AbortSignal.timeout(subject.requestMs ?? longestMs);
  const pod = await podOf(subject, signal);
  const conf = subject.conf ?? (await confOfThisNode(process.env['PLEXUS_CNI_CONF_DIR']));
  const config = conf === undefined ? standIn : await readConf(conf);
  const { settings, warnings } = parseSettings(config);
  const { devices, nads } = subject;
  const sources = {
    settings,
    cluster: connect(nads === undefined ? subject.cluster : { kind: 'manifests', dir: nads }, { forPeople: true }),
    readConf: readConfPath,
    // this process runs in the daemon's pod, which sees the links of the node
    ...(process.env['PLEXUS_CNI_CONF_DIR'] !== undefined && { nodeLinks: readNodeLinks }),
    ...(devices.length > 0 && { devices: { allocated: async () => ({ devices, warnings: [] }) } }),
  };
  const known = { call: callFor(pod, config, subject.containerId), pod, links: [] };
  const inputs = await gatherPlanInputs(known, sources, signal);
  const plan = makePlan(inputs);
  return {
    pod,
    plan: { ...plan, warnings: [...warnings, ...plan.warnings], notes: [...plan.notes, ...useNotes(inputs)] },
    isDefaultKnown: conf !== undefined,
  };
}

/** An ADD also checks the permission to use these networks. */
const useNotes = ({ podSelections, nads, settings }: PlanInputs): readonly Warning[] => {
  const { selections = [], defaultNetwork } = podSelections ?? {};
  const named = [...(defaultNetwork === undefined ? [] : [defaultNetwork]), ...selections];
  return guardedUse(named, nads, settings).map(({ nad, by }) => useRequired({ network: nadKey(nad), by }));
};

const longestMs = 30_000;

async function podOf({ pod, cluster, nads }: PlanSubject, signal: AbortSignal): Promise<PodMetadata> {
  if ('file' in pod) {
    const read = await readPodFile(pod.file);
    return nads === undefined ? withNamespaceDefaults(read, cluster, signal) : read;
  }
  const found = await connect(cluster, { forPeople: true }).getPod(pod, signal);
  if (found === undefined) throw podNotFound({ pod: podKey(pod) });
  return found;
}

const namespaceMs = 3000;

interface NamespaceObject {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/**
 * Adds the default networks of the pod's namespace, as the webhook does when the pod is created. A pod that exists has
 * them already.
 */
async function withNamespaceDefaults(
  pod: PodMetadata,
  cluster: CredentialSource,
  signal: AbortSignal,
): Promise<PodMetadata> {
  const { namespace, annotations } = pod;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(namespaceMs)]);
  const path = `/api/v1/namespaces/${pathSegment(namespace)}`;
  // Without a cluster, nothing is known about the namespace.
  const found = await apiReader(cluster)
    .get(`namespace ${namespace}`, path, limit)
    .catch(() => undefined);
  const { labels = {}, annotations: given = {} } = (found as NamespaceObject | undefined)?.metadata ?? {};
  if (labels[defaultNetworksKey] !== 'enabled' || given[defaultNetworksKey] === undefined) return pod;
  const { withDefaultNetworks } = await import('../webhook/index.ts');
  const of = { namespace, annotations, hostNetwork: false };
  const { networks, problem } = withDefaultNetworks(of, given[defaultNetworksKey]);
  if (problem !== undefined) throw problem;
  return networks === undefined ? pod : { ...pod, annotations: { ...annotations, [networksKey]: networks } };
}

const standIn: JsonObject = {
  cniVersion: '1.0.0',
  name: 'plexus',
  type: 'plexus-cni',
  delegates: [{ cniVersion: '1.0.0', name: 'default-network-of-the-node', type: 'see-option-conf' }],
};

// Values that only a running pod has appear as the variable's name.
const callFor = (pod: PodMetadata, config: JsonObject, containerId = 'CNI_CONTAINERID'): PlannableCall => ({
  containerId,
  netns: 'CNI_NETNS',
  ifName: 'eth0',
  args: [
    ['K8S_POD_NAMESPACE', pod.namespace],
    ['K8S_POD_NAME', pod.name],
    ['K8S_POD_INFRA_CONTAINER_ID', containerId],
    ['K8S_POD_UID', pod.uid ?? 'UID'],
  ],
  cniVersion: versionOf(config),
  networkName: typeof config['name'] === 'string' ? config['name'] : 'plexus',
  config,
});

const versionOf = (config: JsonObject) => {
  const version = config['cniVersion'];
  return typeof version === 'string' && isCniVersion(version) ? version : (cniVersions[0] ?? '0.1.0');
};

/** The first configuration in the daemon's folder, which the runtime uses; undefined if it is not that of Plexus. */
async function confOfThisNode(folder: string | undefined): Promise<string | undefined> {
  if (folder === undefined) return undefined;
  const found = await readConfPath(folder);
  const [first] = found.kind === 'folder' ? found.files : [];
  const isOurs =
    first !== undefined && 'text' in first.content && /"type"\s*:\s*"(?:plexus|multus)/.test(first.content.text);
  return isOurs ? first.path : undefined;
}

/** Reads a .conf, or a .conflist as the runtime passes our one plugin in it: with the list's name and cniVersion. */
async function readConf(file: string): Promise<JsonObject> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw fileUnusable({ file, action: 'read', problem: problemOf(error) }, { cause: error });
  });
  const json = parseJsonObject(text, file);
  const { plugins } = json as { plugins?: unknown };
  if (!Array.isArray(plugins)) return ofThisNode(json, file);
  const listed = plugins.filter(isJsonObject);
  const ours = listed.find(({ type }) => typeof type === 'string' && /^(plexus|multus)/.test(type)) ?? listed[0] ?? {};
  const { name, cniVersion } = json;
  return ofThisNode(
    { ...ours, ...(name !== undefined && { name }), ...(cniVersion !== undefined && { cniVersion }) },
    file,
  );
}

/**
 * Multus's configuration contains paths of its container. On the node, the files are beside that configuration, or at
 * the path without /host.
 */
function ofThisNode(config: JsonObject, file: string): JsonObject {
  const { type, clusterNetwork } = config;
  if (type !== 'multus' && type !== 'multus-shim') return config;
  const isBeside = typeof clusterNetwork === 'string' && existsSync(join(dirname(file), basename(clusterNetwork)));
  return withNodePaths(config, isBeside ? dirname(file) : '/etc/cni/net.d');
}
