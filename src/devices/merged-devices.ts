import type { NadRef, PodDevice } from '../npwg/index.ts';
import type { PodResources } from './pod-resources-client.ts';

/** The devices that kubelet allocated to a pod. */
export interface KubeletDevices {
  /** Devices from device plugins, each once, by resource and then by id. */
  readonly devices: readonly PodDevice[];
  /**
   * Devices prepared for the pod's ResourceClaims. Absent if kubelet reports none, which a kubelet without that feature
   * never does.
   */
  readonly claimed?: readonly PreparedDevice[];
}
/** A device that a DRA driver prepared, as kubelet reports it. */
export interface PreparedDevice {
  /** The ResourceClaim. */
  readonly claim: NadRef;
  readonly driver: string;
  readonly pool: string;
  readonly device: string;
  readonly shareId?: string;
}

/** Merges the devices of all containers: kubelet may list a resource per container and NUMA node (K8S-04, K8S-05). */
export function mergedDevices(pods: readonly PodResources[]): KubeletDevices {
  const containers = pods.flatMap((pod) => pod.containers);
  const groups = containers
    .flatMap((container) => container.devices)
    .map(({ resourceName, deviceIds }) => ({ resource: resourceName, ids: deviceIds }));
  const claimed = inOrder(containers.flatMap(preparedOf), ({ claim, driver, pool, device, shareId }) => [
    claim.namespace,
    claim.name,
    driver,
    pool,
    device,
    shareId ?? '',
  ]);
  return { devices: devicesOf(groups), ...(claimed.length > 0 && { claimed }) };
}

/** Each device once, by resource and then by id: the order in which OVN-Kubernetes and Multus count. */
export const devicesOf = (
  groups: readonly { readonly resource: string; readonly ids: readonly string[] }[],
): readonly PodDevice[] =>
  inOrder(
    groups.flatMap(({ resource, ids }) => ids.map((id) => ({ id, resource }))),
    ({ id, resource }) => [resource, id],
  );

/** The requested resources that still lack a device, each as often as one is lacking. */
export const stillSought = (resources: readonly string[], devices: readonly PodDevice[]): readonly string[] =>
  [...Map.groupBy(resources, (resource) => resource)].flatMap(([resource, each]) =>
    each.slice(devices.filter((device) => device.resource === resource).length),
  );

// Kubelets before 1.31 reported claims without the device's driver.
const preparedOf = (container: PodResources['containers'][number]): PreparedDevice[] =>
  container.dynamicResources.flatMap(({ claimNamespace, claimName, claimResources }) =>
    claimResources
      .filter(({ driverName }) => driverName !== '')
      .map(({ driverName, poolName, deviceName, shareId }) => ({
        claim: { namespace: claimNamespace, name: claimName },
        driver: driverName,
        pool: poolName,
        device: deviceName,
        ...(shareId !== '' && { shareId }),
      })),
  );

function inOrder<T>(items: readonly T[], keyOf: (item: T) => readonly string[]): readonly T[] {
  const byKey = new Map(items.map((item) => [JSON.stringify(keyOf(item)), { item, key: keyOf(item) }]));
  return [...byKey.values()].toSorted((a, b) => compare(a.key, b.key)).map(({ item }) => item);
}

function compare(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((part, index) => part !== b[index]);
  return at < 0 ? 0 : (a[at] ?? '') < (b[at] ?? '') ? -1 : 1;
}
