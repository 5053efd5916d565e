import { type NetworkConfiguration, isPluginType } from '../../cni/index.ts';
import { asPlexusError, is, pluginMissing, problemOf } from '../../errors/index.ts';
import { findPlugin } from '../../host/index.ts';
import { elfProblem } from '../../install/index.ts';
import { findByPath } from '../../plan/index.ts';
import { readConfPath } from '../../runtime/index.ts';
import { type Check, type Seen, unknown } from '../check.ts';
import { programsOfNetwork } from '../networks.ts';
import { type NodeScene, binPlace, clusterNetworkFile, oursIn, pluginFolders } from '../node-scene.ts';
import { fewOf, headOf } from '../state-files.ts';

/** Whether this node has the plugins of all networks. */
export const plugins: Check<NodeScene> = {
  id: 'PLX-D-PLUGINS',
  good: 'every plugin that the default network and the NetworkAttachmentDefinitions name exists and can run',
  finds:
    'a plugin that a network names is missing in the plugin folders, not executable, or built for another architecture',
  fix: 'Install it into this folder of the node. The reference plugins are in the release of containernetworking/plugins for its architecture.',
  place: binPlace,
  look: async (scene, signal) => {
    const binDirs = await pluginFolders(scene);
    const ofDefault = await defaultConfigurations(scene);
    const { nads, source, why } = await scene
      .networks(signal)
      .catch((error: unknown) => ({ nads: [], source: '', why: problemOf(error) }));
    const needed = new Map<string, User[]>();
    const need = (configuration: NetworkConfiguration, user: User): void => {
      for (const program of programsOfNetwork(configuration))
        needed.set(program, [...(needed.get(program) ?? []), user]);
    };
    for (const configuration of ofDefault)
      need(configuration, { name: `the default network ${configuration.name}`, isDefault: true });
    for (const { key, configuration } of nads)
      if (configuration !== undefined) need(configuration, { name: key, isDefault: false });
    const seen = await Promise.all(
      [...needed].map(([program, users]) => lookAt(program, users, { binDirs, source, arch: scene.arch })),
    );
    const blind = [
      ...(why === undefined ? [] : [why]),
      ...(ofDefault.length === 0 ? ['the default network cannot be read'] : []),
    ];
    return [...seen.flat(), ...blind.map((each) => unknown(each))];
  },
};

interface User {
  readonly name: string;
  readonly isDefault: boolean;
}
interface Looking {
  readonly binDirs: readonly string[];
  readonly source: string;
  readonly arch: string;
}

async function defaultConfigurations(scene: NodeScene): Promise<readonly NetworkConfiguration[]> {
  const files = await Promise.all(
    (await scene.confFolders()).map((each) => clusterNetworkFile(scene, oursIn(each)?.text ?? '')),
  );
  const lists = await Promise.all(
    [...new Set(files)].map(async (file) => (file === undefined ? undefined : attempt(await readConfPath(file), file))),
  );
  return lists.filter((each) => each !== undefined);
}

function attempt(...found: Parameters<typeof findByPath>): NetworkConfiguration | undefined {
  try {
    return findByPath(...found).configuration;
  } catch {
    return undefined; // the check of the default network reports that
  }
}

async function lookAt(
  program: string,
  users: readonly User[],
  { binDirs, source, arch }: Looking,
): Promise<readonly Seen[]> {
  const problem = await whyNot(program, binDirs, arch);
  if (problem === undefined) return [];
  const severity = problem.isMissing && !users.some(({ isDefault }) => isDefault) ? 'warning' : 'error';
  const names = users.map(({ name }) => name);
  const what = `${program} ${problem.text}; needed by ${fewOf(names).join(', ')}`;
  const evidence = users.every(({ isDefault }) => isDefault) ? [] : [`networks according to ${source}`];
  return [{ severity, what, where: binDirs.join(', '), evidence }];
}

interface Problem {
  readonly text: string;
  readonly isMissing: boolean;
}

async function whyNot(program: string, folders: readonly string[], arch: string): Promise<Problem | undefined> {
  if (!isPluginType(program)) return { text: 'is not the name of a program', isMissing: false };
  try {
    const head = await headOf(await findPlugin(program, folders));
    if (head.subarray(0, 2).toString('latin1') === '#!') return undefined;
    const problem = elfProblem(head, arch);
    return problem === undefined ? undefined : { text: `cannot run: ${problem}`, isMissing: false };
  } catch (thrown) {
    return is(thrown, pluginMissing)
      ? { text: 'does not exist', isMissing: true }
      : { text: `cannot run: ${asPlexusError(thrown).message}`, isMissing: false };
  }
}
