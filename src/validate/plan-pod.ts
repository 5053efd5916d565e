import type { ConfFile } from '../cni/index.ts';
import { asPlexusError, type PlexusError, type Warning } from '../errors/index.ts';
import {
  type DeviceSource,
  type Nad,
  type NetworkSelection,
  type PodDevice,
  type PodMetadata,
  deviceSourceOf,
  nadKey,
  selectionFields,
  sourceKey,
} from '../npwg/index.ts';
import { type Delivery, type PlanInputs, type Settings, makePlan } from '../plan/index.ts';
import type { Ipam } from './check-ipam.ts';

/** The context in which pods are planned. */
export interface PodContext {
  readonly settings: Settings;
  /** Known networks by namespace/name. `undefined`: the network exists, but Plexus cannot read it. */
  readonly nads: ReadonlyMap<string, Nad | undefined>;
  readonly ipams: ReadonlyMap<string, readonly Ipam[]>;
  /** Whether a network that is not in `nads` certainly does not exist. */
  readonly isWhole: boolean;
  /** Configuration files beside the manifests, for NetworkAttachmentDefinitions without a configuration. */
  readonly files: readonly { readonly name: string; readonly file: ConfFile }[];
}

/** A pod and the inputs for planning it. */
export interface PodInput {
  readonly pod: PodMetadata;
  readonly context: PodContext;
  /** How many devices of each resource the containers request, and the pod's claims. */
  readonly limits: ReadonlyMap<string, number>;
  readonly claims: readonly string[];
}

/** The result of the planner. */
export interface Planned {
  readonly error?: PlexusError;
  readonly warnings: readonly Warning[];
  /** How the requests of each selection reach its plugins. */
  readonly deliveries: readonly (readonly Delivery[])[];
}

/** Plans a pod. `withDevices`: also checks that it requests the devices that its networks need. */
export function planPod(
  { pod, context, limits, claims }: PodInput,
  selections: readonly NetworkSelection[],
  withDevices: boolean,
): Planned {
  const nads = new Map(selections.map(({ nad }) => [nadKey(nad), context.nads.get(nadKey(nad)) ?? standInNad(nad)]));
  const sources = sourcesOf(selections, nads);
  const devices = withDevices
    ? {
        devices: [...requestedDevices(sources, limits), ...claimedDevices(sources, pod, claims)],
        warnings: [],
        requested: [...limits.keys()],
      }
    : undefined;
  try {
    return makePlan({
      ...inputsFor(pod, context, withConfigurations(nads, context)),
      ...(devices !== undefined && { devices }),
    });
  } catch (thrown) {
    return { error: asPlexusError(thrown), warnings: [], deliveries: [] };
  }
}

const most = 64;

/** Only the resources of the networks: a pod may request tens of thousands of others. */
const requestedDevices = (
  sources: readonly DeviceSource[],
  limits: ReadonlyMap<string, number>,
): readonly PodDevice[] =>
  sources.flatMap(({ kind, name: resource }) =>
    kind === 'resource'
      ? Array.from({ length: Math.min(limits.get(resource) ?? 0, most) }, (_, index) => ({
          id: `${resource}-${index + 1}`,
          resource,
        }))
      : [],
  );

/**
 * Assumes a claimed device for each network that may use one, because the devices of a claim, and their resources, are
 * not known here.
 */
const claimedDevices = (
  sources: readonly DeviceSource[],
  { namespace }: PodMetadata,
  claims: readonly string[],
): readonly PodDevice[] =>
  sources.flatMap(({ kind, name }): readonly PodDevice[] => {
    const ids = Array.from({ length: most }, (_, index) => `${name}-of-claim-${index + 1}`);
    if (kind === 'resource') return claims.length === 0 ? [] : ids.map((id) => ({ id, resource: name }));
    const [podClaim = '', ...request] = name.split('/');
    if (!claims.includes(podClaim)) return [];
    const claimed = {
      podClaim,
      claim: { namespace, name: podClaim },
      request: request.join('/') || 'any',
      driver: 'unknown',
      pool: 'unknown',
    };
    return ids.map((id) => ({ id, claimed: { ...claimed, device: id } }));
  });

/** Returns the distinct device sources of these selections. */
const sourcesOf = (selections: readonly NetworkSelection[], nads: Nads): readonly DeviceSource[] => {
  const sources = selections.flatMap((each) => deviceSourceOf(nads.get(nadKey(each.nad)), each) ?? []);
  return [...new Map(sources.map((each) => [sourceKey(each), each])).values()];
};

type Nads = ReadonlyMap<string, Nad>;

/** Gives a placeholder configuration to each NAD that refers to a file of the node, unless that file is known. */
const withConfigurations = (nads: Nads, { files }: PodContext): Nads =>
  new Map(
    [...nads].map(([key, nad]) => [
      key,
      nad.config === undefined && !files.some(({ name }) => name === nad.name)
        ? { ...standInNad(nad), ...resourceOf(nad) }
        : nad,
    ]),
  );

const resourceOf = ({ resourceName, resourceClaim }: Nad): Partial<Nad> => ({
  ...(resourceName !== undefined && { resourceName }),
  ...(resourceClaim !== undefined && { resourceClaim }),
});

const everyCapability = Object.fromEntries(
  Object.values(selectionFields).flatMap(({ capability }) => (capability === undefined ? [] : [[capability, true]])),
);

/** Returns a placeholder for an unknown network, which accepts any request. */
const standInNad = ({ namespace, name }: NetworkSelection['nad']): Nad => ({
  namespace,
  name,
  config: JSON.stringify({ cniVersion: '1.0.0', name: 'unknown', type: 'unknown', capabilities: everyCapability }),
});

function inputsFor(pod: PodMetadata, { settings, files }: PodContext, nads: Nads): PlanInputs {
  return {
    settings: { ...settings, pluginPolicies: [] }, // judged with the network, not with each pod
    call: {
      containerId: 'CNI_CONTAINERID',
      netns: 'CNI_NETNS',
      ifName: 'eth0',
      args: [],
      cniVersion: '1.0.0',
      networkName: 'plexus',
    },
    runtimeConfig: {},
    pod,
    nads,
    confDir: { kind: 'folder', files: files.map(({ file }) => file), siblings: {} },
    paths: new Map(),
    links: [],
  };
}
