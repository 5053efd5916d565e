import { type JsonObject, type JsonValue, isJsonObject, jsonProblem, nameOfType, parseJson } from '../cni/index.ts';
import { nadInvalid, nadTooLarge, problemOf } from '../errors/index.ts';
import { nestingProblem } from './nesting.ts';
import {
  allowedCniArgsKey,
  concurrentKey,
  interfacesKey,
  requireUseKey,
  resourceClaimKey,
  resourceNameKey,
} from './keys.ts';
import { type NodeInterfaces, parseNodeInterfaces } from './node-interfaces.ts';

/** The key of a NetworkAttachmentDefinition. */
export interface NadRef {
  readonly namespace: string;
  readonly name: string;
}
/** The fields of a NetworkAttachmentDefinition that Plexus reads (NPWG standard, section 3). */
export interface Nad extends NadRef {
  /** spec.config as text; absent if empty or missing (NPWG-02). */
  readonly config?: string;
  /** Annotation k8s.v1.cni.cncf.io/resourceName. */
  readonly resourceName?: string;
  /** Annotation plexus-cni.io/resourceClaim: `claim` or `claim/request`. */
  readonly resourceClaim?: string;
  /** Set if the annotation plexus-cni.io/concurrent is "true". */
  readonly concurrent?: true;
  /** Annotation plexus-cni.io/allowed-cni-args: keys of cni-args that pods may use. If absent, the settings decide. */
  readonly allowedCniArgs?: readonly string[];
  /** Annotation plexus-cni.io/interfaces: which interfaces of a node the names in the configuration mean. */
  readonly interfaces?: NodeInterfaces;
  /** Set if the annotation plexus-cni.io/require-use has any value except "false". */
  readonly requireUse?: true;
}

export const nadKey = (ref: NadRef): string => `${ref.namespace}/${ref.name}`;

/**
 * The longest spec.config that is accepted, in characters. Real ones have a few hundred; the daemon keeps those of many
 * pods in memory.
 */
export const maxConfigLength = 64 * 1024;

/**
 * The limit for the weight (configWeight) of the networks of one pod: the daemon keeps several copies of them, and so
 * does the journal.
 */
export const maxNetworksWeight = 256 * 1024;

const weightOfValue = 48;
const configPath = ['spec', 'config'];

/** Estimates how many bytes a configuration takes in memory: its text, plus a constant for each JSON value. */
export function configWeight({ config = '' }: Pick<Nad, 'config'>): number {
  let values = 0;
  // counts characters inside strings too: it is an estimate
  for (let at = 0; at < config.length; at++) if (',[{'.includes(config.charAt(at))) values++;
  return config.length + values * weightOfValue;
}

// the API client replaces a text that is too long to keep with { leftOutBytes }
const leftOutLength = (config: unknown): number => Number(fieldsOf(config)['leftOutBytes'] ?? 0);

/** Parses a NetworkAttachmentDefinition object from the API. Throws nadInvalid or nadTooLarge. */
export function parseNad(object: unknown): Nad {
  const { metadata, spec } = fieldsOf(object);
  const { name, namespace, annotations } = fieldsOf(metadata);
  if (typeof name !== 'string' || name === '')
    throw nadInvalid({ nad: '(without a name)', path: ['metadata'], problem: 'metadata.name is missing' });
  const ref = { namespace: typeof namespace === 'string' && namespace !== '' ? namespace : 'default', name };
  const { config } = fieldsOf(spec);
  const length = typeof config === 'string' ? config.length : leftOutLength(config);
  if (length > maxConfigLength) throw nadTooLarge({ nad: nadKey(ref), length, most: maxConfigLength });
  if (config !== undefined && config !== null && typeof config !== 'string')
    throw nadInvalid({
      nad: nadKey(ref),
      path: configPath,
      problem: `spec.config is ${nameOfType(config)}, not a string: write the JSON as one text, after "config: |"`,
    });
  return {
    ...ref,
    ...(typeof config === 'string' && config.trim() !== '' && { config }),
    ...annotated(fieldsOf(annotations), nadKey(ref)),
  };
}

function annotated(
  annotations: Readonly<Record<string, unknown>>,
  nad: string,
): Omit<Nad, 'namespace' | 'name' | 'config'> {
  const {
    [resourceNameKey]: resourceName,
    [resourceClaimKey]: resourceClaim,
    [allowedCniArgsKey]: allowed,
    [interfacesKey]: interfaces,
    [requireUseKey]: requireUse,
  } = annotations;
  return {
    ...(typeof resourceName === 'string' && resourceName !== '' && { resourceName }),
    ...(typeof resourceClaim === 'string' && resourceClaim !== '' && { resourceClaim }),
    ...(annotations[concurrentKey] === 'true' && { concurrent: true }),
    ...(typeof allowed === 'string' && { allowedCniArgs: keysIn(allowed) }),
    ...(typeof interfaces === 'string' && { interfaces: parseNodeInterfaces(interfaces, nad) }),
    ...(requireUse !== undefined && requireUse !== 'false' && { requireUse: true }),
  };
}

const keysIn = (list: string): readonly string[] =>
  list
    .split(',')
    .map((key) => key.trim())
    .filter((key) => key !== '');

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/**
 * Returns the network configuration of a NAD, with the NAD's name if it has none (NPWG-12, NPWG-13). Returns undefined
 * if the NAD has no configuration and refers to a file of its name (NPWG-08). Throws nadInvalid (NPWG-15).
 */
export function nadConfiguration(nad: Nad): JsonObject | undefined {
  if (nad.config === undefined) return undefined;
  const json = decode(nad.config, nad);
  return (json['name'] ?? '') === '' ? { ...json, name: nad.name } : json;
}

function decode(config: string, nad: Nad): JsonObject {
  const json = parsed(config, nad);
  const problem = isJsonObject(json) ? nestingProblem(json) : 'it is JSON, but not an object';
  if (!isJsonObject(json) || problem !== undefined)
    throw nadInvalid({ nad: nadKey(nad), path: configPath, problem: `spec.config: ${problem}` });
  return json;
}

function parsed(config: string, nad: Nad): JsonValue {
  try {
    return parseJson(config, 'spec.config');
  } catch (error) {
    throw nadInvalid({
      nad: nadKey(nad),
      path: configPath,
      problem: `spec.config is not a JSON object: ${jsonProblem(config)?.text ?? problemOf(error)}`,
    });
  }
}
