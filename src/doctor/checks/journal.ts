import { join } from 'node:path';
import type { Check, Seen } from '../check.ts';
import { type NodeScene, inState } from '../node-scene.ts';
import { counted, fewOf } from '../state-files.ts';

/** Whether every record of the journal can be read. */
export const journal: Check<NodeScene> = {
  id: 'PLX-D-JOURNAL',
  good: 'every record of the journal can be read',
  finds:
    'records that cannot be read, were set aside as damaged, or have a newer format: Plexus does not undo their attachments',
  fix: 'Find the pod that each file names, release its addresses and interfaces, then delete the file.',
  place: (scene) => inState(scene, 'journal'),
  look: async (scene) => {
    const { unreadable, damaged } = await scene.journal();
    const seen: Seen[] = [];
    const newer = unreadable.filter(({ isNewer }) => isNewer);
    const broken = unreadable.filter(({ isNewer }) => !isNewer);
    if (newer.length > 0)
      seen.push({
        severity: 'error',
        what: `${counted(newer.length, 'record')} of a newer version of Plexus`,
        fix: 'Install that version on this node again.',
        evidence: fewOf(newer.map(({ problem }) => problem)),
      });
    if (broken.length > 0)
      seen.push({
        severity: 'error',
        what: `${counted(broken.length, 'record')} that cannot be read`,
        evidence: fewOf(broken.map(({ problem }) => problem)),
      });
    if (damaged.length > 0)
      seen.push({
        severity: 'warning',
        what: `${counted(damaged.length, 'damaged record')}, set aside`,
        where: join(inState(scene, 'journal'), 'damaged'),
        evidence: fewOf(damaged),
      });
    return seen;
  },
};
