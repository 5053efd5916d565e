import { readFile } from 'node:fs/promises';
import { gatherPlanInputs, type PlannableCall } from '../attach/index.ts';
import { connect, readPodFile } from '../cluster/index.ts';
import { type JsonObject, cniVersions, isCniVersion, isJsonObject, parseJsonObject } from '../cni/index.ts';
import { fileUnusable, problemOf } from '../errors/index.ts';
import { type PodDevice, type PodMetadata, podKey } from '../npwg/index.ts';
import { type Plan, makePlan, parseSettings } from '../plan/index.ts';
import { readConfPath } from '../runtime/index.ts';

export interface PlanFiles {
  /** YAML file with the pod. */
  readonly pod: string;
  /** Folder of YAML files with NADs. */
  readonly nads: string;
  /** CNI configuration of the node; without it a stand-in takes the place of the default network. */
  readonly conf?: string | undefined;
  /** What the pod would be given; none: left open. */
  readonly devices: readonly PodDevice[];
}

/** Plans a pod from files alone: the same functions, in the same order, as an ADD. */
export async function planFromFiles(files: PlanFiles): Promise<{ readonly name: string; readonly plan: Plan }> {
  const pod = await readPodFile(files.pod);
  const config = files.conf === undefined ? standIn : await readConf(files.conf);
  const { settings, warnings } = parseSettings(config);
  const { devices } = files;
  const sources = {
    settings,
    cluster: connect({ kind: 'manifests', dir: files.nads }),
    readConf: readConfPath,
    ...(devices.length > 0 && { devices: { allocated: async () => ({ devices, warnings: [] }) } }),
  };
  const inputs = await gatherPlanInputs({ call: callFor(pod, config), pod, links: [] }, sources, new AbortController().signal);
  const plan = makePlan(inputs);
  return { name: podKey(pod), plan: { ...plan, warnings: [...warnings, ...plan.warnings] } };
}

const standIn: JsonObject = {
  cniVersion: '1.0.0',
  name: 'plexus',
  type: 'plexus-cni',
  delegates: [{ cniVersion: '1.0.0', name: 'default-network-of-the-node', type: 'see-option-conf' }],
};

// what only a running pod has is shown as the name of the variable
const callFor = (pod: PodMetadata, config: JsonObject): PlannableCall => ({
  containerId: 'CNI_CONTAINERID',
  netns: 'CNI_NETNS',
  ifName: 'eth0',
  args: [
    ['K8S_POD_NAMESPACE', pod.namespace],
    ['K8S_POD_NAME', pod.name],
    ['K8S_POD_INFRA_CONTAINER_ID', 'CNI_CONTAINERID'],
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

/** A .conf, or a .conflist as the runtime hands its one plugin of ours: with the list's name and cniVersion. */
async function readConf(file: string): Promise<JsonObject> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw fileUnusable({ file, action: 'read', problem: problemOf(error) }, { cause: error });
  });
  const json = parseJsonObject(text, file);
  const { plugins } = json as { plugins?: unknown };
  if (!Array.isArray(plugins)) return json;
  const listed = plugins.filter(isJsonObject);
  const ours = listed.find(({ type }) => typeof type === 'string' && /^(plexus|multus)/.test(type)) ?? listed[0] ?? {};
  return { ...ours, ...(json['name'] !== undefined && { name: json['name'] }), ...(json['cniVersion'] !== undefined && { cniVersion: json['cniVersion'] }) };
}
