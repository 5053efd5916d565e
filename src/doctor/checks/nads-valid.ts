import type { Check, Seen } from '../check.ts';
import type { ClusterScene } from '../cluster-scene.ts';

/** Whether every NetworkAttachmentDefinition can be used. */
export const nadsValid: Check<ClusterScene> = {
  id: 'PLX-D-NAD-INVALID',
  good: 'every NetworkAttachmentDefinition can be read',
  finds:
    'a NetworkAttachmentDefinition whose configuration cannot be read, or that runs Plexus itself: pods that ask for it do not start',
  fix: 'Correct spec.config of it.',
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
