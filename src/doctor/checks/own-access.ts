import { nadGroup, nadPlural } from '../../npwg/index.ts';
import type { Check } from '../check.ts';
import { type ClusterScene, apiPlace } from '../cluster-scene.ts';
import { type Attributes, wordsOf } from './rbac.ts';

const asked: readonly Attributes[] = [
  { verb: 'list', resource: 'pods' },
  { verb: 'list', resource: 'nodes' },
  { verb: 'list', resource: 'events' },
  { verb: 'list', group: 'apps', resource: 'daemonsets' },
  { verb: 'get', group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' },
  { verb: 'list', group: nadGroup, resource: nadPlural },
  { verb: 'create', group: 'authorization.k8s.io', resource: 'subjectaccessreviews' },
];

/** Whether the current user may read everything that doctor reads. */
export const ownAccess: Check<ClusterScene> = {
  id: 'PLX-D-OWN-ACCESS',
  good: 'the current user may read everything that the checks need',
  finds: 'the current user may not read some objects: the checks that need them report "not checked"',
  fix: 'Use a kubeconfig whose user may read these.',
  place: apiPlace,
  look: async ({ api }, signal) => {
    const answers = await Promise.all(
      asked.map((resourceAttributes) => api.review('SelfSubjectAccessReview', { resourceAttributes }, signal)),
    );
    const lacking = asked.filter((_, index) => answers[index]?.allowed !== true).map(wordsOf);
    return lacking.length === 0 ? [] : [{ severity: 'note', what: `the current user may not ${lacking.join(', ')}` }];
  },
};
