import type { Devices } from '../../devices/index.ts';
import { type PlexusError, asPlexusError } from '../../errors/index.ts';
import {
  type DeviceSource,
  type PodDevices,
  type PodMetadata,
  requestsOfSources,
  sourceKey,
} from '../../npwg/index.ts';

/** The devices for networks that a running pod gains. */
export interface PlugDevices {
  /** Absent if no network needs one. */
  readonly devices?: PodDevices;
  /** Why the devices of a source cannot be determined, by `sourceKey`. */
  readonly problems: ReadonlyMap<string, PlexusError>;
}

/** Finds the devices of these sources. A claim that cannot be used affects only the networks that name it. */
export async function plugDevices(
  sources: readonly DeviceSource[],
  pod: PodMetadata,
  { allocated }: Pick<Devices, 'allocated'>,
  signal: AbortSignal,
): Promise<PlugDevices> {
  if (sources.length === 0) return { problems: new Map() };
  try {
    return { devices: await allocated(pod, requestsOfSources(sources), signal), problems: new Map() };
  } catch {
    signal.throwIfAborted(); // otherwise the source that fails is determined below
  }
  const groups = Map.groupBy(sources, (source) => (source.kind === 'resource' ? '' : source.name));
  const answers = await Promise.all(
    [...groups.values()].map(async (group) => ({
      group,
      answer: await allocated(pod, requestsOfSources(group), signal).catch(asPlexusError),
    })),
  );
  signal.throwIfAborted();
  const found = answers.flatMap(({ answer }) => ('devices' in answer ? [answer] : []));
  const failed = answers.flatMap(({ group, answer }) =>
    'devices' in answer ? [] : group.map((source) => [sourceKey(source), answer] as const),
  );
  return { devices: merged(found), problems: new Map(failed) };
}

// only the group of the resources states what is served and requested
const merged = (found: readonly PodDevices[]): PodDevices => ({
  ...Object.assign({}, ...found),
  devices: found.flatMap(({ devices }) => devices),
  warnings: found.flatMap(({ warnings }) => warnings),
});
