import type { JsonObject } from './api-server/index.ts';

// Objects of Dynamic Resource Allocation as users, the scheduler and drivers create them.

export const nicDriver = 'nic.example.com';
export const nodeName = 'node-1';

/** A pod with claims; `status` contains what Kubernetes adds. */
export const podWithClaims = (resourceClaims: readonly object[], status: object = {}, uid = 'u-db'): JsonObject => ({
  metadata: { namespace: 'shop', name: 'db', uid },
  spec: { nodeName, containers: [{ name: 'main', image: 'none' }], resourceClaims },
  status: { phase: 'Pending', ...status },
});

/** A result of an allocation. */
export const result = (request: string, device: string, more: object = {}): JsonObject => ({
  request,
  driver: nicDriver,
  pool: nodeName,
  device,
  ...more,
});

/** A claim that is reserved for the pod above; without results it is not allocated. */
export const claim = (name: string, results: readonly object[] | undefined, more: object = {}): JsonObject => ({
  metadata: { namespace: 'shop', name, uid: `uid-${name}` },
  spec: { devices: { requests: [{ name: 'main', exactly: { deviceClassName: 'nic' } }] } },
  status: {
    ...(results !== undefined && { allocation: { devices: { results } } }),
    reservedFor: [{ resource: 'pods', name: 'db', uid: 'u-db' }],
    ...more,
  },
});

/** A slice of a node's pool; `devices` by name with their attributes, strings unchanged. */
export const slice = (
  name: string,
  devices: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  more: object = {},
): JsonObject => ({
  metadata: { name },
  spec: {
    driver: nicDriver,
    pool: { name: nodeName, generation: 1, resourceSliceCount: 1 },
    ...(Object.keys(more).some((key) => ['nodeSelector', 'allNodes', 'perDeviceNodeSelection'].includes(key))
      ? {}
      : { nodeName }),
    devices: Object.entries(devices).map(([device, attributes]) => ({
      name: device,
      attributes: Object.fromEntries(
        Object.entries(attributes).map(([key, value]) => [key, typeof value === 'string' ? { string: value } : value]),
      ),
    })),
    ...more,
  },
});

/** Attributes in the form that Multus reads. */
export const multusForm = (id: string, resource?: string): Record<string, string> => ({
  'k8s.cni.cncf.io/deviceID': id,
  ...(resource !== undefined && { 'k8s.cni.cncf.io/resourceName': resource }),
});
