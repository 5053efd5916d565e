import { type SandboxRecord, isAbandoned } from '../../plan/index.ts';
import type { Check, Seen } from '../check.ts';
import { type NodeScene, inState } from '../node-scene.ts';
import { counted, fewOf, sandboxName } from '../state-files.ts';

/** Whether attachments could not be undone. */
export const undone: Check<NodeScene> = {
  id: 'PLX-D-NOT-UNDONE',
  good: 'there are no attachments left to undo',
  finds:
    'attachments that a DEL could not undo: still being retried (detaching), or abandoned so that pod deletion could proceed',
  fix: 'Correct the cause of the last error. With a host agent the daemon keeps retrying; otherwise run plexus attachments detach SANDBOX.',
  place: (scene) => inState(scene, 'journal'),
  look: async (scene) => {
    const entries = (await scene.journal()).records.flatMap((record) =>
      record.attachments.map((entry) => ({ record, entry })),
    );
    const abandoned = entries.filter(({ entry }) => isAbandoned(entry));
    const detaching = entries.filter(({ entry }) => entry.state === 'detaching' && !isAbandoned(entry));
    return [
      ...told(abandoned, 'abandoned: the pod is deleted, but this is not undone'),
      ...told(detaching, 'not undone yet'),
    ];
  },
};

type Entry = { readonly record: SandboxRecord; readonly entry: SandboxRecord['attachments'][number] };

function told(entries: readonly Entry[], what: string): readonly Seen[] {
  if (entries.length === 0) return [];
  const evidence = entries.map(({ record, entry }) => {
    const { interfaceName, network } = entry.attachment;
    return `${sandboxName(record)}, ${interfaceName} (${network}): ${entry.state === 'detaching' ? entry.lastError : ''}`;
  });
  return [{ severity: 'warning', what: `${counted(entries.length, 'attachment')} ${what}`, evidence: fewOf(evidence) }];
}
