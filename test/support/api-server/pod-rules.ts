import type { FieldError } from './api-error.ts';
import { asObject, isObject, type JsonObject, type KubeObject, sameJson, valueAt, withoutKeys } from './json.ts';
import { invalidField, requiredField } from './metadata-rules.ts';

/** Sets the defaults and the first status of a new pod. */
export function preparePod(pod: KubeObject): KubeObject {
  const spec = {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    ...asObject(pod['spec']),
  };
  return { ...pod, spec, status: { phase: 'Pending', qosClass: 'BestEffort' } };
}

/** A new pod must have containers with name and image; in an existing pod's spec, little but images may change. */
export function validatePod(pod: KubeObject, before: KubeObject | undefined): FieldError[] {
  const containers = valueAt(pod, ['spec', 'containers']);
  if (before && sameJson(containers, valueAt(before, ['spec', 'containers']))) return checkFixedPart(pod, before);
  return [
    ...checkContainers(containers),
    ...checkClaims(valueAt(pod, ['spec', 'resourceClaims'])),
    ...(before ? checkFixedPart(pod, before) : []),
  ];
}

function checkFixedPart(pod: KubeObject, before: KubeObject): FieldError[] {
  if (sameJson(fixedPart(pod), fixedPart(before))) return [];
  return [
    {
      field: 'spec',
      reason: 'FieldValueForbidden',
      message:
        'Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
    },
  ];
}

function checkContainers(containers: unknown): FieldError[] {
  if (!Array.isArray(containers) || containers.length === 0) return [requiredField('spec.containers')];
  return containers.flatMap((container: unknown, index) => {
    const path = `spec.containers[${index}]`;
    if (!isObject(container)) return [invalidField(path, container, 'must be an object')];
    return ['name', 'image'].filter((key) => !container[key]).map((key) => requiredField(`${path}.${key}`));
  });
}

function checkClaims(claims: unknown): FieldError[] {
  return (Array.isArray(claims) ? claims : []).flatMap((claim: unknown, index) => {
    const given = ['resourceClaimName', 'resourceClaimTemplateName'].filter(
      (key) => asObject(claim)[key] !== undefined,
    );
    if (given.length === 1) return [];
    return [
      invalidField(
        `spec.resourceClaims[${index}]`,
        claim,
        'must specify exactly one of: `resourceClaimName`, `resourceClaimTemplateName`',
      ),
    ];
  });
}

function fixedPart(pod: KubeObject): JsonObject {
  const spec = withoutKeys(asObject(pod['spec']), [
    'activeDeadlineSeconds',
    'tolerations',
    'terminationGracePeriodSeconds',
  ]);
  const withoutImages = (list: unknown): unknown =>
    Array.isArray(list) ? list.map((container: unknown) => withoutKeys(asObject(container), ['image'])) : list;
  return {
    ...spec,
    containers: withoutImages(spec['containers']),
    initContainers: withoutImages(spec['initContainers']),
  };
}
