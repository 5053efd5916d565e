import { type JsonObject, type JsonValue, isJsonObject, jsonProblem, nameOfType, parseJson } from '../cni/index.ts';
import { nadInvalid, nadTooLarge, problemOf } from '../errors/index.ts';
import { nestingProblem } from './nesting.ts';
import { allowedCniArgsKey, concurrentKey, resourceClaimKey, resourceNameKey } from './keys.ts';

/** Names one NetworkAttachmentDefinition. */
export interface NadRef {
  readonly namespace: string;
  readonly name: string;
}
/** What Plexus reads of a NetworkAttachmentDefinition (NPWG standard, section 3). */
export interface Nad extends NadRef {
  /** spec.config as text; absent when empty or missing (NPWG-02). */
  readonly config?: string;
  /** Annotation k8s.v1.cni.cncf.io/resourceName. */
  readonly resourceName?: string;
  /** Annotation plexus-cni.io/resourceClaim: `claim` or `claim/request`. */
  readonly resourceClaim?: string;
  /** Annotation plexus-cni.io/concurrent is "true". */
  readonly concurrent?: true;
  /** Annotation plexus-cni.io/allowed-cni-args: keys of cni-args that pods may use; absent: what the settings say. */
  readonly allowedCniArgs?: readonly string[];
}

export const nadKey = (ref: NadRef): string => `${ref.namespace}/${ref.name}`;

/**
 * The longest spec.config that is used, in characters. Real ones have some hundred; the daemon has to hold those of
 * many pods at once.
 */
export const mostConfigLength = 64 * 1024;

const weightOfValue = 48;
const configPath = ['spec', 'config'];

/** About how many bytes a configuration takes in memory: its text, and something for each JSON value in it. */
export function configWeight({ config = '' }: Nad): number {
  let values = 0;
  for (let at = 0; at < config.length; at++) if (',[{'.includes(config.charAt(at))) values++; // also within texts: it is an estimate
  return config.length + values * weightOfValue;
}

// what reads objects from the API puts this in place of a text that is too long to be kept
const leftOutLength = (config: unknown): number => Number(fieldsOf(config)['leftOutBytes'] ?? 0);

/** A NetworkAttachmentDefinition object as the API gives it. nadInvalid, nadTooLarge. */
export function parseNad(object: unknown): Nad {
  const { metadata, spec } = fieldsOf(object);
  const { name, namespace, annotations } = fieldsOf(metadata);
  if (typeof name !== 'string' || name === '')
    throw nadInvalid({ nad: '(without a name)', path: ['metadata'], problem: 'metadata.name is missing' });
  const ref = { namespace: typeof namespace === 'string' && namespace !== '' ? namespace : 'default', name };
  const { config } = fieldsOf(spec);
  const length = typeof config === 'string' ? config.length : leftOutLength(config);
  if (length > mostConfigLength) throw nadTooLarge({ nad: nadKey(ref), length, most: mostConfigLength });
  if (config !== undefined && config !== null && typeof config !== 'string')
    throw nadInvalid({
      nad: nadKey(ref),
      path: configPath,
      problem: `spec.config is ${nameOfType(config)}, not a string: write the JSON as one text, after "config: |"`,
    });
  return {
    ...ref,
    ...(typeof config === 'string' && config.trim() !== '' && { config }),
    ...annotated(fieldsOf(annotations)),
  };
}

function annotated(
  annotations: Readonly<Record<string, unknown>>,
): Pick<Nad, 'resourceName' | 'resourceClaim' | 'concurrent' | 'allowedCniArgs'> {
  const {
    [resourceNameKey]: resourceName,
    [resourceClaimKey]: resourceClaim,
    [allowedCniArgsKey]: allowed,
  } = annotations;
  return {
    ...(typeof resourceName === 'string' && resourceName !== '' && { resourceName }),
    ...(typeof resourceClaim === 'string' && resourceClaim !== '' && { resourceClaim }),
    ...(annotations[concurrentKey] === 'true' && { concurrent: true }),
    ...(typeof allowed === 'string' && { allowedCniArgs: keysIn(allowed) }),
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
 * The network configuration inside a NAD, named after the object when it has no name of its own (NPWG-12, NPWG-13);
 * undefined when there is none and a file of that name is meant (NPWG-08). nadInvalid (NPWG-15).
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
