import {
  type AnnotationPlace,
  type Path,
  type PlexusError,
  type Warning,
  asPlexusError,
  capabilityMissing,
  claimUnknown,
  deviceIdLost,
  deviceMissing,
  interfaceTaken,
  is,
  isWarning,
  nadNotFound,
  namespaceRefused,
  requestUnserved,
  resourceNotRequested,
  selectionInvalid,
  selectionKeyUnknown,
} from '../errors/index.ts';
import {
  type NadRef,
  type NetworkSelection,
  defaultNetworkKey,
  nadKey,
  networksKey,
  parseDefaultNetwork,
  parseSelections,
  podKey,
  selectionFields,
} from '../npwg/index.ts';
import { type Settings, didYouMean, guardedUse } from '../plan/index.ts';
import { checkAnnotations, checkMisplaced, podAnnotations } from './check-annotations.ts';
import { checkRequests, checkUnread } from './check-requests.ts';
import { type Element, type NetworksAnnotation, annotationAt, asksFor } from './elements.ts';
import { type Finding, type Spot, finding, findingOf, keyUnknown, requestLost, useRequiredRule } from './finding.ts';
import { type PodContext, type PodInput, planPod } from './plan-pod.ts';
import { claimsOf, limitsOf, notTexts, podOfObject } from './pod-object.ts';
import { textAt, valueAt } from './values.ts';

/** Checks the networks that a pod requests, by planning them as an ADD would. `path`: the pod's place in the object. */
export function checkPod(object: unknown, path: Path, context: PodContext): readonly Finding[] {
  const annotations = [...path, 'metadata', 'annotations'];
  const outer = [...checkAnnotations(object, annotations, podAnnotations), ...checkMisplaced(object, path)];
  const wrong = notTexts(object, annotations);
  if (wrong.length > 0) return [...outer, ...wrong];
  const pod = podOfObject(object, annotations);
  const input = { pod, context, limits: limitsOf(object, path), claims: claimsOf(object, path) };
  const both = [defaultNetworkKey, networksKey].flatMap((key) => {
    const text = textAt(object, [...annotations, key]);
    return text === undefined || (key === networksKey && text.trim() === '')
      ? []
      : [{ key, annotation: annotationAt([...annotations, key], text, context.settings.maxNetworksPerPod) }];
  });
  const findings = both.flatMap(({ key, annotation }) => checkAnnotation(key, annotation, input));
  const together = findings.some(({ severity }) => severity === 'error')
    ? []
    : both.slice(-1).flatMap(({ annotation }) => checkTogether(annotation, input));
  return [...outer, ...findings, ...together];
}

/** Checks each element alone, so that one mistake does not hide the next. */
function checkAnnotation(key: string, annotation: NetworksAnnotation, input: PodInput): readonly Finding[] {
  const { text, elements, spotOf } = annotation;
  const found = elements.flatMap((element, index) => checkElement(key, element, index, input));
  if (found.some(({ severity }) => severity === 'error')) return found;
  const { error } = read(key, text, input.pod.namespace, input.context.settings);
  return error === undefined ? found : [...found, findingOf(error, spotOf(error))];
}

interface ReadSelections {
  readonly selections: readonly NetworkSelection[];
  readonly error?: PlexusError;
}

function read(key: string, text: string, namespace: string, settings: Settings): ReadSelections {
  try {
    return key === defaultNetworkKey
      ? { selections: [parseDefaultNetwork(text, settings.multusNamespace)] }
      : { selections: parseSelections(text, namespace, settings.maxNetworksPerPod).selections };
  } catch (thrown) {
    return { selections: [], error: asPlexusError(thrown) };
  }
}

/** Plans one element of an annotation without the others. */
export function checkElement(key: string, element: Element, index: number, input: PodInput): readonly Finding[] {
  const place = { element: index, ...(element.vmNetwork !== undefined && { vmNetwork: element.vmNetwork }) };
  const { pod, context } = input;
  const { selections, error: unread } = read(key, element.alone, pod.namespace, context.settings);
  const [selection] = selections;
  if (selection === undefined) return unread === undefined ? [] : [elementFinding(unread, element, place)];
  const missing = missingNad(selection, element, input);
  const alone = { ...pod, annotations: { [key]: element.alone } };
  const { error, warnings, deliveries } = planPod({ ...input, pod: alone }, [selection], false);
  const isSilent = context.settings.unservedRequests === 'ignore';
  return [
    ...missing,
    ...missingClaim(selection, element, input),
    ...(error === undefined ? [] : [elementFinding(error, element, place)]),
    ...warnings.flatMap((each) => warningFinding(each, element, place)),
    ...(isSilent ? [] : checkUnread(selection, element, deliveries.flat())),
    ...checkRequests(selection, element, context.ipams.get(nadKey(selection.nad)) ?? []),
    ...usePermission(selection, element, context),
  ];
}

function usePermission(selection: NetworkSelection, element: Element, context: PodContext): readonly Finding[] {
  return guardedUse([selection], context.nads, context.settings).map(({ nad }) => {
    const network = nadKey(nad);
    const text = `network ${network} requires the permission "use", which is not checked here`;
    return finding(useRequiredRule, element.at(['name']), { network }, text);
  });
}

type InWhole = Pick<AnnotationPlace, 'element' | 'vmNetwork'>;

/** Creates the finding for an error about an element that was parsed alone, with its place in the whole annotation. */
function elementFinding(error: PlexusError, element: Element, inWhole: InWhole): Finding {
  if (!is(error, selectionInvalid)) return findingOf(error, element.at(fieldOf(error)));
  const { character: _alone, ...context } = error.context;
  return findingOf(
    selectionInvalid(context.element === undefined ? context : { ...context, ...inWhole }),
    element.at(context.field),
  );
}

/** Returns the field that an error of the planner is about. */
function fieldOf(error: PlexusError): Path {
  if (is(error, namespaceRefused)) return ['namespace'];
  if (is(error, capabilityMissing) || is(error, requestUnserved)) return [error.context.request];
  return is(error, interfaceTaken) ? ['interface'] : [];
}

function missingNad({ nad }: NetworkSelection, element: Element, { pod, context }: PodInput): readonly Finding[] {
  const key = nadKey(nad);
  if (context.nads.has(key)) return [];
  const error = nadNotFound({ nad: key, requester: `pod ${podKey(pod)}` });
  const meant = similarNad(nad, [...context.nads.keys()]);
  const better = meant === undefined ? '' : `; did you mean ${meant}?`;
  if (context.isWhole) return [{ ...findingOf(error, element.at(['name'])), text: `${error.message}${better}` }];
  const text = `NetworkAttachmentDefinition ${key} is not among these files${better}`;
  return [
    {
      ...findingOf(error, element.at(['name']), meant === undefined ? 'note' : 'warning'),
      text,
      fix: 'Check it together with its file, or with --cluster.',
    },
  ];
}

/** Reports a claim that the element names and that the pod does not have: a pod can only use claims of its own. */
function missingClaim(
  { resourceClaim = '' }: NetworkSelection,
  element: Element,
  { pod, claims }: PodInput,
): readonly Finding[] {
  const [name = ''] = resourceClaim.split('/');
  if (name === '' || claims.includes(name)) return [];
  const error = claimUnknown({ selection: resourceClaim, pod: podKey(pod), present: claims });
  return [findingOf(error, element.at(['resourceClaim']))];
}

/** Returns a network of the same namespace with a similar name, or one of the same name in another namespace. */
function similarNad({ namespace, name }: NadRef, known: readonly string[]): string | undefined {
  const names = known.filter((key) => key.startsWith(`${namespace}/`)).map((key) => key.slice(namespace.length + 1));
  const meant = didYouMean(name, names);
  return meant === undefined ? known.find((key) => key.endsWith(`/${name}`)) : nadKey({ namespace, name: meant });
}

function warningFinding(warning: Warning, element: Element, inWhole: InWhole): readonly Finding[] {
  if (isWarning(warning, selectionKeyUnknown)) {
    const { name, known } = warning.context;
    const { text } = selectionKeyUnknown({ ...warning.context, ...inWhole });
    const meant = didYouMean(name, known);
    const better = meant === undefined ? '' : `; did you mean ${JSON.stringify(meant)}?`;
    return [finding(keyUnknown, element.at([name]), { key: name, meant }, `${text}${better}`)];
  }
  return isWarning(warning, deviceIdLost)
    ? [finding(requestLost, element.at(['deviceID']), { request: 'deviceID' }, warning.text)]
    : [];
}

/** Returns the NetworkAttachmentDefinitions that a pod names, as far as its annotations can be parsed. */
export function selectedNads(object: unknown, path: Path, settings: Settings): readonly NadRef[] {
  const annotations = [...path, 'metadata', 'annotations'];
  if (notTexts(object, annotations).length > 0) return [];
  const { namespace } = podOfObject(object, annotations);
  return [defaultNetworkKey, networksKey].flatMap((key) => {
    const { elements } = annotationAt([], textAt(object, [...annotations, key]) ?? '', settings.maxNetworksPerPod);
    return elements.flatMap(({ alone }) => read(key, alone, namespace, settings).selections.map(({ nad }) => nad));
  });
}

/** Reports what only shows when all elements are planned together: interface names, default routes, devices. */
function checkTogether(annotation: NetworksAnnotation, input: PodInput): readonly Finding[] {
  const { pod, context } = input;
  const selections = [defaultNetworkKey, networksKey].flatMap((key) => {
    const text = pod.annotations[key];
    return text === undefined ? [] : read(key, text, pod.namespace, context.settings).selections;
  });
  const { error } = planPod(input, selections, false);
  if (error !== undefined) return [findingOf(error, elementOf(error, annotation))];
  const short = planPod(input, selections, true).error;
  // a webhook in the cluster, such as network-resources-injector, may add the request to the pod
  return short !== undefined && (is(short, deviceMissing) || is(short, resourceNotRequested))
    ? [findingOf(short, elementOf(short, annotation), 'warning')]
    : [];
}

function elementOf(error: PlexusError, { elements, spotOf }: NetworksAnnotation): Spot {
  if (!is(error, interfaceTaken)) return spotOf(error);
  const { interfaceName: name } = error.context;
  const named = elements.filter((element) => element.alone.split('@')[1]?.trim() === name || usesName(element, name));
  return named.at(-1)?.at(['interface']) ?? spotOf(error);
}

const interfaceKeys = ['interface', ...(selectionFields['interface']?.aliases ?? [])];

const usesName = (element: Element, name: string): boolean =>
  interfaceKeys.some((key) => asksFor(element, key) && valueAt(element.value, [key]) === name);
