import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeObject } from '../support/api-server/index.ts';
import { renderKustomization } from '../support/kustomize.ts';

export const deploy = join(import.meta.dirname, '../../deploy');
export const overlays = await readdir(join(deploy, 'overlays'));
const names = await readdir(join(deploy, 'components'));
export const component = (name: string): string => join(deploy, 'components', name);
/** The components for every kind of node. */
export const components = names.filter((name) => !name.endsWith('-k3s')).map(component);

export interface Mount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: boolean;
}
export interface Container {
  readonly name: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly volumeMounts?: readonly Mount[];
  readonly securityContext?: {
    readonly privileged?: boolean;
    readonly allowPrivilegeEscalation?: boolean;
    readonly readOnlyRootFilesystem?: boolean;
    readonly capabilities?: { readonly drop?: readonly string[]; readonly add?: readonly string[] };
  };
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
}
interface Probe {
  readonly exec: { readonly command: readonly string[] };
}
export interface Volume {
  readonly name: string;
  readonly hostPath?: { readonly path: string; readonly type?: string };
}
export interface PodSpec {
  readonly initContainers: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
}

export const daemonSetIn = (objects: readonly KubeObject[]): KubeObject =>
  objects.find(({ kind }) => kind === 'DaemonSet') as KubeObject;
export const podOf = (objects: readonly KubeObject[]): PodSpec =>
  (daemonSetIn(objects) as unknown as { spec: { template: { spec: PodSpec } } }).spec.template.spec;
export const containersOf = (pod: PodSpec): readonly Container[] => [...pod.initContainers, ...pod.containers];

/** Every kustomization that a user can apply. */
export const rendered = [
  ...overlays.map((name) => ({
    title: `overlay ${name}`,
    objects: () => renderKustomization(join(deploy, 'overlays', name)),
  })),
  { title: 'with all components', objects: () => renderKustomization(join(deploy, 'overlays/containerd'), components) },
  { title: 'uninstall', objects: () => renderKustomization(join(deploy, 'uninstall')) },
];

/** Normalizes the order of objects, keys and named elements, which Kubernetes ignores here. */
export function unordered(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items: unknown[] = value.map(unordered);
    const isNamed = items.every(
      (item) => typeof item === 'object' && item !== null && ('name' in item || 'kind' in item),
    );
    return isNamed ? items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, unordered(item)]),
  );
}
