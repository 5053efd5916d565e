import { asPlexusError, type PlexusError, nadNotFound } from '../errors/index.ts';
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
import { type Settings, didYouMean } from '../plan/index.ts';
import { checkAnnotations, checkMisplaced, podAnnotations } from './check-annotations.ts';
import { checkRequests, checkUnread } from './check-requests.ts';
import { type Finding, finding, findingOf, keyUnknown, requestLost } from './finding.ts';
import { type PodContext, type PodInput, planPod } from './plan-pod.ts';
import { claimsOf, limitsOf, notTexts, podOf } from './pod-object.ts';
import { type PlacedElement, type PlacedSelections, asksFor, placedSelections } from './selection-place.ts';
import { type Path, type PlacedValue, valueAt } from './yaml-position.ts';

/** A pod, or the template of pods in an object. */
export interface PodSubject {
  readonly object: PlacedValue;
  readonly pod: Path;
}

/** The networks that a pod asks for, planned as its ADD would be. */
export function checkPod({ object, pod: path }: PodSubject, context: PodContext): readonly Finding[] {
  const annotations = [...path, 'metadata', 'annotations'];
  const outer = [...checkAnnotations(object, annotations, podAnnotations), ...checkMisplaced(object, path)];
  const wrong = notTexts(object, annotations);
  if (wrong.length > 0) return [...outer, ...wrong];
  const pod = podOf(object, annotations);
  const input = { pod, context, limits: limitsOf(object, path), claims: claimsOf(object, path) };
  const both = [defaultNetworkKey, networksKey].flatMap((key) => {
    const text = object.textAt([...annotations, key]);
    return text === undefined || (key === networksKey && text.text.trim() === '')
      ? []
      : [{ key, placed: placedSelections(text) }];
  });
  const findings = both.flatMap(({ key, placed }) => checkAnnotation(key, placed, input));
  const together = findings.some(({ severity }) => severity === 'error')
    ? []
    : both.slice(-1).flatMap(({ placed }) => checkTogether(placed, input));
  return [...outer, ...findings, ...together];
}

/** Each element by itself: so one mistake does not hide the next. */
function checkAnnotation(key: string, placed: PlacedSelections, input: PodInput): readonly Finding[] {
  if (placed.elements.length === 0)
    return refusal(() => selectionsIn(key, placed.text.text, input)).map((error) =>
      findingOf(error, placed.placeOf(error)),
    );
  const found = placed.elements.flatMap((element, index) => checkElement(key, element, index, input));
  if (found.some(({ severity }) => severity === 'error')) return found;
  const whole = refusal(() => selectionsIn(key, placed.text.text, input));
  return [...found, ...whole.map((error) => findingOf(error, placed.placeOf(error)))];
}

function selectionsIn(key: string, text: string, { pod, context }: PodInput): readonly NetworkSelection[] {
  return key === defaultNetworkKey
    ? [parseDefaultNetwork(text, context.settings.multusNamespace)]
    : parseSelections(text, pod.namespace).selections;
}

function refusal(work: () => unknown): readonly PlexusError[] {
  try {
    work();
    return [];
  } catch (thrown) {
    return [asPlexusError(thrown)];
  }
}

/** One element of an annotation, planned without the others. */
export function checkElement(key: string, element: PlacedElement, index: number, input: PodInput): readonly Finding[] {
  const renumbered = (text: string): string => text.replace(/element 1(?: \(character \d+\))?/, `element ${index + 1}`);
  const { pod, context } = input;
  const parsed = refusal(() => selectionsIn(key, element.alone, input));
  const [selection] = parsed.length > 0 ? [] : selectionsIn(key, element.alone, input);
  if (selection === undefined)
    return parsed.map((error) => ({
      ...findingOf(error, element.place(fieldIn(error))),
      text: renumbered(error.message),
    }));
  const missing = missingNad(selection, element, input);
  const alone = { ...pod, annotations: { [key]: element.alone } };
  const { error, warnings, deliveries } = planPod({ ...input, pod: alone }, [selection], false);
  const refused =
    error === undefined
      ? []
      : [{ ...findingOf(error, element.place(fieldIn(error))), text: renumbered(error.message) }];
  const told = warnings.flatMap((text) => warningFinding(renumbered(text), element));
  const unread =
    context.settings.unservedRequests === 'ignore' ? [] : checkUnread(selection, element, deliveries.flat());
  return [
    ...missing,
    ...refused,
    ...told,
    ...unread,
    ...checkRequests(selection, element, context.ipams.get(nadKey(selection.nad)) ?? []),
  ];
}

/** The field that an error is about. */
function fieldIn({ id, message }: PlexusError): Path {
  if (id === 'PLX-NAMESPACE-REFUSED') return ['namespace'];
  const request = /^the pod requests (\S+) on network/.exec(message)?.[1];
  if (request !== undefined) return [request];
  if (id === 'PLX-INTERFACE-TAKEN') return ['interface'];
  const field = /^annotation [^,]*, element \d+(?: \(character \d+\))?, ([^:]*):/.exec(message)?.[1] ?? '';
  return [...field.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map(([, key, index]) =>
    index === undefined ? (key ?? '') : Number(index),
  );
}

function missingNad({ nad }: NetworkSelection, element: PlacedElement, { pod, context }: PodInput): readonly Finding[] {
  const key = nadKey(nad);
  if (context.nads.has(key)) return [];
  const error = nadNotFound({ nad: key, wantedBy: `pod ${podKey(pod)}` });
  const meant = similarNad(nad, [...context.nads.keys()]);
  const better = meant === undefined ? '' : `; did you mean ${meant}?`;
  if (context.isWhole) return [{ ...findingOf(error, element.place(['name'])), text: `${error.message}${better}` }];
  const text = `NetworkAttachmentDefinition ${key} is not among these files${better}`;
  return [
    {
      ...findingOf(error, element.place(['name']), meant === undefined ? 'note' : 'warning'),
      text,
      fix: 'Check it together with its file, or with --cluster.',
    },
  ];
}

/** One of the same namespace with nearly that name, or one of that name in another namespace. */
function similarNad({ namespace, name }: NadRef, known: readonly string[]): string | undefined {
  const names = known.filter((key) => key.startsWith(`${namespace}/`)).map((key) => key.slice(namespace.length + 1));
  const meant = didYouMean(name, names);
  return meant === undefined ? known.find((key) => key.endsWith(`/${name}`)) : nadKey({ namespace, name: meant });
}

function warningFinding(text: string, element: PlacedElement): readonly Finding[] {
  const [, key, known] = /unknown key ("(?:[^"\\]|\\.)*") is ignored \(known: (.*)\)$/.exec(text) ?? [];
  if (key !== undefined && known !== undefined) {
    const name = JSON.parse(key) as string;
    const meant = didYouMean(name, known.split(', '));
    return [
      finding(
        keyUnknown,
        element.place([name]),
        `${text}${meant === undefined ? '' : `; did you mean ${JSON.stringify(meant)}?`}`,
      ),
    ];
  }
  return text.includes('deviceID') ? [finding(requestLost, element.place(['deviceID']), text)] : [];
}

/** The NetworkAttachmentDefinitions that a pod names, as far as it can be read. */
export function selectedNads({ object, pod: path }: PodSubject, settings: Settings): readonly NadRef[] {
  const annotations = [...path, 'metadata', 'annotations'];
  if (notTexts(object, annotations).length > 0) return [];
  const input = {
    pod: podOf(object, annotations),
    context: { settings, nads: new Map(), ipams: new Map(), isWhole: false, files: [] },
    limits: new Map(),
    claims: [],
  };
  return [defaultNetworkKey, networksKey].flatMap((key) => {
    const text = object.textAt([...annotations, key]);
    const elements = text === undefined ? [] : placedSelections(text).elements;
    return elements.flatMap(({ alone }) =>
      refusal(() => selectionsIn(key, alone, input)).length > 0
        ? []
        : selectionsIn(key, alone, input).map(({ nad }) => nad),
    );
  });
}

/** What only shows when all elements are planned together: names of interfaces, default routes, devices. */
function checkTogether(placed: PlacedSelections, input: PodInput): readonly Finding[] {
  const { pod } = input;
  const selections = [defaultNetworkKey, networksKey].flatMap((key) => {
    const text = pod.annotations[key];
    return text === undefined ? [] : selectionsIn(key, text, input);
  });
  const { error } = planPod(input, selections, false);
  if (error !== undefined) return [findingOf(error, elementOf(error, placed))];
  const short = planPod(input, selections, true).error;
  // something in the cluster may add the request to the pod: network-resources-injector does
  return short !== undefined && ['PLX-DEVICE-MISSING', 'PLX-RESOURCE-NOT-REQUESTED'].includes(short.id)
    ? [findingOf(short, elementOf(short, placed), 'warning')]
    : [];
}

function elementOf(error: PlexusError, placed: PlacedSelections): ReturnType<PlacedSelections['placeOf']> {
  const name = error.id === 'PLX-INTERFACE-TAKEN' ? /^interface name (\S+) is/.exec(error.message)?.[1] : undefined;
  if (name === undefined) return placed.placeOf(error);
  const named = placed.elements.filter(
    (element) => element.alone.split('@')[1]?.trim() === name || usesName(element, name),
  );
  return named.at(-1)?.place(['interface']) ?? placed.placeOf(error);
}

const interfaceKeys = ['interface', ...(selectionFields['interface']?.aliases ?? [])];

const usesName = (element: PlacedElement, name: string): boolean =>
  interfaceKeys.some((key) => asksFor(element, key) && valueAt(element.value?.value, [key]) === name);
