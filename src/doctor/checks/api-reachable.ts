import { apiRefused, is, problemOf } from '../../errors/index.ts';
import type { Check } from '../check.ts';
import { type ClusterScene, apiPlace } from '../cluster-scene.ts';

/** Whether the API server answers. */
export const apiReachable: Check<ClusterScene> = {
  id: 'PLX-D-API',
  good: 'the API server answers',
  finds: 'the API server is unreachable or rejects the credentials',
  fix: 'Run kubectl version with the same kubeconfig, or pass another one with --kubeconfig.',
  place: apiPlace,
  look: async ({ api }, signal) => {
    try {
      await api.get('get the version of the API server', '/version', signal);
      await api.get('get namespace default', '/api/v1/namespaces/default', signal);
      return [];
    } catch (error) {
      if (is(error, apiRefused) && error.context.status === 403) return []; // it answers, and knows the caller
      return [{ severity: 'error', what: problemOf(error) }];
    }
  },
};
