import { join } from 'node:path';
import { linkVersion } from '../host/index.ts';
import { shimName } from '../install/index.ts';
import { nadGroup, nadPlural, nadVersion } from '../npwg/index.ts';
import type { CustomResourceDefinition, Pod } from './api-objects.ts';
import { versionOf } from './checks/shim.ts';
import type { ClusterScene } from './cluster-scene.ts';
import { type NodeScene, binFolders } from './node-scene.ts';
import { found } from './state-files.ts';

/** The version of one component, and where it was found. */
export interface ComponentVersion {
  readonly component: 'daemon' | 'shim' | 'host link' | 'CRD';
  readonly version: string;
  readonly where: string;
}

/**
 * The versions in a cluster, as the API server shows them: daemon and shim by the tags of the images of each pod of
 * Plexus, and the served versions of the CRD.
 */
export async function clusterVersions(scene: ClusterScene): Promise<readonly ComponentVersion[]> {
  const [pods, crd] = await Promise.all([scene.daemonPods(), crdVersion(scene)]);
  const daemons = countByVersion(pods, ({ spec }) => spec?.containers?.[0]?.image);
  const shims = countByVersion(pods, ({ spec }) => spec?.initContainers?.[0]?.image);
  return [
    ...daemons.map((each): ComponentVersion => ({ component: 'daemon', ...each })),
    ...shims.map((each): ComponentVersion => ({ component: 'shim', ...each })),
    { component: 'CRD', version: crd, where: `${nadPlural}.${nadGroup}` },
  ];
}

function countByVersion(
  pods: readonly Pod[],
  imageOf: (pod: Pod) => string | undefined,
): readonly Omit<ComponentVersion, 'component'>[] {
  const counts = new Map<string, number>();
  for (const pod of pods) {
    const version = tagOf(imageOf(pod) ?? '');
    counts.set(version, (counts.get(version) ?? 0) + 1);
  }
  return [...counts]
    .map(([version, count]) => ({ version, where: count === 1 ? '1 node' : `${count} nodes` }))
    .toSorted((a, b) => (a.version < b.version ? -1 : 1));
}

/** The tag of an image; its digest if it has none. */
function tagOf(image: string): string {
  const [name = '', digest] = image.split('@');
  return /:([^:/]+)$/.exec(name)?.[1] ?? digest ?? 'unknown';
}

async function crdVersion({ api, signal }: ClusterScene): Promise<string> {
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${nadPlural}.${nadGroup}`;
  const object = (await api.get('get the CustomResourceDefinition of NetworkAttachmentDefinitions', path, signal)) as
    | CustomResourceDefinition
    | undefined;
  const served = (object?.spec?.versions ?? []).filter((each) => each.served === true).map(({ name = '' }) => name);
  return served.join(', ') || 'none';
}

/** The versions on a node: of the running daemon, of the host link that it serves, and of the shim. */
export async function nodeVersions(scene: NodeScene, signal: AbortSignal): Promise<readonly ComponentVersion[]> {
  const { socket } = scene.places;
  const [greeting, folders] = await Promise.all([scene.greeting(signal), binFolders(scene).catch(() => [])]);
  const ofDaemon: readonly ComponentVersion[] =
    greeting.kind === 'welcome'
      ? [
          { component: 'daemon', version: greeting.program, where: socket },
          { component: 'host link', version: greeting.link, where: socket },
        ]
      : [{ component: 'daemon', version: 'unknown', where: socket }];
  const shims = folders.map(async (folder): Promise<readonly ComponentVersion[]> => {
    const file = join(folder, shimName);
    if ((await found(file)) === undefined) return [];
    const answer = await versionOf(file, signal);
    return [{ component: 'shim', version: 'problem' in answer ? 'unknown' : answer.version, where: file }];
  });
  return [...ofDaemon, ...(await Promise.all(shims)).flat()];
}

/** Warnings about versions that do not fit each other or this command, whose version is `own`; [] if all fit. */
export function versionSkew(own: string, versions: readonly ComponentVersion[]): readonly string[] {
  const known = versions.filter(({ version }) => /^\d+\.\d+/.test(version));
  const of = (component: ComponentVersion['component']): readonly string[] => [
    ...new Set(known.filter((each) => each.component === component).map(({ version }) => version)),
  ];
  const [daemons, shims, links] = [of('daemon'), of('shim'), of('host link')];
  const other = daemons.filter((version) => minorOf(version) !== minorOf(own));
  const crd = versions.find(({ component }) => component === 'CRD');
  return [
    ...(daemons.length > 1 ? [`daemons of several versions run: ${daemons.join(', ')} (an update is unfinished)`] : []),
    ...(shims.some((version) => !daemons.includes(version)) && daemons.length > 0
      ? [`a shim has version ${shims.join(', ')}, but the daemon ${daemons.join(', ')}`]
      : []),
    ...links
      .filter((version) => majorOf(version) !== String(linkVersion.major))
      .map((version) => `the daemon serves host link ${version}, but this version uses ${linkVersion.major}`),
    ...(other.length > 0
      ? [`this command has version ${own}, but the daemon ${other.join(', ')}: use a command of the same minor version`]
      : []),
    ...(crd !== undefined && !crd.version.split(', ').includes(nadVersion)
      ? [`the cluster does not serve NetworkAttachmentDefinitions ${nadVersion} (served: ${crd.version})`]
      : []),
  ];
}

const majorOf = (version: string): string => version.split('.')[0] ?? '';
const minorOf = (version: string): string => version.split('.').slice(0, 2).join('.');
