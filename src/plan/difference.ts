import { type JsonValue, isJsonObject, parseCniArgs } from '../cni/index.ts';
import { deviceInfoCapability } from '../npwg/index.ts';
import type { Attachment } from './attachment.ts';

/** The difference between an attachment as it would be made now and as it was made. */
export interface Difference {
  readonly interfaceName: string;
  readonly network: string;
  /** missing: planned but not attached; extra: attached but no longer planned. */
  readonly kind: 'same' | 'changed' | 'missing' | 'extra';
  /** By place, for example plugins[0].vlan; undefined: absent. */
  readonly changes: readonly {
    readonly place: string;
    readonly attached: JsonValue | undefined;
    readonly planned: JsonValue | undefined;
  }[];
}

/**
 * Compares a plan with what is attached, by interface name, in the order of the plan. Devices are compared only if the
 * plan chose one.
 */
export function differences(planned: readonly Attachment[], attached: readonly Attachment[]): readonly Difference[] {
  const names = new Set(planned.map(({ interfaceName }) => interfaceName));
  return [
    ...planned.map((plan): Difference => {
      const { interfaceName, network } = plan;
      const made = attached.find((each) => each.interfaceName === interfaceName);
      if (made === undefined) return { interfaceName, network, kind: 'missing', changes: [] };
      const changes = changesBetween(
        factsOf(made, plan.device !== undefined),
        factsOf(plan, plan.device !== undefined),
        '',
      );
      return { interfaceName, network, kind: changes.length === 0 ? 'same' : 'changed', changes };
    }),
    ...attached
      .filter(({ interfaceName }) => !names.has(interfaceName))
      .map(({ interfaceName, network }): Difference => ({ interfaceName, network, kind: 'extra', changes: [] })),
  ];
}

// keys that identify the pod: the runtime passes them in any order
const ofTheCall = /^(K8S_POD_|IgnoreUnknown$)/;
const ofDevices = ['deviceID', 'pciBusID'];

/** Returns everything the plugins see, and the default route. */
function factsOf(
  { isDefault, network, configuration, runtimeConfig, cniArgs, defaultRoute }: Attachment,
  withDevice: boolean,
): JsonValue {
  const bare = (json: JsonValue): JsonValue =>
    !withDevice && isJsonObject(json)
      ? Object.fromEntries(Object.entries(json).filter(([key]) => !ofDevices.includes(key)))
      : json;
  const { name, cniVersion, plugins } = configuration;
  const { [deviceInfoCapability]: file, ...requests } = runtimeConfig;
  // present with every device
  const isSeen = file !== undefined && plugins.some(({ capabilities }) => capabilities.includes(deviceInfoCapability));
  return {
    network,
    name,
    cniVersion,
    plugins: plugins.map(({ json }) => bare(json)),
    // the default network's runtimeConfig comes from the runtime
    runtimeConfig: isDefault ? {} : bare(isSeen ? runtimeConfig : requests),
    cniArgs: Object.fromEntries(parseCniArgs(cniArgs).filter(([key]) => !ofTheCall.test(key))),
    defaultRoute: { v4: { ...defaultRoute.v4 }, v6: { ...defaultRoute.v6 } },
  };
}

function changesBetween(
  attached: JsonValue | undefined,
  planned: JsonValue | undefined,
  place: string,
): Difference['changes'] {
  if (JSON.stringify(attached) === JSON.stringify(planned)) return [];
  if (Array.isArray(attached) && Array.isArray(planned) && attached.length === planned.length)
    return attached.flatMap((each: JsonValue, index) =>
      changesBetween(each, planned[index] as JsonValue, `${place}[${index}]`),
    );
  if (!isJsonObject(attached) || !isJsonObject(planned)) return [{ place, attached, planned }];
  const keys = [...new Set([...Object.keys(attached), ...Object.keys(planned)])];
  return keys.flatMap((key) => changesBetween(attached[key], planned[key], place === '' ? key : `${place}.${key}`));
}
