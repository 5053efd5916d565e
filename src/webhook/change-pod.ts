import type { JsonObject } from '../cni/index.ts';
import type { PlexusError } from '../errors/index.ts';
import {
  type NetworkSelection,
  defaultNetworkKey,
  deviceSourceOf,
  nadKey,
  networksKey,
  parseDefaultNetwork,
  parseSelections,
  resourceNameKey,
} from '../npwg/index.ts';
import type { Settings } from '../plan/index.ts';
import { findingOf } from '../validate/index.ts';
import type { ControlSwitches } from './control-switches.ts';
import { withDefaultNetworks } from './default-networks.ts';
import { type Needed, withDeviceResources } from './device-resources.ts';
import { patchOf } from './json-diff.ts';
import type { JudgedClusterNad } from './cluster-nad.ts';
import { withNodeSelector } from './node-selector.ts';
import type { Policy } from './options.ts';
import { annotationsOf, labelsOf, objectAt, objectsAt, withAnnotations } from './pod-parts.ts';
import { withPodNetInfo } from './podnetinfo.ts';
import type { Decision } from './review.ts';
import { verdictOf } from './verdict.ts';

/** The pod with the networks that others add to it, and what prevented that. */
export interface PreparedPod {
  readonly pod: JsonObject;
  readonly problems: readonly PlexusError[];
}

/**
 * Adds the annotations of user-defined injections and the default networks of the namespace. This comes first, because
 * it determines which NetworkAttachmentDefinitions the pod uses.
 */
export function preparePod(pod: JsonObject, namespace: string, sources: PodSources): PreparedPod {
  const labels = labelsOf(pod);
  const injected = sources.switches.injections
    .filter(({ label }) => labels[label] === 'true')
    .map(({ annotations }) => annotations);
  const labelled = withAnnotations(pod, Object.assign({}, ...injected) as Record<string, string>);
  const hostNetwork = objectAt(pod, 'spec')['hostNetwork'] === true;
  const of = { namespace, annotations: annotationsOf(labelled), hostNetwork };
  const { networks, problem } = withDefaultNetworks(of, sources.defaultNetworks);
  return {
    pod: networks === undefined ? labelled : withAnnotations(labelled, { [networksKey]: networks }),
    problems: problem === undefined ? [] : [problem],
  };
}

/** What adds networks to pods. */
export interface PodSources {
  readonly switches: ControlSwitches;
  /** Annotation default-networks of the namespace. */
  readonly defaultNetworks: string | undefined;
}

interface Change {
  /** The pod as it was sent. */
  readonly sent: JsonObject;
  readonly prepared: PreparedPod;
  readonly namespace: string;
  /** The networks of the prepared pod, as far as they exist; none if they are too large together. */
  readonly nads: ReadonlyMap<string, JudgedClusterNad>;
  /** Resources that a DeviceClass offers. */
  readonly classResources: ReadonlySet<string>;
}

/** Decides about a pod in the mutating webhook: a JSON patch with everything that its networks need. */
export function changePod(change: Change, policy: Policy, switches: ControlSwitches): Decision {
  const { sent, prepared, namespace, nads } = change;
  const selections = selectionsOf(prepared.pod, namespace, policy.settings);
  const known = selections.flatMap((selection) => {
    const nad = nads.get(nadKey(selection.nad));
    return nad === undefined ? [] : [{ nad, selection }];
  });
  const { pod, problems } = policy.inject
    ? injected(change, known, { policy, switches })
    : { pod: prepared.pod, problems: [] };
  const errors = problems.map((error) => findingOf(error, []));
  const warnings = prepared.problems.map((error) => findingOf(error, [], 'warning'));
  const decision = verdictOf([...errors, ...warnings], policy.pods === 'off' ? 'warn' : policy.pods);
  return { ...decision, patch: patchOf(sent, pod) };
}

/** An element of the annotation whose network exists. */
interface KnownNetwork {
  readonly nad: JudgedClusterNad;
  readonly selection: NetworkSelection;
}

function injected(
  { prepared, classResources }: Change,
  known: readonly KnownNetwork[],
  { policy, switches }: { readonly policy: Policy; readonly switches: ControlSwitches },
): PreparedPod {
  const needed = neededDevices(prepared.pod, known, { keys: policy.resourceNameKeys, classResources });
  const selector = withNodeSelector(
    prepared.pod,
    known.map(({ nad }) => nad),
  );
  if (needed.size === 0) return selector;
  const mode = (switches.honorResources ?? policy.resources === 'honor') ? 'honor' : 'top-up';
  const { pod, problem } = withDeviceResources(selector.pod, needed, mode);
  return {
    pod: withPodNetInfo(pod, switches.hugepages ?? policy.hugepages),
    problems: [...selector.problems, ...(problem === undefined ? [] : [problem])],
  };
}

/**
 * Counts the devices that the networks need. A network with a ResourceClaim gets its device from that claim. A resource
 * that the element names replaces that of the NetworkAttachmentDefinition. If a DeviceClass offers a resource and the
 * pod has claims of its own, its device comes from one of them; otherwise the scheduler creates a claim for the request.
 */
function neededDevices(
  pod: JsonObject,
  known: readonly KnownNetwork[],
  { keys, classResources }: { readonly keys: readonly string[]; readonly classResources: ReadonlySet<string> },
): Needed {
  const hasClaims = objectsAt(pod, 'spec', 'resourceClaims').length > 0;
  const needed = new Map<string, number>();
  for (const { nad, selection } of known) {
    const source = deviceSourceOf(nad.judged.nad, selection);
    if (source?.kind === 'claim') continue;
    const { resourceName } = selection;
    const annotated = keys.filter((key) => resourceName === undefined || key !== resourceNameKey);
    const resources = [resourceName ?? '', ...annotated.map((key) => nad.annotations[key]?.trim() ?? '')];
    for (const resource of resources) {
      if (resource === '' || (hasClaims && classResources.has(resource))) continue;
      needed.set(resource, (needed.get(resource) ?? 0) + 1);
    }
  }
  return needed;
}

/** The networks that a pod's annotations name. An annotation that cannot be parsed names none: validation reports it. */
function selectionsOf(pod: JsonObject, namespace: string, settings: Settings): readonly NetworkSelection[] {
  const annotations = annotationsOf(pod);
  const first = annotations[defaultNetworkKey];
  return [
    ...parsed(() => (first === undefined ? [] : [parseDefaultNetwork(first, settings.multusNamespace)])),
    ...parsed(() => parseSelections(annotations[networksKey], namespace, settings.maxNetworksPerPod).selections),
  ];
}

function parsed(read: () => readonly NetworkSelection[]): readonly NetworkSelection[] {
  try {
    return read();
  } catch {
    return [];
  }
}
