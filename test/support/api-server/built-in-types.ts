import { validateWebhooks } from './admission-objects.ts';
import { ageColumn, eventColumns, nameColumn, namespaceColumns, podColumns } from './columns.ts';
import { validateClaim, validateSlice } from './claim-rules.ts';
import { establishCrd, validateCrd } from './custom-types.ts';
import { fromCoreEvent, toCoreEvent, validateCoreEvent, validateNewEvent } from './event-forms.ts';
import type { KubeObject } from './json.ts';
import { preparePod, validatePod } from './pod-rules.ts';
import type { ResourceType } from './resource-type.ts';

const named = ['metadata.name'];
const namedInNamespace = ['metadata.name', 'metadata.namespace'];
const reference = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];

const base = {
  group: '',
  version: 'v1',
  shortNames: [],
  namespaced: true,
  status: 'none',
  custom: false,
  fields: namedInNamespace,
  columns: [nameColumn, ageColumn],
  nameRule: 'subdomain',
  returnsDeleted: false,
  isDeletedGracefully: false,
} as const;

const pods: ResourceType = {
  ...base,
  plural: 'pods',
  singular: 'pod',
  kind: 'Pod',
  storage: 'pods',
  shortNames: ['po'],
  status: 'with-metadata',
  fields: [
    ...namedInNamespace,
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  columns: podColumns,
  returnsDeleted: true,
  isDeletedGracefully: true,
  prepare: preparePod,
  validate: validatePod,
};

const nodes: ResourceType = {
  ...base,
  plural: 'nodes',
  singular: 'node',
  kind: 'Node',
  storage: 'nodes',
  shortNames: ['no'],
  namespaced: false,
  status: 'with-metadata',
  fields: [...named, 'spec.unschedulable'],
};

const namespaces: ResourceType = {
  ...base,
  plural: 'namespaces',
  singular: 'namespace',
  kind: 'Namespace',
  storage: 'namespaces',
  shortNames: ['ns'],
  namespaced: false,
  status: 'with-metadata',
  fields: [...named, 'status.phase'],
  columns: namespaceColumns,
  nameRule: 'label',
  returnsDeleted: true,
  prepare: (namespace: KubeObject): KubeObject => ({ ...namespace, status: { phase: 'Active' } }),
};

const coreEvents: ResourceType = {
  ...base,
  plural: 'events',
  singular: 'event',
  kind: 'Event',
  storage: 'events',
  shortNames: ['ev'],
  fields: [
    ...namedInNamespace,
    ...reference.map((key) => `involvedObject.${key}`),
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  columns: eventColumns,
  nameRule: 'path-segment',
  validate: validateCoreEvent,
};

const newEvents: ResourceType = {
  ...coreEvents,
  group: 'events.k8s.io',
  fields: [...namedInNamespace, ...reference.map((key) => `regarding.${key}`), 'reason', 'reportingController', 'type'],
  columns: [nameColumn, ageColumn],
  nameRule: 'subdomain',
  validate: validateNewEvent,
  toStored: toCoreEvent,
  fromStored: fromCoreEvent,
};

const customResourceDefinitions: ResourceType = {
  ...base,
  group: 'apiextensions.k8s.io',
  plural: 'customresourcedefinitions',
  singular: 'customresourcedefinition',
  kind: 'CustomResourceDefinition',
  storage: 'customresourcedefinitions',
  shortNames: ['crd', 'crds'],
  namespaced: false,
  status: 'with-metadata',
  fields: named,
  prepare: establishCrd,
  validate: validateCrd,
};

const resourceClaims: ResourceType = {
  ...base,
  group: 'resource.k8s.io',
  plural: 'resourceclaims',
  singular: 'resourceclaim',
  kind: 'ResourceClaim',
  storage: 'resourceclaims',
  status: 'with-metadata',
  validate: validateClaim,
};

const resourceSlices: ResourceType = {
  ...base,
  group: 'resource.k8s.io',
  plural: 'resourceslices',
  singular: 'resourceslice',
  kind: 'ResourceSlice',
  storage: 'resourceslices',
  namespaced: false,
  fields: [...named, 'spec.nodeName', 'spec.driver'],
  validate: validateSlice,
};

const daemonSets: ResourceType = {
  ...base,
  group: 'apps',
  plural: 'daemonsets',
  singular: 'daemonset',
  kind: 'DaemonSet',
  storage: 'daemonsets',
  shortNames: ['ds'],
  status: 'with-metadata',
};

const serviceCidrs: ResourceType = {
  ...base,
  group: 'networking.k8s.io',
  plural: 'servicecidrs',
  singular: 'servicecidr',
  kind: 'ServiceCIDR',
  storage: 'servicecidrs',
  namespaced: false,
  status: 'with-metadata',
  fields: named,
};

type Names = Pick<ResourceType, 'group' | 'plural' | 'singular' | 'kind'>;

/** A resource without rules of its own. */
const plainType = (names: Names, more: Partial<ResourceType> = {}): ResourceType => ({
  ...base,
  storage: names.plural,
  status: 'with-metadata',
  ...names,
  ...more,
});

const workloads: readonly ResourceType[] = (
  [
    ['apps', 'Deployment'],
    ['apps', 'StatefulSet'],
    ['apps', 'ReplicaSet'],
    ['batch', 'Job'],
    ['batch', 'CronJob'],
  ] as const
).map(([group, kind]) =>
  plainType({ group, kind, singular: kind.toLowerCase(), plural: `${kind.toLowerCase()}s` }, { columns: [nameColumn] }),
);

const withoutStatus = { status: 'none' } as const;
const ofCluster = { ...withoutStatus, namespaced: false, fields: named } as const;
const admissionGroup = 'admissionregistration.k8s.io';
const webhookConfigurations: readonly ResourceType[] = (['Mutating', 'Validating'] as const).map((kind) =>
  plainType(
    {
      group: admissionGroup,
      kind: `${kind}WebhookConfiguration`,
      singular: `${kind.toLowerCase()}webhookconfiguration`,
      plural: `${kind.toLowerCase()}webhookconfigurations`,
    },
    { ...ofCluster, validate: validateWebhooks },
  ),
);

const others: readonly ResourceType[] = [
  plainType({ group: '', kind: 'Secret', singular: 'secret', plural: 'secrets' }, withoutStatus),
  plainType({ group: '', kind: 'Service', singular: 'service', plural: 'services' }),
  plainType(
    { group: 'discovery.k8s.io', kind: 'EndpointSlice', singular: 'endpointslice', plural: 'endpointslices' },
    withoutStatus,
  ),
  plainType(
    { group: 'resource.k8s.io', kind: 'DeviceClass', singular: 'deviceclass', plural: 'deviceclasses' },
    ofCluster,
  ),
];

/** The other kinds of a manifest that installs Plexus: stored as they are sent. */
const kindsOfInstallation: readonly ResourceType[] = [
  { ...base, plural: 'serviceaccounts', singular: 'serviceaccount', kind: 'ServiceAccount', shortNames: ['sa'] },
  { ...base, plural: 'configmaps', singular: 'configmap', kind: 'ConfigMap', shortNames: ['cm'] },
  ...['ClusterRole', 'ClusterRoleBinding'].map((kind) => clusterWide('rbac.authorization.k8s.io', kind)),
  ...['Role', 'RoleBinding'].map((kind) => ({
    ...clusterWide('rbac.authorization.k8s.io', kind),
    namespaced: true,
    fields: namedInNamespace,
  })),
  clusterWide('admissionregistration.k8s.io', 'ValidatingAdmissionPolicy', 'validatingadmissionpolicies'),
  clusterWide('admissionregistration.k8s.io', 'ValidatingAdmissionPolicyBinding'),
].map((type) => ({ ...type, storage: type.plural }));

function clusterWide(group: string, kind: string, plural = `${kind.toLowerCase()}s`): Omit<ResourceType, 'storage'> {
  return { ...base, group, kind, plural, singular: kind.toLowerCase(), namespaced: false, fields: named };
}

/** The resources that are always served. */
export const builtInTypes: readonly ResourceType[] = [
  pods,
  nodes,
  namespaces,
  coreEvents,
  newEvents,
  customResourceDefinitions,
  resourceClaims,
  resourceSlices,
  daemonSets,
  serviceCidrs,
  ...workloads,
  ...webhookConfigurations,
  ...others,
  ...kindsOfInstallation,
];
