import { type ApiUser, connectForViews, serviceAccountUser, useAttributes } from '../cluster/index.ts';
import { apiRefused, nadNotFound } from '../errors/index.ts';
import { apiReader, pathSegment } from '../kube/index.ts';
import { type NadRef, nadGroup, nadKey, nadPlural, nadVersion, parseNad, parseSelections } from '../npwg/index.ts';
import { requestSignal, sourceFor } from './cluster-options.ts';
import { yamlText } from './yaml-text.ts';
import type { CanUseArguments } from './commands/can-use.ts';

/** Whether a user may use a network, and why. */
export interface UseAnswer {
  readonly network: string;
  /** Whether the network's own annotation requires the permission. */
  readonly isRequired: boolean;
  /** '' for the current user. */
  readonly user: string;
  readonly isGranted: boolean;
  /** The reason that the API server states; may be ''. */
  readonly reason: string;
  readonly mayUse: boolean;
  /** The objects that grant the permission; [] if it is granted. */
  readonly grant: readonly object[];
}

const longestMs = 30_000;

/** Asks the API server. Rejects with nadNotFound, apiUnavailable, apiRefused and kubeconfigUnusable. */
export async function useAnswer(given: CanUseArguments): Promise<UseAnswer> {
  // --as names the user to ask about, not the user who asks.
  const source = sourceFor({ kubeconfig: given.kubeconfig, context: given.context }, process.env);
  const signal = requestSignal(given, longestMs);
  const nad = networkOf(given.network, given.namespace ?? (await connectForViews(source)).namespace);
  const reader = apiReader(source);
  const path = `/apis/${nadGroup}/${nadVersion}/namespaces/${pathSegment(nad.namespace)}/${nadPlural}/${pathSegment(nad.name)}`;
  const object = await reader.get(`NetworkAttachmentDefinition ${nadKey(nad)}`, path, signal);
  if (object === undefined) throw nadNotFound({ nad: nadKey(nad), requester: 'plexus can-use' });
  const isRequired = parseNad(object).requireUse === true;
  const user = given.as === undefined ? undefined : userOf(given.as, given['as-group']);
  const kind = user === undefined ? 'SelfSubjectAccessReview' : 'SubjectAccessReview';
  const verdict = await reader.review(kind, { ...user, resourceAttributes: useAttributes(nad) }, signal);
  if (verdict === undefined)
    throw apiRefused({
      request: `create a ${kind}`,
      status: 403,
      problem: 'the current user may not check the permissions of others',
    });
  const isGranted = verdict.allowed === true;
  return {
    network: nadKey(nad),
    isRequired,
    user: user?.user ?? '',
    isGranted,
    reason: verdict.reason ?? '',
    mayUse: isGranted || !isRequired,
    grant: isGranted || user === undefined ? [] : grantFor(nad, user.user),
  };
}

function networkOf(text: string, namespace: string): NadRef {
  const [selection] = parseSelections(text, namespace).selections;
  if (selection === undefined) throw new Error(`${JSON.stringify(text)} is not a network`);
  return selection.nad;
}

function userOf(name: string, groups: readonly string[]): ApiUser {
  const account = accountOf(name);
  const known = account && serviceAccountUser(account.namespace, account.name);
  return { user: name, groups: [...(known?.groups ?? ['system:authenticated']), ...groups] };
}

// kubectl create role refuses the verb `use` for resources that it does not know, so the objects are shown.
function grantFor({ namespace, name }: NadRef, user: string): readonly object[] {
  const apiGroup = 'rbac.authorization.k8s.io';
  const apiVersion = `${apiGroup}/v1`;
  const metadata = { name: `use-${name}`, namespace };
  const rule = { apiGroups: [nadGroup], resources: [nadPlural], resourceNames: [name], verbs: ['use'] };
  const account = accountOf(user);
  const subject =
    account === undefined ? { kind: 'User', apiGroup, name: user } : { kind: 'ServiceAccount', ...account };
  return [
    { apiVersion, kind: 'Role', metadata, rules: [rule] },
    {
      apiVersion,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup, kind: 'Role', name: metadata.name },
      subjects: [subject],
    },
  ];
}

function accountOf(user: string): { readonly namespace: string; readonly name: string } | undefined {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}

/** The answer for people. */
export function useText({ network, isRequired, user, isGranted, reason, grant }: UseAnswer): string {
  const who = user === '' ? 'You' : user;
  const has = user === '' ? 'have' : 'has';
  const requires = isRequired
    ? `Network ${network} requires the permission "use" (annotation plexus-cni.io/require-use).`
    : `Network ${network} does not require the permission "use", unless requireUse is set in the configuration of Plexus.`;
  const verdict = `${who} ${isGranted ? `${has} the permission` : `${user === '' ? 'do' : 'does'} not have the permission`}${reason === '' ? '' : ` (${reason})`}.`;
  const objects =
    grant.length === 0 ? [] : ['To grant it, apply:', ...grant.flatMap((each) => ['---', yamlText(each).trimEnd()])];
  const hint =
    user === ''
      ? ['Pods need the permission of their ServiceAccount: --as system:serviceaccount:NAMESPACE:NAME checks it.']
      : [];
  return [requires, verdict, ...objects, ...hint].join('\n');
}
