import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { attemptIfPresent, beneathMade, exists, shownPath } from '../files/index.ts';

/** Subfolder for files that cannot be decoded. */
export const damagedFolder = 'damaged';
const mostOfOneName = 1000;

/**
 * Moves a damaged file to `damaged/` under a free name, so that no evidence is overwritten. Returns its new path, or
 * its old path if no name is free. Rejects with fileUnusable.
 */
export const setAside = (folder: string, name: string): Promise<string> =>
  beneathMade(join(folder, damagedFolder), async (damaged) => {
    const from = join(folder, name);
    for (let number = 0; number < mostOfOneName; number++) {
      const target = join(damaged, number === 0 ? name : `${name}.${number}`);
      if (await exists(target)) continue;
      // Not synced: a file that a failure of the machine puts back is moved again.
      const isMoved = await attemptIfPresent('set aside', from, () => renameSync(from, target));
      return shownPath(isMoved ? target : join(damaged, name)); // another process may have moved it
    }
    return shownPath(from);
  });
