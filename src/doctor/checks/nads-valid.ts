import { nestedMetaPlugin } from '../../cni/index.ts';
import type { Check, Seen } from '../check.ts';
import type { ClusterScene } from '../cluster-scene.ts';

/** Whether every NetworkAttachmentDefinition can be used. */
export const nadsValid: Check<ClusterScene> = {
  id: 'PLX-D-NAD-INVALID',
  good: 'every NetworkAttachmentDefinition is valid',
  finds:
    'a NetworkAttachmentDefinition with an invalid configuration, or one that runs Plexus itself: pods that request it do not start',
  fix: 'Correct its spec.config.',
  place: () => 'all NetworkAttachmentDefinitions',
  look: async ({ networks }) =>
    (await networks()).nads.flatMap(({ key, problem, configuration }): Seen[] => {
      const where = `NetworkAttachmentDefinition ${key}`;
      if (problem !== undefined)
        return [{ severity: 'error', what: problem.text, where, fix: problem.fix, evidence: [problem.id] }];
      const [nested] = configuration?.plugins.flatMap(({ json }) => nestedMetaPlugin(json) ?? []) ?? [];
      return nested === undefined
        ? []
        : [{ severity: 'error', what: `it runs ${nested.type}, which would invoke Plexus recursively`, where }];
    }),
};
