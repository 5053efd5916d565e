import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { type Env, parseJson } from '../cni/index.ts';
import { hostFileInvalid, is, problemOf } from '../errors/index.ts';
import { readRegularText } from '../files/index.ts';
import { type HostPaths, hostFileName, hostPathsFrom } from '../plan/index.ts';

const variable = 'PLEXUS_HOST_FILE';

/**
 * Reads the paths that direct mode may use from the file beside the binary, or the one named in the runtime's
 * environment. Without a file, the defaults apply. Throws hostFileInvalid, also if anyone but root and this process's
 * user can write the file.
 */
export function readHostFile(programFolder: string, env: Env): HostPaths {
  const file = env[variable] ?? join(programFolder, hostFileName);
  try {
    return hostPathsFrom(parseJson(readRegularText(file, { check: assertOwned }), file), file);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT' && env[variable] === undefined)
      return hostPathsFrom(undefined, file);
    throw is(thrown, hostFileInvalid)
      ? thrown
      : hostFileInvalid({ file, problem: problemOf(thrown) }, { cause: thrown });
  }
}

function assertOwned({ uid, mode }: Stats): void {
  if (uid !== 0 && uid !== process.getuid?.()) throw new Error(`it belongs to user ${uid}`);
  if ((mode & 0o022) !== 0)
    throw new Error(`users other than its owner can write it (mode ${(mode & 0o7777).toString(8)})`);
}
