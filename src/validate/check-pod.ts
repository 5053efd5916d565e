import { type ConfFile, isJsonObject } from '../cni/index.ts';
import { asPlexusError, type PlexusError, nadNotFound } from '../errors/index.ts';
import {
  type Nad,
  type NadRef,
  type NetworkSelection,
  type PodDevice,
  type PodMetadata,
  defaultNetworkKey,
  nadKey,
  networksKey,
  parseDefaultNetwork,
  parseSelections,
  podKey,
} from '../npwg/index.ts';
import { type PlanInputs, type Settings, didYouMean, makePlan } from '../plan/index.ts';
import { checkAnnotations, checkMisplaced, podAnnotations } from './check-annotations.ts';
import type { Ipam } from './check-ipam.ts';
import { checkRequests } from './check-requests.ts';
import { type Finding, finding, findingOf, keyUnknown, objectInvalid, placeOf, requestLost } from './finding.ts';
import { type PlacedElement, type PlacedSelections, asksFor, placedSelections } from './selection-place.ts';
import { type Path, type PlacedValue, valueAt } from './yaml-position.ts';

/** What pods are planned with. */
export interface PodContext {
  readonly settings: Settings;
  /** By namespace/name: those that are known, `undefined` for one that is there but that Plexus cannot read. */
  readonly nads: ReadonlyMap<string, Nad | undefined>;
  readonly ipams: ReadonlyMap<string, readonly Ipam[]>;
  /** Whether a NetworkAttachmentDefinition that is not known does not exist. */
  readonly isWhole: boolean;
  /** Configurations beside the manifests, for NetworkAttachmentDefinitions without one. */
  readonly files: readonly { readonly name: string; readonly file: ConfFile }[];
}

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
    return text === undefined || (key === networksKey && text.text.trim() === '') ? [] : [{ key, placed: placedSelections(text) }];
  });
  const findings = both.flatMap(({ key, placed }) => checkAnnotation(key, placed, input));
  const together = findings.some(({ severity }) => severity === 'error') ? [] : both.slice(-1).flatMap(({ placed }) => checkTogether(placed, input));
  return [...outer, ...findings, ...together];
}

interface PodInput {
  readonly pod: PodMetadata;
  readonly context: PodContext;
  /** How many devices of a resource the containers ask for, and the pod's claims. */
  readonly limits: ReadonlyMap<string, number>;
  readonly claims: readonly string[];
}

function notTexts(object: PlacedValue, path: Path): readonly Finding[] {
  const annotations = valueAt(object.value, path) ?? {};
  if (!isJsonObject(annotations)) return [finding(objectInvalid, placeOf(object, path), 'annotations must be an object')];
  return Object.entries(annotations)
    .filter(([, value]) => typeof value !== 'string')
    .map(([key]) => finding(objectInvalid, placeOf(object, [...path, key]), `annotation ${key} is not a string`, 'Quote it.'));
}

function podOf(object: PlacedValue, annotations: Path): PodMetadata {
  const { name, generateName, namespace } = (valueAt(object.value, ['metadata']) ?? {}) as Readonly<Record<string, string | undefined>>;
  const inside = valueAt(object.value, annotations) as PodMetadata['annotations'] | undefined;
  return { namespace: namespace === undefined || namespace === '' ? 'default' : namespace, name: name ?? generateName ?? '', annotations: inside ?? {} };
}

function limitsOf(object: PlacedValue, path: Path): ReadonlyMap<string, number> {
  const containers = valueAt(object.value, [...path, 'spec', 'containers']);
  const limits = new Map<string, number>();
  for (const container of Array.isArray(containers) ? (containers as readonly unknown[]) : []) {
    const wanted = { ...asObject(valueAt(container, ['resources', 'requests'])), ...asObject(valueAt(container, ['resources', 'limits'])) };
    for (const [name, count] of Object.entries(wanted)) limits.set(name, (limits.get(name) ?? 0) + (Number(count) || 0));
  }
  return limits;
}

/** The pod's own names of its ResourceClaims. */
function claimsOf(object: PlacedValue, path: Path): readonly string[] {
  const claims = valueAt(object.value, [...path, 'spec', 'resourceClaims']);
  return Array.isArray(claims) ? claims.flatMap((each) => asObject(each)['name'] ?? []).filter((name) => typeof name === 'string') : [];
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> => (isJsonObject(value) ? value : {});

/** Each element by itself: so one mistake does not hide the next. */
function checkAnnotation(key: string, placed: PlacedSelections, input: PodInput): readonly Finding[] {
  const { pod } = input;
  if (placed.elements.length === 0) return refusal(() => selectionsIn(key, placed.text.text, input)).map((error) => findingOf(error, placed.placeOf(error)));
  const found = placed.elements.flatMap((element, index) => checkElement(key, element, index, input));
  if (found.some(({ severity }) => severity === 'error')) return found;
  const whole = refusal(() => selectionsIn(key, placed.text.text, { ...input, pod }));
  return [...found, ...whole.map((error) => findingOf(error, placed.placeOf(error)))];
}

function selectionsIn(key: string, text: string, { pod, context }: PodInput): readonly NetworkSelection[] {
  return key === defaultNetworkKey ? [parseDefaultNetwork(text, context.settings.multusNamespace)] : parseSelections(text, pod.namespace).selections;
}

function refusal(work: () => unknown): readonly PlexusError[] {
  try {
    work();
    return [];
  } catch (thrown) {
    return [asPlexusError(thrown)];
  }
}

function checkElement(key: string, element: PlacedElement, index: number, input: PodInput): readonly Finding[] {
  const renumbered = (text: string): string => text.replace(/element 1(?: \(character \d+\))?/, `element ${index + 1}`);
  const { pod, context } = input;
  const parsed = refusal(() => selectionsIn(key, element.alone, input));
  const [selection] = parsed.length > 0 ? [] : selectionsIn(key, element.alone, input);
  if (selection === undefined) return parsed.map((error) => ({ ...findingOf(error, element.place(fieldIn(error))), text: renumbered(error.message) }));
  const missing = missingNad(selection, element, input);
  const alone = { ...pod, annotations: { [key]: element.alone } };
  const { error, warnings } = plan({ ...input, pod: alone }, [selection], false);
  const refused = error === undefined ? [] : [{ ...findingOf(error, element.place(fieldIn(error))), text: renumbered(error.message) }];
  const told = warnings.flatMap((text) => warningFinding(renumbered(text), element));
  return [...missing, ...refused, ...told, ...checkRequests(selection, element, context.ipams.get(nadKey(selection.nad)) ?? [])];
}

/** The field that an error is about. */
function fieldIn({ id, message }: PlexusError): Path {
  if (id === 'PLX-NAMESPACE-REFUSED') return ['namespace'];
  const request = /^the pod requests (\S+) on network/.exec(message)?.[1];
  if (request !== undefined) return [request];
  if (id === 'PLX-INTERFACE-TAKEN') return ['interface'];
  const field = /^annotation [^,]*, element \d+(?: \(character \d+\))?, ([^:]*):/.exec(message)?.[1] ?? '';
  return [...field.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map(([, key, index]) => (index === undefined ? (key ?? '') : Number(index)));
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
    return [finding(keyUnknown, element.place([name]), `${text}${meant === undefined ? '' : `; did you mean ${JSON.stringify(meant)}?`}`)];
  }
  return text.includes('deviceID') ? [finding(requestLost, element.place(['deviceID']), text)] : [];
}

interface Planned {
  readonly error?: PlexusError;
  readonly warnings: readonly string[];
}

/** Plans a pod; `withDevices`: also whether it asks for the devices that its networks are made of. */
function plan({ pod, context, limits, claims }: PodInput, selections: readonly NetworkSelection[], withDevices: boolean): Planned {
  const nads = new Map(selections.map(({ nad }) => [nadKey(nad), context.nads.get(nadKey(nad)) ?? standInNad(nad)]));
  const devices = withDevices ? { devices: [...requestedDevices(limits), ...claimedDevices([...nads.values()], claims)], warnings: [] } : undefined;
  try {
    return makePlan({ ...inputsFor(pod, context, withConfigurations(nads, context)), ...(devices !== undefined && { devices }) });
  } catch (thrown) {
    return { error: asPlexusError(thrown), warnings: [] };
  }
}

const most = 64;

const requestedDevices = (limits: ReadonlyMap<string, number>): readonly PodDevice[] =>
  [...limits].flatMap(([resource, count]) => Array.from({ length: Math.min(count, most) }, (_, index) => ({ id: `${resource}-${index + 1}`, resource })));

/** Which devices a claim is allocated is not known here: one for each network that is made of it. */
const claimedDevices = (nads: readonly Nad[], claims: readonly string[]): readonly PodDevice[] =>
  nads.flatMap(({ namespace, resourceClaim = '' }) => {
    const [podClaim = '', request = 'any'] = resourceClaim.split('/');
    if (!claims.includes(podClaim)) return [];
    return Array.from({ length: most }, (_, index): PodDevice => {
      const device = `${resourceClaim}-${index + 1}`;
      return { id: device, claimed: { podClaim, claim: { namespace, name: podClaim }, request, driver: 'unknown', pool: 'unknown', device } };
    });
  });

type Nads = ReadonlyMap<string, Nad>;

/** Those that mean a file of the node get a stand-in, unless that file is here. */
const withConfigurations = (nads: Nads, { files }: PodContext): Nads =>
  new Map(
    [...nads].map(([key, nad]) => [
      key,
      nad.config === undefined && !files.some(({ name }) => name === nad.name) ? { ...standInNad(nad), ...resourceOf(nad) } : nad,
    ]),
  );

const resourceOf = ({ resourceName, resourceClaim }: Nad): Partial<Nad> => ({
  ...(resourceName !== undefined && { resourceName }),
  ...(resourceClaim !== undefined && { resourceClaim }),
});

const everyCapability = Object.fromEntries(['ips', 'mac', 'infinibandGUID', 'portMappings', 'bandwidth', 'deviceID'].map((name) => [name, true]));

/** A network that nothing is known of: it takes whatever is asked. */
const standInNad = ({ namespace, name }: NetworkSelection['nad']): Nad => ({
  namespace,
  name,
  config: JSON.stringify({ cniVersion: '1.0.0', name: 'unknown', type: 'unknown', capabilities: everyCapability }),
});

function inputsFor(pod: PodMetadata, { settings, files }: PodContext, nads: Nads): PlanInputs {
  return {
    settings,
    call: { containerId: 'CNI_CONTAINERID', netns: 'CNI_NETNS', ifName: 'eth0', args: [], cniVersion: '1.0.0', networkName: 'plexus' },
    runtimeConfig: {},
    pod,
    nads,
    confDir: { kind: 'folder', files: files.map(({ file }) => file), siblings: {} },
    paths: new Map(),
    links: [],
  };
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
      refusal(() => selectionsIn(key, alone, input)).length > 0 ? [] : selectionsIn(key, alone, input).map(({ nad }) => nad),
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
  const { error } = plan(input, selections, false);
  if (error !== undefined) return [findingOf(error, elementOf(error, placed))];
  const short = plan(input, selections, true).error;
  // something in the cluster may add the request to the pod: network-resources-injector does
  return short !== undefined && ['PLX-DEVICE-MISSING', 'PLX-RESOURCE-NOT-REQUESTED'].includes(short.id)
    ? [findingOf(short, elementOf(short, placed), 'warning')]
    : [];
}

function elementOf(error: PlexusError, placed: PlacedSelections): ReturnType<PlacedSelections['placeOf']> {
  const name = error.id === 'PLX-INTERFACE-TAKEN' ? /^interface name (\S+) is/.exec(error.message)?.[1] : undefined;
  if (name === undefined) return placed.placeOf(error);
  const named = placed.elements.filter((element) => element.alone.split('@')[1]?.trim() === name || usesName(element, name));
  return named.at(-1)?.place(['interface']) ?? placed.placeOf(error);
}

const usesName = (element: PlacedElement, name: string): boolean =>
  ['interface', 'interfaceRequest'].some((key) => asksFor(element, key) && valueAt(element.value?.value, [key]) === name);
