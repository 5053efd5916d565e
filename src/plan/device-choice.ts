import { deviceMissing } from '../errors/index.ts';
import type { PlanInputs } from './inputs.ts';
import type { Delegate } from './resolve.ts';

export interface DeviceChoice {
  /** By position of the delegate. */
  readonly deviceIds: readonly (string | undefined)[];
  readonly warnings: readonly string[];
}

/**
 * One device for each delegate whose NAD names a resource: the pod's devices of that resource in sorted order, none
 * twice, shared by default and further networks (NPWG-119). deviceMissing when there are fewer than delegates. While
 * nobody has looked for devices at all, a warning.
 */
export function chooseDevices(delegates: readonly Delegate[], { devices }: PlanInputs): DeviceChoice {
  const used = new Map<string, number>();
  const warnings: string[] = [];
  const deviceIds = delegates.map((delegate) => {
    const { nad, network } = delegate;
    const resource = nad?.resourceName;
    if (resource === undefined) {
      if (isDeviceLost(delegate))
        warnings.push(`network ${network}: deviceID ${delegate.selection?.deviceId} reaches no plugin, as none declares that capability`);
      return undefined;
    }
    if (devices.size === 0) {
      warnings.push(`network ${network} is made of devices ${resource}: which one the pod was given is not looked up by this version`);
      return undefined;
    }
    const index = used.get(resource) ?? 0;
    used.set(resource, index + 1);
    const available = [...new Set(devices.get(resource) ?? [])].toSorted();
    const device = available[index];
    if (device === undefined) throw deviceMissing({ network, resource, available: available.length });
    return device;
  });
  return { deviceIds, warnings };
}

// an error would break pods that Multus attaches: it drops such a deviceID and says nothing
const isDeviceLost = ({ selection, configuration }: Delegate): boolean =>
  selection?.deviceId !== undefined && !configuration.plugins.some(({ capabilities }) => capabilities.includes('deviceID'));
