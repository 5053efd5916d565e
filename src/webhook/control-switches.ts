import { type JsonObject, isJsonObject, parseJson } from '../cni/index.ts';
import { problemOf } from '../errors/index.ts';
import { objectAt, stringAt } from './pod-parts.ts';

/**
 * The content of the ConfigMap nri-control-switches, as network-resources-injector reads it. Absent keys leave the
 * setting of the command line in effect.
 */
export interface ControlSwitches {
  readonly hugepages?: boolean;
  readonly honorResources?: boolean;
  /** The annotations that pods with the label "true" get, by label. */
  readonly injections: readonly { readonly label: string; readonly annotations: Readonly<Record<string, string>> }[];
  /** What could not be used. */
  readonly problems: readonly string[];
}

export const noSwitches: ControlSwitches = { injections: [], problems: [] };

const fileKey = 'config.json';

/** Reads the ConfigMap. An invalid part is reported in `problems` and has no effect. */
export function readControlSwitches(configMap: unknown): ControlSwitches {
  const text = stringAt(configMap, 'data', fileKey);
  if (text === '') return noSwitches;
  let config: unknown;
  try {
    config = parseJson(text, fileKey);
  } catch (error) {
    return { injections: [], problems: [`${fileKey} is not JSON: ${problemOf(error)}`] };
  }
  const features = objectAt(config, 'features');
  const hugepages = features['enableHugePageDownApi'];
  const honorResources = features['enableHonorExistingResources'];
  const injections = Object.entries(objectAt(config, 'user-defined-injections')).map(([label, value]) => ({
    label,
    annotations: annotationsIn(value),
  }));
  return {
    ...(typeof hugepages === 'boolean' && { hugepages }),
    ...(typeof honorResources === 'boolean' && { honorResources }),
    injections: injections.flatMap(({ label, annotations }) =>
      annotations === undefined ? [] : [{ label, annotations }],
    ),
    problems: injections
      .filter(({ annotations }) => annotations === undefined)
      .map(
        ({ label }) =>
          `the injection for label ${label} must be {"op": "add", "path": "/metadata/annotations", "value": {…}} with string values`,
      ),
  };
}

function annotationsIn(injection: unknown): Readonly<Record<string, string>> | undefined {
  const { op, path, value } = isJsonObject(injection) ? injection : ({} as JsonObject);
  if (op !== 'add' || path !== '/metadata/annotations' || !isJsonObject(value)) return undefined;
  const entries = Object.entries(value);
  return entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')
    ? Object.fromEntries(entries)
    : undefined;
}
