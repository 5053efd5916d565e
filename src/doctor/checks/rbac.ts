import { nadGroup, nadPlural } from '../../npwg/index.ts';
import { type Check, unknown } from '../check.ts';
import { type ClusterScene, accountOf } from '../cluster-scene.ts';

/** The permissions of the daemon (deploy/base/rbac.yaml). */
const needed = [
  { verb: 'get', resource: 'pods' },
  { verb: 'list', resource: 'pods' },
  { verb: 'watch', resource: 'pods' },
  { verb: 'patch', resource: 'pods', subresource: 'status' },
  { verb: 'get', group: nadGroup, resource: nadPlural },
  { verb: 'list', group: nadGroup, resource: nadPlural },
  { verb: 'watch', group: nadGroup, resource: nadPlural },
  { verb: 'create', resource: 'events' },
  { verb: 'create', group: 'authorization.k8s.io', resource: 'subjectaccessreviews' },
] as const satisfies readonly Attributes[];

/** A permission, as in Kubernetes' access reviews. */
export interface Attributes {
  readonly verb: string;
  readonly group?: string;
  readonly resource: string;
  readonly subresource?: string;
}

export const wordsOf = ({ verb, resource, subresource }: Attributes): string =>
  `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}`;

/** Whether the daemon's service account has the permissions that the daemon needs. */
export const rbac: Check<ClusterScene> = {
  id: 'PLX-D-RBAC',
  good: "the daemon's service account has all required permissions",
  finds: "the daemon's service account lacks permissions",
  fix: 'Run kubectl apply -f deploy/base/rbac.yaml, or upgrade the chart. To check another account, pass --as system:serviceaccount:NAMESPACE:NAME.',
  place: accountOf,
  look: async (scene, signal) => {
    const user = await accountOf(scene);
    const [, , namespace = '', ...rest] = user.split(':');
    const groups =
      rest.length > 0
        ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated']
        : ['system:authenticated'];
    const ask = (resourceAttributes: Attributes) =>
      scene.api.review('SubjectAccessReview', { user, groups, resourceAttributes }, signal);
    const answers = await Promise.all(needed.map(ask));
    if (answers.includes(undefined))
      return [
        unknown('the current user may not check the permissions of others (create subjectaccessreviews)', {
          where: user,
        }),
      ];
    const lacking = needed.filter((_, index) => answers[index]?.allowed !== true).map(wordsOf);
    return lacking.length === 0 ? [] : [{ severity: 'error', what: `it may not ${lacking.join(', ')}`, where: user }];
  },
};
