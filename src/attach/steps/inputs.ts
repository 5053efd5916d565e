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
import { podFromCall, readPod } from '../../cluster/index.ts';
import type { Devices } from '../../devices/index.ts';
import { asPlexusError, podUnidentified, settingsInvalid } from '../../errors/index.ts';
import {
  type Nad,
  type NadRef,
  type PodDevices,
  type PodMetadata,
  assertPodRef,
  mostNetworksEver,
  nadKey,
  networksKey,
} from '../../npwg/index.ts';
import { type PlanInputs, type Wanted, deviceWishesOf, wantedFor, wishesOf } from '../../plan/index.ts';
import type { AttachDeps } from '../deps.ts';
import { atOnce, turnOf } from './turn.ts';

/** What a plan needs to know of the runtime's call. */
export type PlannableCall = PlanInputs['call'] & Pick<AddInvocation, 'config'>;
/** What is known before NADs and files are read. */
export interface Known {
  readonly call: PlannableCall;
  readonly pod: PodMetadata | undefined;
  /** Names of the links in the sandbox. */
  readonly links: readonly string[];
}
/** All that reading a plan's inputs needs. */
export type PlanSources = Pick<AttachDeps, 'settings' | 'cluster' | 'readConf' | 'turn'> & {
  readonly devices?: Pick<Devices, 'allocated'>;
};

/** Reads everything the plan for an ADD depends on, once, and decides nothing. */
export async function gatherInputs(call: AddInvocation, deps: AttachDeps, signal: AbortSignal): Promise<PlanInputs> {
  const [links, pod] = await Promise.all([deps.host.listLinks(call.netns, signal), findPod(call, deps, signal)]);
  return gatherPlanInputs({ call, pod, links: links.map((link) => link.name) }, deps, signal);
}

/**
 * The same for a sandbox that is about to be deleted, whatever its links are. A pod or networks that cannot be read in
 * time are reported and left out, because DEL must not depend on the API server.
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
  const soon = (): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(lookUpMs)]);
  const pod = await findPod(call, deps, soon()).catch(leftOut);
  // kubelet may no longer know the pod, the limit may have been higher, and the pod's requests no longer matter
  const settings = {
    ...deps.settings,
    missingDevice: 'ignore',
    unservedRequests: 'ignore',
    maxNetworksPerPod: mostNetworksEver,
  } as const;
  const allocated: Devices['allocated'] = (...words) =>
    deps.devices.allocated(...words).catch((thrown: unknown) => {
      leftOut(thrown);
      return { devices: [], warnings: [] };
    });
  const { prevResult: _ofTheSandbox, ...config } = call.config; // of an ADD it would be that of a plugin before us
  const known = { call: { ...call, config, netns: call.netns ?? '' }, links: [] };
  const sources = { ...deps, settings, devices: { ...deps.devices, allocated } };
  try {
    return await gatherPlanInputs({ ...known, pod }, sources, soon());
  } catch (thrown) {
    if (pod === undefined) throw thrown;
    leftOut(thrown);
    return gatherPlanInputs({ ...known, pod: undefined }, sources, soon());
  }
}

const lookUpMs = 3000;

/** The same without any sandbox, to learn the default network only. */
export const gatherPodlessInputs = (
  call: StatusInvocation | GcInvocation,
  deps: PlanSources,
  signal: AbortSignal,
): Promise<PlanInputs> => gatherPlanInputs({ call: withoutSandbox(call), pod: undefined, links: [] }, deps, signal);

/**
 * The same with further networks (namespace/name), as if a pod of each one's namespace asked for it; it was given no
 * devices, and nobody is asked for any.
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
  const settings = { ...deps.settings, namespaceIsolation: false, maxNetworksPerPod: mostNetworksEver };
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
  { call, pod, links }: Known,
  sources: PlanSources,
  signal: AbortSignal,
): Promise<PlanInputs> {
  const { settings, turn = atOnce } = sources;
  const wishes = await turn(turnOf(pod), () => wishesOf(pod, settings));
  const wanted = wantedFor(settings, pod, wishes);
  const [nads, confDir, paths] = await Promise.all([
    readNads(wanted, sources, signal),
    sources.readConf(settings.confDir),
    readPaths(wanted, sources),
  ]);
  const prevResult = call.config['prevResult'];
  const inputs: PlanInputs = {
    settings,
    call,
    runtimeConfig: objectOf(call.config['runtimeConfig']),
    ...(isJsonObject(prevResult) && { prevResult }),
    ...(pod !== undefined && { pod, wishes }),
    nads,
    confDir,
    paths,
    links,
  };
  const devices = pod === undefined ? undefined : await devicesOf(pod, inputs, sources, signal);
  return { ...inputs, ...(devices !== undefined && { devices }) };
}

// asked once for all networks, and only for a pod whose networks need a device (K8S-09)
async function devicesOf(
  pod: PodMetadata,
  inputs: PlanInputs,
  { devices, turn = atOnce }: PlanSources,
  signal: AbortSignal,
): Promise<PodDevices | undefined> {
  const wishes = await turn(turnOf(pod), () => deviceWishesOf(inputs));
  return wishes.resources.length + wishes.claims.length === 0 ? undefined : devices?.allocated(pod, wishes, signal);
}

const objectOf = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});

// annotations from the call itself or from the cluster (K8S-12); undefined when the container is no pod
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
  { nads, optionalNads }: Wanted,
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

const noCluster = (nads: readonly NadRef[]) =>
  settingsInvalid({
    path: ['kubeconfig'],
    problem: `network ${nads.map(nadKey).join(', ')} is requested, but neither kubeconfig nor manifestsDir is set, so Plexus cannot read NetworkAttachmentDefinitions`,
  });

const readPaths = async (wanted: Wanted, { readConf }: PlanSources): Promise<ReadonlyMap<string, ConfPath>> =>
  new Map(await Promise.all(wanted.paths.map(async (path) => [path, await readConf(path)] as const)));
