import { dirname } from 'node:path';
import { isAbandoned } from '../../plan/index.ts';
import { inRoot } from '../../install/index.ts';
import { type Check, unknown } from '../check.ts';
import { type NodeScene, inState } from '../node-scene.ts';
import { counted, fewOf, found, sandboxName } from '../state-files.ts';

/** Whether the journal contains sandboxes that no longer exist. */
export const lostSandboxes: Check<NodeScene> = {
  id: 'PLX-D-LOST-SANDBOXES',
  good: 'the namespace of every recorded sandbox exists',
  finds: 'records of sandboxes that disappeared without a DEL: their addresses are still allocated',
  fix: 'No action needed with a host agent: the daemon undoes them within two rounds (reclaimSeconds). Otherwise run plexus attachments detach SANDBOX.',
  place: (scene) => inState(scene, 'journal'),
  look: async (scene) => {
    const { records } = await scene.journal();
    const bootId = await scene.bootId();
    const lost: string[] = [];
    const hidden: string[] = [];
    for (const record of records.filter(({ attachments }) => !attachments.every(isAbandoned))) {
      const state =
        record.bootId !== undefined && record.bootId !== bootId ? 'earlier' : await stateOf(record.netns, scene);
      if (state === 'hidden') hidden.push(record.netns);
      if (state === 'earlier') lost.push(`${sandboxName(record)}: the node has rebooted since`);
      if (state === 'gone') lost.push(`${sandboxName(record)}: ${record.netns} is gone`);
    }
    return [
      ...(lost.length === 0
        ? []
        : [
            {
              severity: 'warning' as const,
              what: `${counted(lost.length, 'recorded sandbox', 'recorded sandboxes')} disappeared without a DEL`,
              evidence: fewOf(lost),
            },
          ]),
      ...(hidden.length === 0
        ? []
        : [
            unknown(`the namespaces of ${counted(hidden.length, 'sandbox', 'sandboxes')} are not visible here`, {
              evidence: fewOf(hidden),
            }),
          ]),
    ];
  },
};

// a path of a process: its ID is valid in one process-ID namespace only
async function stateOf(netns: string, { places }: NodeScene): Promise<'there' | 'gone' | 'hidden'> {
  if (netns === '' || netns.startsWith('/proc/')) return 'hidden';
  const paths = [netns, await inRoot(places.root, netns)];
  const isThere = async (path: string): Promise<boolean> => (await found(path)) !== undefined;
  if (await any(paths, isThere)) return 'there';
  return (await any(paths.map(dirname), isThere)) ? 'gone' : 'hidden';
}

const any = async (paths: readonly string[], is: (path: string) => Promise<boolean>): Promise<boolean> =>
  (await Promise.all(paths.map(is))).includes(true);
