import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { problemOf } from '../../errors/index.ts';
import { elfProblem, holdsText, shimName } from '../../install/index.ts';
import { type Check, type Seen, unknown } from '../check.ts';
import { type NodeScene, binFolders, binPlace, oursIn, typesIn } from '../node-scene.ts';
import { found, headOf } from '../state-files.ts';

const run = promisify(execFile);

/** Whether the shim exists, can be run and has the daemon's version. */
export const shim: Check<NodeScene> = {
  id: 'PLX-D-SHIM',
  good: 'the shim exists and has the same version as the daemon',
  finds: 'the shim is missing, cannot run on this machine, or has another version than the daemon',
  fix: 'Restart the pod of Plexus on this node, whose init container installs the shim again, or run plexus install.',
  place: binPlace,
  look: async (scene, signal) => {
    const [binDirs, confFolders] = await Promise.all([binFolders(scene), scene.confFolders()]);
    const isDirect = confFolders.some((each) => typesIn(oursIn(each)?.text ?? '').includes('plexus-cni'));
    if (isDirect) return []; // the runtime calls direct mode
    return (await Promise.all(binDirs.map((folder) => lookAt(join(folder, shimName), scene, signal)))).flat();
  },
};

async function lookAt(file: string, scene: NodeScene, signal: AbortSignal): Promise<readonly Seen[]> {
  const at = (severity: 'error' | 'warning', what: string): readonly Seen[] => [{ severity, what, where: file }];
  if ((await found(file)) === undefined) return at('error', 'it does not exist: every pod of this node fails to start');
  const problem = elfProblem(await headOf(file), scene.arch);
  if (problem !== undefined) return at('error', `it cannot run: ${problem}`);
  const isExecutable = await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!isExecutable) return at('error', 'it is not executable');
  if (!(await holdsText(file, 'a CNI plugin that attaches pods to several networks')))
    return at('error', 'it is another program with the same name');
  const greeting = await scene.greeting(signal);
  if (greeting.kind !== 'welcome')
    return [unknown('the version of the daemon is unknown (PLX-D-DAEMON shows why)', { where: file })];
  const own = await versionOf(file, signal);
  if ('problem' in own) return at('error', `it cannot run: ${own.problem}`);
  return own.version === greeting.program
    ? []
    : at('warning', `its version is ${own.version}, but that of the daemon is ${greeting.program}`);
}

/** The version of a shim. With an empty environment it acts as a plugin without a call. */
export async function versionOf(
  file: string,
  signal: AbortSignal,
): Promise<{ readonly version: string } | { readonly problem: string }> {
  return run(file, ['--version'], { signal, env: {} }).then(
    ({ stdout }) => ({ version: stdout.trim() }),
    (error: unknown) => ({ problem: problemOf(error) }),
  );
}
