import {
  type JsonObject,
  type JsonValue,
  type NetworkConfiguration,
  foldedLikeGo,
  isJsonObject,
} from '../cni/index.ts';
import type { Path } from '../errors/index.ts';
import { type Labels, deviceIdCapability } from '../npwg/index.ts';

// Which plugins the networks of a namespace may use. Plugins run as root on the node with the configuration that the
// author of a NetworkAttachmentDefinition wrote, so a policy limits plugin types, keys, masters and bridges. The
// namespace is that of the NetworkAttachmentDefinition, whichever pod names it. The first policy whose selector matches
// the namespace decides; a namespace that none matches may use no plugin. Without policies, everything is allowed.
//
// A plugin may run others: its `ipam`, a `delegate`, the elements of `delegates` and `plugins`. These are checked like
// plugins of the list, at any depth. Keys match in any case, because plugins written in Go accept every spelling. Denied
// keys are denied in `args.cni` too, where some plugins read the same keys; a pod's cni-args are added there.

/** A requirement of a label selector, as in Kubernetes. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[] | undefined;
}
export interface PluginPolicy {
  readonly name: string;
  /** Absent or empty: every namespace. */
  readonly namespaces?:
    | {
        readonly matchLabels?: Readonly<Record<string, string>> | undefined;
        readonly matchExpressions?: readonly LabelRequirement[] | undefined;
      }
    | undefined;
  /** Allowed types by role; an absent list allows all. */
  readonly plugins?:
    | {
        readonly main?: readonly string[] | undefined;
        readonly chained?: readonly string[] | undefined;
        readonly ipam?: readonly string[] | undefined;
      }
    | undefined;
  /** Keys that a plugin must not have, as paths below it: `sysctl`, `ipam.dataDir`. */
  readonly deniedKeys?: readonly string[] | undefined;
  /** Allowed interfaces and devices of the node; `*` stands for any characters. Absent: all. */
  readonly masters?: readonly string[] | undefined;
  /** Allowed bridges of the node; `*` stands for any characters. Absent: all. */
  readonly bridges?: readonly string[] | undefined;
}

/** Something that a policy does not allow. */
export interface PolicyViolation {
  /** '' if no policy matches the namespace. */
  readonly policy: string;
  /** Below the configuration, with `plugins` and the index of the plugin first. */
  readonly path: Path;
  readonly problem: string;
}

/** Returns everything in a network configuration that the policies do not allow in a namespace. */
export function policyViolations(
  { plugins }: NetworkConfiguration,
  labels: Labels,
  policies: readonly PluginPolicy[],
): readonly PolicyViolation[] {
  if (policies.length === 0) return [];
  const policy = policies.find(({ namespaces }) => isSelected(labels, namespaces));
  if (policy === undefined) return [{ policy: '', path: [], problem: 'no policy matches its namespace' }];
  return plugins
    .flatMap(({ json }, index) => pluginsIn(json, ['plugins', index], index === 0 ? 'main' : 'chained'))
    .flatMap((plugin) =>
      [typeProblem, keyProblems, masterProblems, bridgeProblem].flatMap((check) => check(plugin, policy)),
    )
    .map((found) => ({ policy: policy.name, ...found }));
}

function isSelected(labels: Labels, selector: PluginPolicy['namespaces'] = {}): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const has = (key: string): boolean => Object.hasOwn(labels, key);
  return (
    Object.entries(matchLabels).every(([key, value]) => has(key) && labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const isIn = has(key) && values.includes(labels[key] ?? '');
      if (operator === 'In') return isIn;
      if (operator === 'NotIn') return !isIn;
      return (operator === 'Exists') === has(key);
    })
  );
}

type Role = 'main' | 'chained' | 'ipam';

/** A plugin that runs: one of the list, or one that another runs. */
interface RunningPlugin {
  readonly path: Path;
  readonly role: Role;
  readonly values: Values;
}
/** The keys and values of an object, by key as plugins compare it. Computed once: an object may have thousands of keys. */
type Values = ReadonlyMap<string, readonly (readonly [key: string, value: JsonValue])[]>;
type Found = Omit<PolicyViolation, 'policy'>;

/** The plugin, and those that it runs, at any depth. */
function pluginsIn(json: JsonObject, path: Path, role: Role): readonly RunningPlugin[] {
  const values = foldedValues(json);
  const nested = [...values].flatMap(([folded, same]) =>
    same.flatMap(([key, value]) => (isLeaf(value) ? [] : pluginsBelow(value, folded, [...path, key]))),
  );
  return [{ path, role, values }, ...nested];
}

const isLeaf = (value: JsonValue): boolean => typeof value !== 'object' || value === null;

function pluginsBelow(value: JsonValue, key: string, path: Path): readonly RunningPlugin[] {
  const role = rolesOf.get(key);
  if (Array.isArray(value)) {
    const list = value as readonly JsonValue[];
    // the first plugin of a nested list creates the interface, the others change it
    const keyOf = (index: number): string => (role === 'main' && index > 0 ? chainedKey : key);
    return list.flatMap((each, index) => pluginsBelow(each, keyOf(index), [...path, index]));
  }
  if (!isJsonObject(value)) return [];
  if (role !== undefined) return pluginsIn(value, path, role);
  return Object.entries(value).flatMap(([each, inner]) => pluginsBelow(inner, foldedLikeGo(each), [...path, each]));
}

const chainedKey = 'a later plugin of a list';
const rolesOf: ReadonlyMap<string, Role> = new Map([
  ['ipam', 'ipam'],
  ['delegate', 'main'],
  ['delegates', 'main'],
  ['plugins', 'main'],
  [chainedKey, 'chained'],
]);

function foldedValues(json: JsonObject): Values {
  const values = new Map<string, (readonly [string, JsonValue])[]>();
  for (const entry of Object.entries(json)) {
    const folded = foldedLikeGo(entry[0]);
    const same = values.get(folded);
    if (same === undefined) values.set(folded, [entry]);
    else same.push(entry);
  }
  return values;
}

/** All values under a key, in every spelling: plugins may read any of them. */
const valuesOf = (values: Values, key: string): readonly (readonly [key: string, value: JsonValue])[] =>
  values.get(foldedLikeGo(key)) ?? [];

function typeProblem({ values, path, role }: RunningPlugin, { plugins = {} }: PluginPolicy): readonly Found[] {
  const allowed = plugins[role];
  if (allowed === undefined) return [];
  const types = valuesOf(values, 'type').filter(([, value]) => value !== '');
  // without a type, a nested object names no plugin, or the outer plugin chooses a default one
  if (types.length === 0 && values.size > 0 && role !== 'ipam')
    return [{ path, problem: `it names no plugin type; allowed as ${role}: ${listed(allowed)}` }];
  return types
    .filter(([, value]) => typeof value !== 'string' || !allowed.includes(value))
    .map(([key, value]) => ({
      path: [...path, key],
      problem: `plugin ${shown(value)} is not allowed as ${role}: ${listed(allowed)}`,
    }));
}

function keyProblems({ values, path }: RunningPlugin, { deniedKeys = [] }: PluginPolicy): readonly Found[] {
  return deniedKeys.flatMap((denied) => {
    const keys = denied.split('.');
    return [keys, ['args', 'cni', ...keys]].flatMap(([first = '', ...rest]) =>
      valuesOf(values, first)
        .flatMap(([key, value]) => placesOf(value, rest, [...path, key]))
        .map((place) => ({ path: place, problem: `key ${denied} is denied` })),
    );
  });
}

/** Returns what a pod's cni-args contain that a network of a namespace may not; undefined if they contain no such key. */
export function argumentsViolation(
  cniArgs: JsonObject,
  { labels, policies }: { readonly labels: Labels; readonly policies: readonly PluginPolicy[] },
): PolicyViolation | undefined {
  const policy = policies.find(({ namespaces }) => isSelected(labels, namespaces));
  if (policy === undefined) return undefined;
  const values = foldedValues({ args: { cni: cniArgs } });
  const [found] = keyProblems({ path: [], role: 'main', values }, policy);
  return found && { policy: policy.name, ...found, problem: `${found.problem} in the pod's cni-args` };
}

/** The places of a path of keys; lists on the way are passed through. */
function placesOf(value: JsonValue, keys: readonly string[], path: Path): readonly Path[] {
  const [key, ...rest] = keys;
  if (key === undefined) return [path];
  if (Array.isArray(value))
    return (value as readonly JsonValue[]).flatMap((each, index) => placesOf(each, keys, [...path, index]));
  if (!isJsonObject(value)) return [];
  return valuesOf(foldedValues(value), key).flatMap(([spelling, inner]) => placesOf(inner, rest, [...path, spelling]));
}

// Without these keys, the plugins use an interface of their own choice: that of the default route, or the bridge cni0.
const needMaster: readonly unknown[] = ['macvlan', 'ipvlan', 'vlan'];
const needBridge: readonly unknown[] = ['bridge', 'cnv-bridge', 'ovs'];
/** Keys that name an interface or a device of the node. */
const masterKeys = ['master', 'device', 'hwaddr', 'kernelpath', 'pciBusID', 'deviceID'];

function masterProblems({ values, path }: RunningPlugin, { masters }: PluginPolicy): readonly Found[] {
  if (masters === undefined) return [];
  const isInPod = hasMasterInPod(values);
  const named = masterKeys.flatMap((key) => (isInPod && key === 'master' ? [] : valuesOf(values, key)));
  const given = named.filter(([, value]) => value !== '' && value !== null);
  const types = valuesOf(values, 'type').map(([, value]) => value);
  if (given.length === 0 && !isInPod && types.some((type) => needMaster.includes(type)))
    return [{ path, problem: `it must name its master: ${listed(masters)}` }];
  return refusedValues(given, masters, path);
}

/** The problems of values that no pattern allows. */
const refusedValues = (
  given: readonly (readonly [key: string, value: JsonValue])[],
  patterns: readonly string[],
  path: Path,
): readonly Found[] =>
  given
    .filter(([, value]) => !isMatch(value, patterns))
    .map(([key, value]) => ({
      path: [...path, key],
      problem: `${key} ${shown(value)} is not allowed: ${listed(patterns)}`,
    }));

/** Whether the plugin finds its master in the pod instead of the node. Other plugins ignore `linkInContainer`. */
const hasMasterInPod = (values: Values): boolean => {
  const written = valuesOf(values, 'linkInContainer');
  const isRead = valuesOf(values, 'type').every(([, type]) => needMaster.includes(type));
  return isRead && written.length > 0 && written.every(([, value]) => value === true);
};

/**
 * Returns why a network with this configuration may not use a device of the node that the pod chose itself; undefined
 * if it may.
 */
export function deviceViolation(
  { plugins }: NetworkConfiguration,
  deviceId: string,
  { labels, policies }: { readonly labels: Labels; readonly policies: readonly PluginPolicy[] },
): PolicyViolation | undefined {
  const policy = policies.find(({ namespaces }) => isSelected(labels, namespaces));
  if (policy?.masters === undefined || isMatch(deviceId, policy.masters)) return undefined;
  const index = plugins.findIndex(({ capabilities }) => capabilities.includes(deviceIdCapability));
  if (index === -1) return undefined; // no plugin gets it
  const problem = `deviceID ${shown(deviceId)} of the pod is not allowed: ${listed(policy.masters)}`;
  return { policy: policy.name, path: ['plugins', index, 'capabilities', deviceIdCapability], problem };
}

function bridgeProblem({ values, path }: RunningPlugin, { bridges }: PluginPolicy): readonly Found[] {
  if (bridges === undefined) return [];
  const given = valuesOf(values, 'bridge').filter(([, value]) => value !== '' && value !== null);
  const types = valuesOf(values, 'type').map(([, value]) => value);
  if (given.length === 0 && types.some((type) => needBridge.includes(type)))
    return [{ path, problem: `it must name its bridge: ${listed(bridges)}` }];
  return refusedValues(given, bridges, path);
}

function isMatch(value: JsonValue, patterns: readonly string[]): boolean {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).every((each) => isMatch(each, patterns));
  return typeof value === 'string' && patterns.some((pattern) => isGlobMatch(value, pattern));
}

/** Takes time proportional to text and pattern, whatever the author of a network writes. */
function isGlobMatch(text: string, pattern: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return text === pattern;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let from = first.length;
  const end = text.length - last.length;
  for (const part of others) {
    const at = text.indexOf(part, from);
    if (at === -1 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}

const mostShown = 60;
const shown = (value: JsonValue): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > mostShown ? `${text.slice(0, mostShown)}…` : text;
};
const listed = (allowed: readonly string[]): string =>
  allowed.length === 0 ? 'none is' : `allowed are ${allowed.join(', ')}`;
