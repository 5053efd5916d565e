import { nadGroup, nadPlural, nadVersion } from '../../npwg/index.ts';
import type { CustomResourceDefinition } from '../api-objects.ts';
import type { Check, Seen } from '../check.ts';
import type { ClusterScene } from '../cluster-scene.ts';

const name = `${nadPlural}.${nadGroup}`;

/** Whether the API serves NetworkAttachmentDefinitions. */
export const crd: Check<ClusterScene> = {
  id: 'PLX-D-CRD',
  good: 'the API serves NetworkAttachmentDefinitions',
  finds:
    'the CustomResourceDefinition of NetworkAttachmentDefinitions is missing, does not serve v1, or has a schema that is not structural',
  fix: 'kubectl apply -f crds/network-attachment-definition.yaml',
  place: () => `CustomResourceDefinition ${name}`,
  look: async ({ api }, signal) => {
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
    const object = (await api.get('get the CustomResourceDefinition of NetworkAttachmentDefinitions', path, signal)) as
      | CustomResourceDefinition
      | undefined;
    if (object === undefined) return [{ severity: 'error', what: 'it does not exist: no pod can request a network' }];
    const { spec = {}, status = {} } = object;
    const seen: Seen[] = [];
    if (spec.versions?.some((version) => version.name === nadVersion && version.served === true) !== true)
      seen.push({
        severity: 'error',
        what: `version ${nadVersion} is not served`,
        evidence: (spec.versions ?? []).map((each) => `${each.name ?? ''}: served ${String(each.served)}`),
      });
    if (spec.scope !== 'Namespaced')
      seen.push({ severity: 'error', what: `its scope is ${spec.scope ?? 'missing'}, not Namespaced` });
    const bad = (status.conditions ?? []).filter(({ type, status: value }) =>
      type === 'NonStructuralSchema'
        ? value === 'True'
        : ['Established', 'NamesAccepted'].includes(type ?? '') && value === 'False',
    );
    seen.push(
      ...bad.map(({ type, message }): Seen => ({
        severity: type === 'NonStructuralSchema' ? 'warning' : 'error',
        what: `${type ?? ''}: ${message ?? ''}`,
      })),
    );
    return seen;
  },
};
