import {
  type AddInvocation,
  type ConfPath,
  type DelInvocation,
  type GcInvocation,
  type JsonObject,
  type StatusInvocation,
  isJsonObject,
  podOfArgs,
} from '../../cni/index.ts';
import { type Cluster, podFromCall, readPod } from '../../cluster/index.ts';
import type { Devices } from '../../devices/index.ts';
import { asPlexusError, podUnidentified, settingsInvalid } from '../../errors/index.ts';
import {
  type Labels,
  type Nad,
  type NadRef,
  type PodDevices,
  type PodMetadata,
  assertPodRef,
  maxNetworksEver,
  nadKey,
  networksKey,
} from '../../npwg/index.ts';
import {
  type PlanInputs,
  type RequiredReads,
  type Settings,
  deviceRequestsOf,
  requiredReads,
  readSelections,
} from '../../plan/index.ts';
import type { AttachDeps } from '../deps.ts';
import { nodeLinksOf } from './node-interfaces.ts';
import { listableLinks } from './links.ts';
import { atOnce, turnOf } from './turn.ts';

/** The part of a runtime's call that a plan depends on. */
export type PlannableCall = PlanInputs['call'] & Pick<AddInvocation, 'config'>;
/** The inputs that are known before NADs and files are read. */
export interface KnownInputs {
  readonly call: PlannableCall;
  readonly pod: PodMetadata | undefined;
  /** Names of the links in the sandbox. */
  readonly links: readonly string[];
}
/** The dependencies of gathering a plan's inputs. */
export type PlanSources = Pick<AttachDeps, 'settings' | 'cluster' | 'readConf' | 'turn' | 'nodeLinks'> & {
  readonly devices?: Pick<Devices, 'allocated'>;
};

/** Reads everything that the plan of an ADD depends on, once. Decides nothing. */
export async function gatherInputs(call: AddInvocation, deps: AttachDeps, signal: AbortSignal): Promise<PlanInputs> {
  const [links, pod] = await Promise.all([
    listableLinks(call.netns, { sandbox: call.containerId }, deps, signal),
    findPod(call, deps, signal),
  ]);
  // without the links, a plugin refuses a name that is taken
  return gatherPlanInputs({ call, pod, links: links?.map((link) => link.name) ?? [] }, deps, signal);
}

/**
 * Gathers the inputs for the DEL of a sandbox without a record, and ignores its links. A pod or networks that cannot be
 * read in time are reported and left out, because DEL must not depend on the API server. Policies for plugins apply: the
 * networks may never have been attached, and DEL runs plugins as root with the configuration of their author.
 */
export async function gatherLostInputs(
  call: DelInvocation,
  deps: AttachDeps,
  signal: AbortSignal,
): Promise<PlanInputs> {
  const leftOut = (thrown: unknown): undefined => {
    deps.report({ kind: 'problem', sandbox: call.containerId, error: asPlexusError(thrown) });
    return undefined;
  };
  const lookupSignal = (): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(lookupMs)]);
  const pod = await findPod(call, deps, lookupSignal()).catch(leftOut);
  // kubelet may have forgotten the pod, the limit may have been higher at ADD, and the pod's requests no longer matter
  const settings = {
    ...deps.settings,
    missingDevice: 'ignore',
    unservedRequests: 'ignore',
    maxNetworksPerPod: maxNetworksEver,
  } as const;
  const allocated: Devices['allocated'] = (...args) =>
    deps.devices.allocated(...args).catch((thrown: unknown) => {
      leftOut(thrown);
      return { devices: [], warnings: [] };
    });
  // at ADD, prevResult would be the result of an earlier plugin
  const { prevResult: _ofTheSandbox, ...config } = call.config;
  const known = { call: { ...call, config, netns: call.netns ?? '' }, links: [] };
  const sources = { ...deps, settings, devices: { ...deps.devices, allocated } };
  try {
    return await gatherPlanInputs({ ...known, pod }, sources, lookupSignal());
  } catch (thrown) {
    if (pod === undefined) throw thrown;
    leftOut(thrown);
    return gatherPlanInputs({ ...known, pod: undefined }, sources, lookupSignal());
  }
}

const lookupMs = 3000;

/** Gathers inputs without a sandbox, to plan only the default network. */
export const gatherPodlessInputs = (
  call: StatusInvocation | GcInvocation,
  deps: PlanSources,
  signal: AbortSignal,
): Promise<PlanInputs> => gatherPlanInputs({ call: withoutSandbox(call), pod: undefined, links: [] }, deps, signal);

/**
 * Gathers inputs for additional networks (namespace/name), as if a pod requested them. Devices are not looked up,
 * because there is no pod that they are allocated to.
 */
export function gatherInputsFor(
  networks: readonly string[],
  call: StatusInvocation,
  deps: PlanSources,
  signal: AbortSignal,
): Promise<PlanInputs> {
  const pod = {
    namespace: deps.settings.multusNamespace,
    name: 'none',
    annotations: { [networksKey]: networks.join(',') },
  };
  const { devices: _ofPods, ...sources } = deps;
  const settings = {
    ...deps.settings,
    namespaceIsolation: false,
    pluginPolicies: [],
    maxNetworksPerPod: maxNetworksEver,
  };
  return gatherPlanInputs({ call: withoutSandbox(call), pod, links: [] }, { ...sources, settings }, signal);
}

const withoutSandbox = (call: StatusInvocation | GcInvocation) => ({
  ...call,
  containerId: 'none',
  netns: '',
  ifName: 'eth0',
  args: [],
});

/** Reads the NADs and files that a pod's plan depends on. */
export async function gatherPlanInputs(
  { call, pod, links }: KnownInputs,
  sources: PlanSources,
  signal: AbortSignal,
): Promise<PlanInputs> {
  const { settings, turn = atOnce } = sources;
  if (pod !== undefined) await sources.cluster?.holdPod?.(pod, signal);
  const podSelections = await turn(turnOf(pod), () => readSelections(pod, settings));
  const reads = requiredReads(settings, pod, podSelections);
  const [nads, namespaces, confDir, paths] = await Promise.all([
    readNads(reads, sources, signal),
    readNamespaces(reads.nads, sources, signal),
    sources.readConf(settings.confDir),
    readPaths(reads, sources),
  ]);
  const prevResult = call.config['prevResult'];
  const inputs: PlanInputs = {
    settings,
    call,
    runtimeConfig: objectOf(call.config['runtimeConfig']),
    ...(isJsonObject(prevResult) && { prevResult }),
    ...(pod !== undefined && { pod, podSelections }),
    nads,
    namespaces,
    confDir,
    paths,
    links,
    ...(await nodeLinksOf(nads.values(), sources.nodeLinks)),
  };
  const devices = pod === undefined ? undefined : await devicesOf(pod, inputs, sources, signal);
  return { ...inputs, ...(devices !== undefined && { devices }) };
}

// queried once for all networks, and only if one of them needs a device (K8S-09)
async function devicesOf(
  pod: PodMetadata,
  inputs: PlanInputs,
  { devices, turn = atOnce }: PlanSources,
  signal: AbortSignal,
): Promise<PodDevices | undefined> {
  const requests = await turn(turnOf(pod), () => deviceRequestsOf(inputs));
  return requests.resources.length + requests.claims.length === 0
    ? undefined
    : devices?.allocated(pod, requests, signal);
}

const objectOf = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});

// annotations come from the call or from the cluster (K8S-12); undefined if the container is not a pod
async function findPod(
  call: AddInvocation | DelInvocation,
  deps: AttachDeps,
  signal: AbortSignal,
): Promise<PodMetadata | undefined> {
  const { namespace, name, uid } = podOfArgs(call.args);
  if (namespace === undefined && name === undefined) return undefined;
  if (namespace === undefined || name === undefined)
    throw podUnidentified({ missing: name === undefined ? 'K8S_POD_NAME' : 'K8S_POD_NAMESPACE' });
  assertPodRef({ namespace, name });
  const known = { ref: { namespace, name }, uid, runtimeConfig: objectOf(call.config['runtimeConfig']) };
  return deps.cluster === undefined ? podFromCall(known) : readPod(known, deps.cluster, signal);
}

async function readNads(
  { nads, optionalNads }: RequiredReads,
  { cluster }: PlanSources,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Nad | undefined>> {
  if (cluster === undefined && nads.length > 0) throw noCluster(nads);
  if (cluster === undefined) return new Map();
  return new Map(
    await Promise.all(
      [...nads, ...optionalNads].map(async (ref) => [nadKey(ref), await cluster.getNad(ref, signal)] as const),
    ),
  );
}

/** Reads the labels of namespaces; none if there are no policies. A namespace that does not exist is left out. */
export async function readNamespaces(
  nads: readonly NadRef[],
  {
    settings,
    cluster,
  }: { readonly settings: Settings; readonly cluster: Pick<Cluster, 'getNamespaceLabels'> | undefined },
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Labels>> {
  if (settings.pluginPolicies.length === 0 || cluster === undefined) return new Map();
  const names = [...new Set(nads.map(({ namespace }) => namespace))];
  const read = await Promise.all(
    names.map(async (name) => [name, await cluster.getNamespaceLabels(name, signal)] as const),
  );
  return new Map(read.flatMap(([name, labels]) => (labels === undefined ? [] : [[name, labels]])));
}

const noCluster = (nads: readonly NadRef[]) =>
  settingsInvalid({
    path: ['kubeconfig'],
    problem: `network ${nads.map(nadKey).join(', ')} is requested, but neither kubeconfig nor manifestsDir is set, so Plexus cannot read NetworkAttachmentDefinitions`,
  });

const readPaths = async (reads: RequiredReads, { readConf }: PlanSources): Promise<ReadonlyMap<string, ConfPath>> =>
  new Map(await Promise.all(reads.paths.map(async (path) => [path, await readConf(path)] as const)));
