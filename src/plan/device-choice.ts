import {
  type PlexusError,
  type Warning,
  deviceAbsent,
  deviceIdLost,
  deviceMissing,
  deviceReplaced,
  deviceUndecided,
  resourceNotRequested,
  resourceUnserved,
} from '../errors/index.ts';
import { type DeviceWishes, type Nad, type PodDevice, type PodDevices, podKey } from '../npwg/index.ts';
import type { PlanInputs } from './inputs.ts';
import { type Delegate, resolveDelegates } from './resolve.ts';
import { shownValue } from './shown.ts';

export interface DeviceChoice {
  /** By position of the delegate. */
  readonly chosen: readonly (PodDevice | undefined)[];
  readonly warnings: readonly Warning[];
}

/**
 * What has to be asked for before devices can be chosen for the pod's networks. The errors of makePlan, where a network
 * is made of a device.
 */
export function deviceWishesOf(inputs: PlanInputs): DeviceWishes {
  if (![...inputs.nads.values()].some(isOfDevices)) return { resources: [], claims: [] };
  const { delegates } = resolveDelegates(inputs);
  return {
    resources: known(delegates.map(({ nad }) => (nad?.resourceClaim === undefined ? nad?.resourceName : undefined))),
    claims: [...new Set(known(delegates.map(({ nad }) => nad?.resourceClaim)))],
  };
}

const known = (names: readonly (string | undefined)[]): readonly string[] =>
  names.filter((name) => name !== undefined).toSorted();

/**
 * One device for each delegate whose NAD names a resource or a ResourceClaim: in sorted order, none twice, default and
 * further networks alike (NPWG-119). Who can use the fewest chooses first, and takes another where somebody can use
 * only his. resourceNotRequested, deviceMissing; a warning in their place with missingDevice: ignore, and when nobody
 * was asked for devices.
 */
export function chooseDevices(delegates: readonly Delegate[], inputs: PlanInputs): DeviceChoice {
  const needs = delegates.map((delegate) => needOf(delegate, inputs.devices?.devices ?? []));
  const named = delegates.flatMap(({ selection, nad }) =>
    selection?.deviceId !== undefined && !isOfDevices(nad) ? [selection.deviceId] : [],
  );
  const chosen: (PodDevice | undefined)[] = delegates.map(() => undefined);
  const choice: Choice = { needs, chosen, owners: new Map(named.map((id) => [id, -1])) };
  for (const index of [...needs.keys()].toSorted((a, b) => byChoices(needs[a], needs[b])))
    take(index, choice, new Set());
  const warnings = delegates.flatMap((delegate, index) =>
    shortcomings(delegate, { need: needs[index], device: chosen[index] }, inputs),
  );
  return { chosen, warnings: [...warnings, ...(inputs.devices?.warnings ?? [])] };
}

/** Whether a network is made of a device: then only one that the pod was given. */
export const isOfDevices = (nad: Nad | undefined): boolean =>
  nad?.resourceName !== undefined || nad?.resourceClaim !== undefined;

interface Need {
  /** For messages. */
  readonly of: string;
  readonly kind: 'resource' | 'claim' | 'request';
  /** Sorted, each once. */
  readonly candidates: readonly PodDevice[];
  /** Of the one that the annotation names. */
  readonly askedId?: string;
}

interface Choice {
  readonly needs: readonly (Need | undefined)[];
  readonly chosen: (PodDevice | undefined)[];
  /** By identity of the device: position of the delegate. */
  readonly owners: Map<string, number>;
}

/** Gives a delegate a device: a free one, else one whose delegate takes another instead. False when there is none. */
function take(index: number, choice: Choice, tried: Set<string>): boolean {
  const { needs, chosen, owners } = choice;
  const { candidates = [], askedId } = needs[index] ?? {};
  const canBeLeft = (device: PodDevice): boolean => {
    const key = identityOf(device);
    const owner = owners.get(key) ?? -1;
    if (tried.has(key) || needs[owner]?.askedId === device.id) return false;
    tried.add(key);
    return take(owner, choice, tried);
  };
  const free = candidates.filter((each) => !owners.has(identityOf(each)));
  const device = free.find(({ id }) => id === askedId) ?? free[0] ?? candidates.find(canBeLeft);
  if (device === undefined) return false;
  owners.set(identityOf(device), index);
  chosen[index] = device;
  return true;
}

/** A NAD that names both is made of the claim's device: that says more. */
function needOf({ nad, selection }: Delegate, devices: readonly PodDevice[]): Need | undefined {
  if (nad === undefined || !isOfDevices(nad)) return undefined;
  const { resourceName, resourceClaim } = nad;
  const fitting = devices.filter((device) =>
    resourceClaim === undefined ? device.resource === resourceName : isOfClaim(device, resourceClaim),
  );
  const candidates = [...new Map(fitting.map((device) => [identityOf(device), device])).values()].toSorted(byId);
  const asked = candidates.find(({ id }) => id === selection?.deviceId);
  return {
    of: shownValue(resourceClaim === undefined ? `resource ${resourceName}` : `claim ${resourceClaim}`),
    kind: resourceClaim === undefined ? 'resource' : resourceClaim.includes('/') ? 'request' : 'claim',
    candidates,
    ...(asked !== undefined && { askedId: asked.id }),
  };
}

function isOfClaim({ claimed }: PodDevice, wish: string): boolean {
  const [claim, ...request] = wish.split('/');
  if (claimed?.podClaim !== claim) return false;
  const wanted = request.join('/');
  return wanted === '' || claimed?.request === wanted || claimed?.request?.startsWith(`${wanted}/`) === true;
}

// by ID first: the order that Multus and OVN-Kubernetes count in, whatever a driver calls its devices
const byId = (a: PodDevice, b: PodDevice): number =>
  a.id === b.id ? (identityOf(a) < identityOf(b) ? -1 : 1) : a.id < b.id ? -1 : 1;

const pciAddress = /^[0-9a-fA-F]{4,8}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\.[0-7]$/;

/**
 * A PCI address is the same device wherever it is listed; any other ID only says something within its resource or
 * driver.
 */
function identityOf({ id, resource, claimed }: PodDevice): string {
  if (pciAddress.test(id)) return id;
  return claimed === undefined ? `${resource ?? ''} ${id}` : `${claimed.driver} ${claimed.pool} ${claimed.device}`;
}

const ranks = { request: 1, claim: 2, resource: 3 } as const;

/** Who asks for a certain device first, then who has the fewest to choose from. */
function byChoices(a: Need | undefined, b: Need | undefined): number {
  const choices = (need: Need | undefined): number =>
    need === undefined || need.askedId !== undefined ? 0 : need.candidates.length;
  const rank = (need: Need | undefined): number => (need === undefined ? 0 : ranks[need.kind]);
  return choices(a) - choices(b) || rank(a) - rank(b);
}

function shortcomings(
  delegate: Delegate,
  { need, device }: { readonly need: Need | undefined; readonly device: PodDevice | undefined },
  inputs: PlanInputs,
): readonly Warning[] {
  const { network, selection } = delegate;
  const asked = selection?.deviceId;
  if (need === undefined)
    return isDeviceLost(delegate) ? [deviceIdLost({ network, deviceId: shownValue(asked ?? '') })] : [];
  if (device !== undefined)
    return asked === undefined || asked === device.id
      ? []
      : [deviceReplaced({ network, deviceId: shownValue(asked), of: need.of, gets: device.id })];
  if (inputs.devices === undefined) return [deviceUndecided({ network, of: need.of })];
  if (isMarker(delegate, need, inputs.devices)) return markerWarnings(delegate, inputs.devices);
  const error = whyNone(delegate, need, inputs);
  if (inputs.settings.missingDevice === 'fail') throw error;
  return [deviceAbsent({ network, problem: error.message })];
}

/**
 * Whether a network's resource has no devices: it is in the node's status for the scheduler only (bridge-marker, the
 * marker of ovs-cni), and no device plugin serves it. Not checked for a pod that was given a device of it.
 */
const isMarker = ({ nad }: Delegate, { kind, candidates }: Need, { served }: PodDevices): boolean =>
  kind === 'resource' &&
  candidates.length === 0 &&
  served !== undefined &&
  nad?.resourceName !== undefined &&
  !served.includes(nad.resourceName);

function markerWarnings({ network, nad }: Delegate, { requested }: PodDevices): readonly Warning[] {
  const resource = nad?.resourceName ?? '';
  if (requested === undefined || requested.includes(resource)) return [];
  return [resourceUnserved({ network, resource: shownValue(resource) })];
}

function whyNone(
  { network, nad }: Delegate,
  { kind, of, candidates }: Need,
  { devices, pod }: PlanInputs,
): PlexusError {
  const resource = kind === 'resource' ? nad?.resourceName : undefined;
  const { warnings = [], requested } = devices ?? {};
  const cause = warnings.length === 0 ? {} : { cause: new Error(warnings.map(({ text }) => text).join('; ')) };
  if (candidates.length > 0 || resource === undefined || pod === undefined)
    return deviceMissing({ network, of, has: hasText(candidates.length) }, cause);
  if (requested !== undefined && !requested.includes(resource))
    return resourceNotRequested({ network, resource: shownValue(resource), pod: podKey(pod) }, cause);
  return deviceMissing({ network, of, has: noneText(devices) }, cause);
}

function noneText(devices: PodDevices | undefined): string {
  const requests = devices?.requested === undefined ? '' : ', although it requests that resource';
  const doubt = devices?.served === undefined ? '; kubelet cannot be asked whether a device plugin serves it' : '';
  return `kubelet gave the pod none${requests}${doubt}`;
}

const hasText = (available: number): string =>
  available === 0 ? 'the pod has none' : `the pod has only ${available}, used by its other networks`;

// an error would break pods that Multus attaches: it drops such a deviceID and says nothing
const isDeviceLost = ({ selection, configuration }: Delegate): boolean =>
  selection?.deviceId !== undefined &&
  !configuration.plugins.some(({ capabilities }) => capabilities.includes('deviceID'));
