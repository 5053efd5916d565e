import { type JsonObject, type NetworkConfiguration, isJsonObject, nameOfType } from '../cni/index.ts';
import { configurationInvalid } from '../errors/index.ts';
import type { NetworkSelection } from '../npwg/index.ts';
import { type Delivery, requestArgsOf } from './requests.ts';

/** What goes into the configuration of every plugin of a chain. */
export interface PluginArguments {
  readonly cniArgs?: JsonObject | undefined;
  readonly deviceId?: string | undefined;
}

// NPWG-63 names no way to the plugin: that of cni-args, under the name of the claim's API group
const claimKey = 'k8s.cni.cncf.io/ipam-claim-reference';

/** What a network selection has for `args.cni`: requests that are read nowhere else, the name of its IPAMClaim, its cni-args. */
export function pluginArgsOf(selection: NetworkSelection | undefined, deliveries: readonly Delivery[]): JsonObject | undefined {
  const { cniArgs, ipamClaimReference } = selection ?? {};
  const args = { ...requestArgsOf(deliveries), ...(ipamClaimReference !== undefined && { [claimKey]: ipamClaimReference }), ...cniArgs };
  return cniArgs === undefined && Object.keys(args).length === 0 ? undefined : args;
}

/** The configuration with the pod's cni-args in `args.cni` of every plugin, the pod's value winning (NPWG-42, NPWG-43), and its device (NPWG-118). */
export function withArguments(configuration: NetworkConfiguration, { cniArgs, deviceId }: PluginArguments): NetworkConfiguration {
  if (cniArgs === undefined && deviceId === undefined) return configuration;
  const plugins = configuration.plugins.map((plugin) => ({
    ...plugin,
    json: {
      ...plugin.json,
      ...(cniArgs !== undefined && { args: mergedArgs(plugin.json, cniArgs, configuration.name) }),
      ...(deviceId !== undefined && { deviceID: deviceId, pciBusID: deviceId }),
    },
  }));
  return { ...configuration, plugins };
}

function mergedArgs(json: JsonObject, cniArgs: JsonObject, name: string): JsonObject {
  const args = objectAt(json, 'args', name);
  return { ...args, cni: { ...objectAt(args, 'cni', name), ...cniArgs } };
}

// NPWG-44
function objectAt(json: JsonObject, key: string, name: string): JsonObject {
  const value = json[key] ?? {};
  if (isJsonObject(value)) return value;
  throw configurationInvalid({
    source: `network configuration ${name}`,
    problem: `"${key}" is ${nameOfType(value)}, not an object, so the pod's cni-args cannot be added`,
  });
}
