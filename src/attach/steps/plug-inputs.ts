import { parseCniArgs } from '../../cni/index.ts';
import { type PlexusError, asPlexusError } from '../../errors/index.ts';
import { type Nad, type PodMetadata, deviceSourceOf, nadKey } from '../../npwg/index.ts';
import { type Plug, type PlugInputs, type SandboxRecord, type Settings, guardedUse } from '../../plan/index.ts';
import type { AttachDeps } from '../deps.ts';
import { nodeLinksOf } from './node-interfaces.ts';
import { refusedUses } from './permission.ts';
import { plugDevices } from './plug-devices.ts';

/** The dependencies of gathering the inputs of networks that a running pod gains. */
export type PlugSources = Pick<AttachDeps, 'host' | 'readConf' | 'devices' | 'nodeLinks'> & {
  readonly cluster: Pick<NonNullable<AttachDeps['cluster']>, 'getNad' | 'permissions'>;
};

/**
 * Reads everything that planning these networks depends on, once. A NAD that cannot be read, or that the pod may not
 * use, is not an error: only the network that needs it is refused.
 */
export async function gatherPlugInputs(
  plugs: readonly Plug[],
  { record, pod, settings }: { readonly record: SandboxRecord; readonly pod: PodMetadata; readonly settings: Settings },
  sources: PlugSources,
  signal: AbortSignal,
): Promise<PlugInputs> {
  const refs = [...new Map(plugs.map(({ selection: { nad } }) => [nadKey(nad), nad])).values()];
  const nads = new Map<string, Nad | undefined>();
  const unusable = new Map<string, PlexusError>();
  const read = async (ref: (typeof refs)[number]): Promise<void> => {
    try {
      nads.set(nadKey(ref), await sources.cluster.getNad(ref, signal));
    } catch (thrown) {
      signal.throwIfAborted();
      unusable.set(nadKey(ref), asPlexusError(thrown));
    }
  };
  const [links, confDir] = await Promise.all([
    plugs.length === 0 ? [] : sources.host.listLinks(record.netns, signal),
    sources.readConf(settings.confDir),
    ...refs.map(read),
  ]);
  const selections = plugs.map(({ selection }) => selection);
  const refused = await refusedUses(guardedUse(selections, nads, settings), { pod, settings }, sources, signal);
  for (const [key, error] of refused) unusable.set(key, error);
  const needed = plugs.flatMap(({ selection }) => deviceSourceOf(nads.get(nadKey(selection.nad)), selection) ?? []);
  const { devices, problems } = await plugDevices(needed, pod, sources.devices, signal);
  return {
    settings,
    call: callOf(record),
    runtimeConfig: {},
    pod,
    nads,
    unusable,
    deviceProblems: problems,
    confDir,
    paths: new Map(),
    links: links.map(({ name }) => name),
    ...(await nodeLinksOf(nads.values(), sources.nodeLinks)),
    ...(devices !== undefined && { devices }),
  };
}

/** The call of the runtime's ADD, as far as the record contains it: its arguments are those of the default network. */
function callOf({
  containerId,
  netns,
  ifName,
  cniVersion,
  networkName,
  attachments,
}: SandboxRecord): PlugInputs['call'] {
  const own = attachments.find(({ attachment }) => attachment.isDefault);
  return { containerId, netns, ifName, cniVersion, networkName, args: parseCniArgs(own?.attachment.cniArgs ?? '') };
}
