import { join } from 'node:path';
import { liveHolder } from '../../journal/index.ts';
import type { Check } from '../check.ts';
import { type NodeScene, inState } from '../node-scene.ts';
import { counted, fewOf, found, namesInFolder } from '../state-files.ts';

/** Whether locks are left of processes that are gone. */
export const deadLocks: Check<NodeScene> = {
  id: 'PLX-D-LOCKS',
  good: 'there are no stale locks',
  finds: 'stale locks of processes that were killed; they block nothing, because the next process takes them over',
  fix: 'No action needed. Many of them mean that something kills the daemon or the plugin repeatedly.',
  place: (scene) => inState(scene, 'locks'),
  look: async (scene) => {
    await scene.state();
    const folder = inState(scene, 'locks');
    const names = (await namesInFolder(folder)).filter((name) => name.endsWith('.lock') && !name.startsWith('.'));
    const dead: string[] = [];
    for (const name of names) if (await isDead(join(folder, name))) dead.push(name);
    return dead.length === 0
      ? []
      : [
          {
            severity: 'note',
            what: counted(dead.length, 'stale lock of a process that ended', 'stale locks of processes that ended'),
            evidence: fewOf(dead),
          },
        ];
  },
};

// one that is given back or taken in this moment has no holder for a moment either: look twice
async function isDead(path: string): Promise<boolean> {
  if ((await liveHolder(path)) !== undefined) return false;
  return (await found(path)) !== undefined && (await liveHolder(path)) === undefined;
}
