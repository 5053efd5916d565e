import type { JsonObject, JsonValue } from '../cni/index.ts';
import { annotationsOf, labelsOf, objectAt, objectsAt, stringAt } from './pod-parts.ts';

// The volume from which DPDK applications read their networks and hugepages (app-netutil). Names and paths are those of
// network-resources-injector.

const volumeName = 'podnetinfo';
const mountPath = '/etc/podnetinfo';

/** Adds the volume, and its mount in every container. A volume or mount of that name in the pod is kept. */
export function withPodNetInfo(pod: JsonObject, hugepages: boolean): JsonObject {
  const spec = objectAt(pod, 'spec');
  const users = hugepages ? hugepageUses(pod) : [];
  const items: JsonValue[] = [
    ...(Object.keys(labelsOf(pod)).length > 0 ? [fieldFile('labels')] : []),
    ...(Object.keys(annotationsOf(pod)).length > 0 ? [fieldFile('annotations')] : []),
    ...users.map(({ container, resource, file }) => ({
      path: file,
      resourceFieldRef: { containerName: container, resource, divisor: '1Mi' },
    })),
  ];
  const volumes = objectsAt(pod, 'spec', 'volumes');
  const hasVolume = volumes.some(({ name }) => name === volumeName);
  const withVolume = hasVolume ? [...volumes] : [...volumes, { name: volumeName, downwardAPI: { items } }];
  const containers = objectsAt(pod, 'spec', 'containers').map((each) =>
    withMount(
      each,
      users.some(({ container }) => container === each['name']),
    ),
  );
  return { ...pod, spec: { ...spec, volumes: withVolume, containers } };
}

const fieldFile = (key: 'labels' | 'annotations'): JsonObject => ({
  path: key,
  fieldRef: { fieldPath: `metadata.${key}` },
});

function withMount(container: JsonObject, needsName: boolean): JsonObject {
  const mounts = objectsAt(container, 'volumeMounts');
  const env = objectsAt(container, 'env');
  const addsMount = !mounts.some((each) => each['name'] === volumeName || each['mountPath'] === mountPath);
  const addsName = needsName && !env.some((each) => each['name'] === 'CONTAINER_NAME');
  return {
    ...container,
    ...(addsMount && { volumeMounts: [...mounts, { name: volumeName, readOnly: true, mountPath }] }),
    ...(addsName && { env: [...env, { name: 'CONTAINER_NAME', value: container['name'] ?? '' }] }),
  };
}

interface HugepageUse {
  readonly container: string;
  /** For example requests.hugepages-1Gi. */
  readonly resource: string;
  readonly file: string;
}

const hugepageUses = (pod: JsonObject): readonly HugepageUse[] =>
  objectsAt(pod, 'spec', 'containers').flatMap((container) =>
    (['requests', 'limits'] as const).flatMap((part) =>
      Object.entries(objectAt(container, 'resources', part)).flatMap(([resource, quantity]) => {
        const size = /^hugepages-([\w.]+)$/.exec(resource)?.[1]?.replaceAll('i', '');
        if (size === undefined || isZero(quantity)) return [];
        const name = stringAt(container, 'name');
        const file = `hugepages_${size}_${part === 'requests' ? 'request' : 'limit'}_${name}`;
        return [{ container: name, resource: `${part}.${resource}`, file }];
      }),
    ),
  );

/** `0`, `0Gi` and the like. */
const isZero = (quantity: JsonValue | undefined): boolean =>
  quantity === 0 || (typeof quantity === 'string' && /^[+-]?0*(\.0*)?[A-Za-z]*$/.test(quantity));
