import type { Check, Seen } from '../check.ts';
import { type NodeScene, inState } from '../node-scene.ts';
import { counted, fewOf, found, namesInFolder } from '../state-files.ts';

/** Whether deferred DELs are waiting. */
export const deferredDels: Check<NodeScene> = {
  id: 'PLX-D-DEFERRED',
  good: 'there are no deferred DELs',
  finds: 'DELs that were deferred while the daemon was unavailable and are not carried out, or are damaged',
  fix: 'Check that the daemon runs and a host agent is connected: only it can run plugins without the runtime.',
  place: (scene) => inState(scene, 'deferred'),
  look: async (scene) => {
    await scene.state();
    const folder = inState(scene, 'deferred');
    const calls = (await namesInFolder(folder)).filter((name) => name.endsWith('.call'));
    const damaged = await namesInFolder(`${folder}/damaged`);
    const isOpen = (await found(`${folder}/.open`)) !== undefined;
    const seen: Seen[] = [];
    if (calls.length > 0)
      seen.push({
        severity: 'warning',
        what: `${counted(calls.length, 'DEL')} to be carried out${isOpen ? '' : ', and no more are deferred, because no host agent is expected'}`,
        evidence: fewOf(calls),
      });
    if (damaged.length > 0)
      seen.push({
        severity: 'warning',
        what: `${counted(damaged.length, 'damaged DEL')}, set aside`,
        where: `${folder}/damaged`,
        fix: 'Undo their sandboxes by hand (plexus attachments detach), then delete the files.',
        evidence: fewOf(damaged),
      });
    return seen;
  },
};
