import type { JsonObject } from '../cni/index.ts';
import { deviceIdCapability, deviceInfoCapability } from '../npwg/index.ts';
import { isOfDevices } from './device-choice.ts';
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
 * passed, complete and unchanged, only to the default network (NPWG-103, NPWG-104); the pod's requests are passed to
 * the network they name.
 */
export function runtimeConfigOf(
  delegate: Delegate,
  { isDefault, deviceId, deviceInfoFile, deliveries }: Decided,
  inputs: PlanInputs,
): JsonObject {
  const device = isOfDevices(delegate.nad) ? deviceId : delegate.selection?.deviceId;
  return {
    ...(isDefault && inputs.runtimeConfig),
    ...requestsOf(deliveries),
    ...(device !== undefined && { [deviceIdCapability]: device }),
    ...(deviceInfoFile !== undefined && { [deviceInfoCapability]: deviceInfoFile }),
  };
}
