import type { JsonObject, NetworkConfiguration } from '../cni/index.ts';
import { deviceIdCapability, deviceInfoCapability } from '../npwg/index.ts';
import { usesDevice } from './device-choice.ts';
import type { PlanInputs } from './inputs.ts';
import { type Delivery, requestsOf } from './requests.ts';
import type { Delegate } from './resolve.ts';

interface Decided {
  readonly isDefault: boolean;
  readonly deviceId: string | undefined;
  readonly deviceInfoFile: string | undefined;
  readonly deliveries: readonly Delivery[];
}

/**
 * Returns the runtimeConfig of one delegate, before filtering by each plugin's capabilities. The runtime's own is
 * passed unchanged, only to the default network (NPWG-103, NPWG-104); the pod's requests are passed to the network they
 * name. A key that no plugin of the network declares is omitted: the runtime passes all annotations of a pod, and the
 * journal keeps the runtimeConfig.
 */
export function runtimeConfigOf(
  delegate: Delegate,
  { isDefault, deviceId, deviceInfoFile, deliveries }: Decided,
  inputs: PlanInputs,
): JsonObject {
  const device = usesDevice(delegate) ? deviceId : delegate.selection?.deviceId;
  return {
    ...(isDefault && declaredIn(delegate.configuration, inputs.runtimeConfig)),
    ...requestsOf(deliveries),
    ...(device !== undefined && { [deviceIdCapability]: device }),
    ...(deviceInfoFile !== undefined && { [deviceInfoCapability]: deviceInfoFile }),
  };
}

const declaredIn = ({ plugins }: NetworkConfiguration, runtimeConfig: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(runtimeConfig).filter(([key]) => plugins.some(({ capabilities }) => capabilities.includes(key))),
  );
