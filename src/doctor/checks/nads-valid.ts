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
    (await networks()).nads.flatMap(({ key, problems }) =>
      problems.map(({ text, fix, rule }): Seen => ({
        severity: 'error',
        what: text,
        where: `NetworkAttachmentDefinition ${key}`,
        fix,
        evidence: [rule],
      })),
    ),
};
