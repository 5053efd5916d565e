import { nadGroup, nadKind } from '../npwg/index.ts';
import { didYouMean } from '../plan/index.ts';
import type { Path } from '../errors/index.ts';
import { type Finding, finding, keyAt, objectInvalid } from './finding.ts';
import { textAt, valueAt } from './values.ts';

/** The kind of an object, as far as there are rules for it. */
export type ObjectKind =
  | { readonly kind: 'nad' }
  /** An object with a pod: `path` is that of the pod, [] for a pod itself. `vm`: KubeVirt makes it from an instance. */
  | { readonly kind: 'pod' | 'vm'; readonly path: Path };

const templates: Readonly<Record<string, Path>> = {
  Pod: [],
  PodTemplate: ['template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
};
const withTemplate = ['Deployment', 'DaemonSet', 'StatefulSet', 'ReplicaSet', 'ReplicationController', 'Job'];

const instances: Readonly<Record<string, Path>> = {
  VirtualMachine: ['spec', 'template'],
  VirtualMachineInstance: [],
  VirtualMachineInstanceReplicaSet: ['spec', 'template'],
  VirtualMachinePool: ['spec', 'virtualMachineTemplate', 'spec', 'template'],
};

/** Which rules an object belongs to; undefined: none. */
export function kindOf(object: unknown): ObjectKind | undefined {
  const kind = textAt(object, ['kind']) ?? '';
  const path = templates[kind] ?? (withTemplate.includes(kind) ? ['spec', 'template'] : undefined);
  if (path !== undefined) return { kind: 'pod', path };
  const instance = instances[kind];
  const group = textAt(object, ['apiVersion'])?.replace(/\/.*/, '') ?? '';
  if (instance !== undefined && (group === 'kubevirt.io' || group.endsWith('.kubevirt.io')))
    return { kind: 'vm', path: instance };
  return kind === nadKind && !isAnotherGroup(group) ? { kind: 'nad' } : undefined;
}

/** Another program may have a kind of that name; a group with nearly the right name is a mistake. */
const isAnotherGroup = (group: string): boolean =>
  group.includes('.') && group !== nadGroup && didYouMean(group, [nadGroup]) === undefined;

/** Why an object has no identity: then nothing else of it is judged. */
export function identityFinding(object: unknown, kind = textAt(object, ['kind'])): Finding | undefined {
  const name = valueAt(object, ['metadata', 'name']) ?? valueAt(object, ['metadata', 'generateName']);
  if (typeof name !== 'string' || name === '')
    return finding(objectInvalid, keyAt(['metadata']), { value: name }, `${kind} has no metadata.name`);
  const namespace = valueAt(object, ['metadata', 'namespace']) ?? '';
  if (typeof namespace === 'string') return undefined;
  const text = `metadata.namespace of ${kind} ${name} is not a string: quote it`;
  return finding(objectInvalid, ['metadata', 'namespace'], { value: namespace }, text);
}

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Names that no API server takes. */
export function nameFindings(object: unknown): readonly Finding[] {
  const wrong = (key: string, isName: (text: string) => boolean, allowed: string): readonly Finding[] => {
    const value = textAt(object, ['metadata', key]) ?? '';
    if (value === '' || isName(value)) return [];
    const text = `metadata.${key} ${JSON.stringify(value)} is not ${allowed}`;
    return [finding(objectInvalid, ['metadata', key], { value, allowed }, text)];
  };
  return [
    ...wrong(
      'name',
      (text) => text.length <= 253 && subdomain.test(text),
      'the name of an object: lower-case letters, digits, "-" and ".", at most 253 of them',
    ),
    ...wrong(
      'namespace',
      (text) => text.length <= 63 && label.test(text),
      'the name of a namespace: lower-case letters, digits and "-", at most 63 of them',
    ),
  ];
}
