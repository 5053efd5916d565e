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
 * The runtimeConfig of one delegate, before each plugin's capabilities pick from it. The runtime's own goes, complete
 * and unchanged, to the default network and to nobody else (NPWG-103, NPWG-104); the pod's requests to the network
 * they were made to.
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
