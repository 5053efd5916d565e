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
  good: 'the program that the runtime calls is there and of the same version as the daemon',
  finds: 'the program on the host is missing, cannot run on this machine, or is of another version than the daemon',
  fix: 'Restart the pod of Plexus on this node: its init container installs the program again; or run plexus install.',
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
  if ((await found(file)) === undefined) return at('error', 'it is not there: every pod of this node fails to start');
  const problem = elfProblem(await headOf(file), scene.arch);
  if (problem !== undefined) return at('error', `it cannot run: ${problem}`);
  const isExecutable = await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!isExecutable) return at('error', 'it is not executable');
  if (!(await holdsText(file, 'a CNI plugin that attaches pods to several networks')))
    return at('error', 'it is a program of somebody else with the same name');
  const greeting = await scene.greeting(signal);
  if (greeting.kind !== 'welcome')
    return [unknown('the version of the daemon is not known (PLX-D-DAEMON says why)', { where: file })];
  const own = await versionOf(file, signal);
  if ('problem' in own) return at('error', `it cannot run: ${own.problem}`);
  return own.version === greeting.program
    ? []
    : at('warning', `it is version ${own.version}, and the daemon is version ${greeting.program}`);
}

// with an empty environment it acts as a plugin without a call
async function versionOf(
  file: string,
  signal: AbortSignal,
): Promise<{ readonly version: string } | { readonly problem: string }> {
  return run(file, ['--version'], { signal, env: {} }).then(
    ({ stdout }) => ({ version: stdout.trim() }),
    (error: unknown) => ({ problem: problemOf(error) }),
  );
}
