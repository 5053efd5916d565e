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
import {
  type DeviceRequests,
  type DeviceSource,
  type PodDevice,
  type PodDevices,
  deviceSourceOf,
  isPciAddress,
  podKey,
  requestsOfSources,
  sourceKey,
} from '../npwg/index.ts';
import type { PlanInputs } from './inputs.ts';
import { type Delegate, resolveDelegates } from './resolve.ts';
import { readSelections } from './selections.ts';
import { shownValue } from './shown.ts';

export interface DeviceChoice {
  /** By position of the delegate. */
  readonly chosen: readonly (PodDevice | undefined)[];
  readonly warnings: readonly Warning[];
}

/**
 * Returns the devices to query before devices can be chosen. If a network uses a device, throws the same errors as
 * makePlan.
 */
export function deviceRequestsOf(inputs: PlanInputs): DeviceRequests {
  const podSelections = inputs.podSelections ?? readSelections(inputs.pod, inputs.settings);
  const { selections, defaultNetwork } = podSelections;
  const all = [...inputs.nads.values(), ...selections, defaultNetwork];
  if (all.every((each) => deviceSourceOf(undefined, each) === undefined)) return requestsOfSources([]);
  return requestsOfSources(resolveDelegates({ ...inputs, podSelections }).delegates.map(sourceOf));
}

/**
 * Chooses a distinct device for each delegate with a device source, in sorted order and for
 * the default and additional networks alike (NPWG-119). The delegate with the fewest candidates chooses first, and
 * yields its device to another that has no alternative. Throws resourceNotRequested or deviceMissing; these are
 * warnings with missingDevice: ignore, and when devices were not queried.
 */
export function chooseDevices(delegates: readonly Delegate[], inputs: PlanInputs): DeviceChoice {
  const needs = delegates.map((delegate) => needOf(delegate, inputs.devices?.devices ?? []));
  const named = delegates.flatMap((delegate) => (usesDevice(delegate) ? [] : (delegate.selection?.deviceId ?? [])));
  const chosen: (PodDevice | undefined)[] = delegates.map(() => undefined);
  const choice: Choice = { needs, chosen, owners: new Map(named.map((id) => [id, -1])) };
  for (const index of [...needs.keys()].toSorted((a, b) => byChoices(needs[a], needs[b])))
    take(index, choice, new Set());
  const warnings = delegates.flatMap((delegate, index) =>
    shortcomings(delegate, { need: needs[index], device: chosen[index] }, inputs),
  );
  return { chosen, warnings: [...warnings, ...(inputs.devices?.warnings ?? [])] };
}

/** Returns where a delegate's device comes from. */
export const sourceOf = ({ nad, selection }: Delegate): DeviceSource | undefined => deviceSourceOf(nad, selection);

/** Returns whether a delegate uses a device that must be allocated to the pod. */
export const usesDevice = (delegate: Delegate): boolean => sourceOf(delegate) !== undefined;

/** Describes a device source in messages. */
export const sourceText = (source: DeviceSource): string => shownValue(sourceKey(source));

interface Need {
  /** For messages. */
  readonly of: string;
  readonly source: DeviceSource;
  readonly kind: 'resource' | 'claim' | 'request';
  /** Sorted, without duplicates. */
  readonly candidates: readonly PodDevice[];
  /** The ID of the device that the annotation requests. */
  readonly requestedId?: string;
}

interface Choice {
  readonly needs: readonly (Need | undefined)[];
  readonly chosen: (PodDevice | undefined)[];
  /** Position of the delegate, by identity of the device. */
  readonly owners: Map<string, number>;
}

/**
 * Assigns a device to a delegate: a free one, otherwise one whose delegate can switch to another (augmenting path of a
 * bipartite matching). Returns false if there is none.
 */
function take(index: number, choice: Choice, tried: Set<string>): boolean {
  const { needs, chosen, owners } = choice;
  const { candidates = [], requestedId } = needs[index] ?? {};
  const canBeLeft = (device: PodDevice): boolean => {
    const key = identityOf(device);
    const owner = owners.get(key) ?? -1;
    if (tried.has(key) || needs[owner]?.requestedId === device.id) return false;
    tried.add(key);
    return take(owner, choice, tried);
  };
  const free = candidates.filter((each) => !owners.has(identityOf(each)));
  const device = free.find(({ id }) => id === requestedId) ?? free[0] ?? candidates.find(canBeLeft);
  if (device === undefined) return false;
  owners.set(identityOf(device), index);
  chosen[index] = device;
  return true;
}

/** Returns what a delegate needs. */
function needOf(delegate: Delegate, devices: readonly PodDevice[]): Need | undefined {
  const source = sourceOf(delegate);
  if (source === undefined) return undefined;
  const { kind, name } = source;
  const fitting = devices.filter((device) =>
    kind === 'resource' ? device.resource === name : isOfClaim(device, name),
  );
  const candidates = [...new Map(fitting.map((device) => [identityOf(device), device])).values()].toSorted(byId);
  const requested = candidates.find(({ id }) => id === delegate.selection?.deviceId);
  return {
    of: sourceText(source),
    source,
    kind: kind === 'claim' && name.includes('/') ? 'request' : kind,
    candidates,
    ...(requested !== undefined && { requestedId: requested.id }),
  };
}

function isOfClaim({ claimed }: PodDevice, claimRef: string): boolean {
  const [claim, ...request] = claimRef.split('/');
  if (claimed?.podClaim !== claim) return false;
  const requestName = request.join('/');
  return (
    requestName === '' || claimed?.request === requestName || claimed?.request?.startsWith(`${requestName}/`) === true
  );
}

// sorted by ID, as Multus and OVN-Kubernetes do, whatever a driver names its devices
const byId = (a: PodDevice, b: PodDevice): number =>
  a.id === b.id ? (identityOf(a) < identityOf(b) ? -1 : 1) : a.id < b.id ? -1 : 1;

/**
 * Returns the identity of a device. A PCI address identifies a device wherever it is listed; other IDs are unique only
 * within their resource or driver.
 */
export function identityOf({ id, resource, claimed }: PodDevice): string {
  if (isPciAddress(id)) return id;
  return claimed === undefined ? `${resource ?? ''} ${id}` : `${claimed.driver} ${claimed.pool} ${claimed.device}`;
}

const ranks = { request: 1, claim: 2, resource: 3 } as const;

/** Compares delegates: first those that request a specific device, then those with the fewest candidates. */
function byChoices(a: Need | undefined, b: Need | undefined): number {
  const choices = (need: Need | undefined): number =>
    need === undefined || need.requestedId !== undefined ? 0 : need.candidates.length;
  const rank = (need: Need | undefined): number => (need === undefined ? 0 : ranks[need.kind]);
  return choices(a) - choices(b) || rank(a) - rank(b);
}

function shortcomings(
  delegate: Delegate,
  { need, device }: { readonly need: Need | undefined; readonly device: PodDevice | undefined },
  inputs: PlanInputs,
): readonly Warning[] {
  const { network, selection } = delegate;
  const requested = selection?.deviceId;
  if (need === undefined)
    return isDeviceLost(delegate) ? [deviceIdLost({ network, deviceId: shownValue(requested ?? '') })] : [];
  if (device !== undefined)
    return requested === undefined || requested === device.id
      ? []
      : [deviceReplaced({ network, deviceId: shownValue(requested), of: need.of, gets: device.id })];
  if (inputs.devices === undefined) return [deviceUndecided({ network, of: need.of })];
  if (isMarker(need, inputs.devices)) return markerWarnings(network, need, inputs.devices);
  const error = missingError(delegate, need, inputs);
  if (inputs.settings.missingDevice === 'fail') throw error;
  return [deviceAbsent({ network, problem: error.message })];
}

/**
 * Returns whether a network's resource has no devices: it only marks nodes for the scheduler (bridge-marker, the marker
 * of ovs-cni), and no device plugin serves it. False if the pod has a device of it.
 */
const isMarker = ({ source, candidates }: Need, { served }: PodDevices): boolean =>
  source.kind === 'resource' && candidates.length === 0 && served !== undefined && !served.includes(source.name);

function markerWarnings(network: string, { source }: Need, { requested }: PodDevices): readonly Warning[] {
  if (requested === undefined || requested.includes(source.name)) return [];
  return [resourceUnserved({ network, resource: shownValue(source.name) })];
}

function missingError(
  { network }: Delegate,
  { source, of, candidates }: Need,
  { devices, pod }: PlanInputs,
): PlexusError {
  const resource = source.kind === 'resource' ? source.name : undefined;
  const { warnings = [], requested } = devices ?? {};
  const cause = warnings.length === 0 ? {} : { cause: new Error(warnings.map(({ text }) => text).join('; ')) };
  if (candidates.length > 0 || resource === undefined || pod === undefined)
    return deviceMissing({ network, of, has: hasText(candidates.length) }, cause);
  if (requested !== undefined && !requested.includes(resource))
    return resourceNotRequested({ network, resource: shownValue(resource), pod: podKey(pod) }, cause);
  return deviceMissing({ network, of, has: noneText(devices) }, cause);
}

function noneText(devices: PodDevices | undefined): string {
  const requests = devices?.requested === undefined ? '' : ', although the pod requests that resource';
  const doubt =
    devices?.served === undefined
      ? '; kubelet is unavailable, so Plexus does not know whether a device plugin serves the resource'
      : '';
  return `kubelet allocated none to the pod${requests}${doubt}`;
}

const hasText = (available: number): string =>
  available === 0 ? 'the pod has none' : `the pod has only ${available}, used by its other networks`;

// a warning, not an error, because Multus silently drops such a deviceID and attaches the pod
const isDeviceLost = ({ selection, configuration }: Delegate): boolean =>
  selection?.deviceId !== undefined &&
  !configuration.plugins.some(({ capabilities }) => capabilities.includes('deviceID'));
