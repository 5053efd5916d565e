import {
  type JsonObject,
  type NetworkConfiguration,
  formatJson,
  isJsonObject,
  nameOfType,
  weightOfJson,
  withKeys,
} from '../cni/index.ts';
import { configurationInvalid, networksTooLarge } from '../errors/index.ts';
import { type NetworkSelection, selectionFields } from '../npwg/index.ts';
import { type Delivery, requestArgsOf } from './requests.ts';
import { shownValue } from './shown.ts';

/** What goes into the configuration of every plugin of a chain. */
export interface PluginArguments {
  readonly cniArgs?: JsonObject | undefined;
  readonly deviceId?: string | undefined;
}

/**
 * What a network selection has for `args.cni`: requests that are read nowhere else, and the fields that go to every
 * plugin.
 */
export function pluginArgsOf(
  selection: NetworkSelection | undefined,
  deliveries: readonly Delivery[],
): JsonObject | undefined {
  const requests = requestArgsOf(deliveries);
  const others = Object.values(selectionFields)
    .map(({ pluginArgs }) => pluginArgs?.(selection ?? {}))
    .filter((each) => each !== undefined);
  if (others.length === 0 && Object.keys(requests).length === 0) return undefined;
  return others.reduce((all, each) => ({ ...all, ...each }), requests);
}

const mostWeight = 2 * 1024 * 1024;

/**
 * Bounds what `args.cni` takes in all plugins of a pod's networks together: each plugin has its own copy, in memory, in
 * the journal and on its stdin. The function that is returned is told of one network after the other. networksTooLarge.
 */
export function argumentsBound(): (
  network: string,
  configuration: NetworkConfiguration,
  cniArgs: JsonObject | undefined,
) => void {
  let weight = 0;
  return (network, { plugins }, cniArgs) => {
    if (cniArgs === undefined) return;
    weight += plugins.length * weightOfJson(formatJson(cniArgs));
    if (weight > mostWeight) throw networksTooLarge({ nad: network, weight, most: mostWeight });
  };
}

/**
 * The configuration with the pod's cni-args in `args.cni` of every plugin, the pod's value winning (NPWG-42, NPWG-43),
 * and its device (NPWG-118).
 */
export function withArguments(
  configuration: NetworkConfiguration,
  { cniArgs, deviceId }: PluginArguments,
): NetworkConfiguration {
  if (cniArgs === undefined && deviceId === undefined) return configuration;
  const plugins = configuration.plugins.map((plugin) => ({
    ...plugin,
    json: withKeys(plugin.json, {
      ...(cniArgs !== undefined && { args: mergedArgs(plugin.json, cniArgs, configuration.name) }),
      ...(deviceId !== undefined && { deviceID: deviceId, pciBusID: deviceId }),
    }),
  }));
  return { ...configuration, plugins };
}

function mergedArgs(json: JsonObject, cniArgs: JsonObject, name: string): JsonObject {
  const args = objectAt(json, 'args', name);
  return withKeys(args, { cni: withKeys(objectAt(args, 'cni', name), cniArgs) });
}

// NPWG-44
function objectAt(json: JsonObject, key: string, name: string): JsonObject {
  const value = json[key] ?? {};
  if (isJsonObject(value)) return value;
  throw configurationInvalid({
    source: `network configuration ${shownValue(name)}`,
    problem: `"${key}" is ${nameOfType(value)}, not an object, so the pod's cni-args cannot be added`,
  });
}
