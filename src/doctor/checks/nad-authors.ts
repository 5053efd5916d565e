import { parseDocument } from 'yaml';
import { nadGroup, nadPlural } from '../../npwg/index.ts';
import type { ApiReader } from '../../kube/index.ts';
import { type ApiObject, nameOfObject } from '../api-objects.ts';
import { type Check, unknown } from '../check.ts';
import { type ClusterScene, apiPlace } from '../cluster-scene.ts';

interface Rule {
  readonly verbs?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
}
interface Role extends ApiObject {
  readonly rules?: readonly Rule[] | null;
}
interface Binding extends ApiObject {
  readonly roleRef?: { readonly kind?: string; readonly name?: string };
  readonly subjects?: readonly { readonly kind?: string; readonly name?: string; readonly namespace?: string }[] | null;
}

const group = '/apis/rbac.authorization.k8s.io/v1';

/** Whether others than administrators may create networks, whose plugins run as root on every node. */
export const nadAuthors: Check<ClusterScene> = {
  id: 'PLX-D-NAD-AUTHORS',
  good: 'only administrators may create NetworkAttachmentDefinitions, or pluginPolicies limit what these may contain',
  finds:
    'others than administrators may create NetworkAttachmentDefinitions, and no pluginPolicies are set: they can run any installed plugin as root with any configuration',
  fix: 'Set pluginPolicies (docs/plugin-policies.md), or remove the permission.',
  place: apiPlace,
  look: async (scene, signal) => {
    if (await hasPolicies(scene, signal)) return [];
    const authors = await authorsIn(scene.api, signal);
    if (authors === undefined) return [unknown('the API server does not serve RBAC objects')];
    if (authors.length === 0) return [];
    const who = authors.length === 1 ? '1 subject' : `${authors.length} subjects`;
    const what = `${who} other than administrators may create NetworkAttachmentDefinitions, and no pluginPolicies are set`;
    return [{ severity: 'note', what, evidence: authors }];
  },
};

/** Whether the daemon's ConfigMap (deploy/base/config.yaml) contains policies. */
async function hasPolicies({ api, plexus }: ClusterScene, signal: AbortSignal): Promise<boolean> {
  const { namespace = 'kube-system' } = (await plexus())?.metadata ?? {};
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/configmaps/plexus`;
  const found = (await api.get(`get ConfigMap ${namespace}/plexus`, path, signal)) as
    | { readonly data?: Readonly<Record<string, string>> }
    | undefined;
  const document = parseDocument(found?.data?.['plexus.yaml'] ?? '');
  const policies: unknown = document.errors.length > 0 ? undefined : document.get('pluginPolicies');
  return policies !== undefined && policies !== null;
}

/** The subjects that may create networks and not everything, with their bindings; undefined without RBAC. */
async function authorsIn(api: ApiReader, signal: AbortSignal): Promise<readonly string[] | undefined> {
  const list = (plural: string) => api.list(`list ${plural}`, `${group}/${plural}`, signal);
  const plurals = ['clusterroles', 'roles', 'clusterrolebindings', 'rolebindings'] as const;
  const [clusterRoles, roles, ...bindings] = await Promise.all(plurals.map(list));
  if (clusterRoles === undefined || roles === undefined) return undefined;
  const known = new Map<string, Role>([
    ...(clusterRoles as readonly Role[]).map((role) => [`ClusterRole ${nameOfObject(role)}`, role] as const),
    ...(roles as readonly Role[]).map((role) => [`Role ${nameOfObject(role)}`, role] as const),
  ]);
  const all = bindings.flatMap((each) => (each ?? []) as readonly Binding[]);
  const named = all
    .filter((each) => !isBuiltIn(each))
    .flatMap((binding) => {
      const { kind = '', name = '' } = binding.roleRef ?? {};
      const inNamespace = kind === 'Role' ? `${binding.metadata?.namespace ?? ''}/` : '';
      const rules = known.get(`${kind} ${inNamespace}${name}`)?.rules ?? [];
      const isAuthor = rules.some(mayCreateNads) && !rules.some(mayDoEverything);
      return isAuthor ? (binding.subjects ?? []).map((subject) => wordsOf(subject, binding)) : [];
    });
  return named.toSorted();
}

/** Bindings that the API server creates, for example of the garbage collector, which may patch every object. */
const isBuiltIn = ({ metadata }: Binding): boolean =>
  metadata?.labels?.['kubernetes.io/bootstrapping'] === 'rbac-defaults';

const covers = (list: readonly string[] | undefined, value: string): boolean =>
  list?.includes('*') === true || list?.includes(value) === true;

// Updating or patching an existing network changes its configuration, too.
const mayCreateNads = ({ verbs, apiGroups, resources }: Rule): boolean =>
  ['create', 'update', 'patch'].some((verb) => covers(verbs, verb)) &&
  covers(apiGroups, nadGroup) &&
  covers(resources, nadPlural);

const mayDoEverything = ({ verbs, apiGroups, resources }: Rule): boolean =>
  [verbs, apiGroups, resources].every((list) => list?.includes('*') === true);

type Subject = NonNullable<Binding['subjects']>[number];

function wordsOf({ kind = '', name = '', namespace }: Subject, binding: Binding): string {
  const subject = kind === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name;
  const where =
    binding.metadata?.namespace === undefined ? 'all namespaces' : `namespace ${binding.metadata.namespace}`;
  return `${kind} ${subject} in ${where} (${binding.roleRef?.kind ?? ''} ${binding.roleRef?.name ?? ''})`;
}
