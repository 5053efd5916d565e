import { isAbandoned } from '../../plan/index.ts';
import { inRoot } from '../../install/index.ts';
import type { Check } from '../check.ts';
import { type NodeScene, inState } from '../node-scene.ts';
import { fewOf, found, sandboxName } from '../state-files.ts';

/** Whether the journal has sandboxes that are not there any more. */
export const lostSandboxes: Check<NodeScene> = {
  id: 'PLX-D-LOST-SANDBOXES',
  good: 'the namespace of every recorded sandbox is there',
  finds: 'records of sandboxes that are gone without a DEL: their addresses are still taken',
  fix: 'Where a host agent is, the daemon undoes them within two rounds (reclaimSeconds); by hand: plexus attachments detach SANDBOX.',
  place: (scene) => inState(scene, 'journal'),
  look: async (scene) => {
    const { records } = await scene.journal();
    const bootId = await scene.bootId();
    const lost: string[] = [];
    for (const record of records.filter(({ attachments }) => !attachments.every(isAbandoned))) {
      if (record.bootId !== undefined && record.bootId !== bootId) lost.push(`${sandboxName(record)}: the machine was started anew since`);
      else if (await isGone(record.netns, scene)) lost.push(`${sandboxName(record)}: ${record.netns} is gone`);
    }
    return lost.length === 0 ? [] : [{ severity: 'warning', what: `${lost.length} recorded sandboxes are gone`, evidence: fewOf(lost) }];
  },
};

// of a process: its number means something in one process-ID namespace only
async function isGone(netns: string, { places }: NodeScene): Promise<boolean> {
  if (netns === '' || netns.startsWith('/proc/')) return false;
  return (await found(netns)) === undefined && (await found(await inRoot(places.root, netns))) === undefined;
}
