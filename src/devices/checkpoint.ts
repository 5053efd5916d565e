import { readFile } from 'node:fs/promises';
import { fileFailed, kubeletCheckpointDamaged, problemOf } from '../errors/index.ts';
import type { PodDevice } from '../npwg/index.ts';
import { devicesOf } from './merged-devices.ts';

/** The devices of one resource that a container of a pod was allocated. */
export interface CheckpointEntry {
  readonly podUid: string;
  readonly resource: string;
  readonly ids: readonly string[];
}

/**
 * Reads the checkpoint that kubelet's device manager keeps for its own restart. Undefined if the file does not exist.
 * Rejects with kubeletCheckpointDamaged, fileUnusable.
 */
export async function readCheckpoint(file: string): Promise<readonly CheckpointEntry[] | undefined> {
  const text = await readText(file);
  return text === undefined ? undefined : parseCheckpoint(text, file);
}

/**
 * Reads from the same file the names of resources with devices that device plugins have registered. Undefined if the
 * file does not exist.
 */
export async function readServed(file: string): Promise<readonly string[] | undefined> {
  const text = await readText(file);
  const registered = text === undefined ? undefined : fieldOf(dataOf(text, file), 'RegisteredDevices');
  return isObject(registered) ? Object.keys(registered) : undefined;
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw fileFailed({ file, action: 'read' }, error);
  }
}

/** Parses the entries of `kubelet_internal_checkpoint`. Throws kubeletCheckpointDamaged. */
export function parseCheckpoint(text: string, file: string): readonly CheckpointEntry[] {
  const damaged = (problem: string) => kubeletCheckpointDamaged({ file, problem });
  const data = dataOf(text, file);
  const entries = data['PodDeviceEntries'] ?? [];
  if (!Array.isArray(entries)) throw damaged('Data.PodDeviceEntries is not a list');
  return entries.map((entry: unknown, index) => {
    const [podUid, resource, ids] = [
      fieldOf(entry, 'PodUID'),
      fieldOf(entry, 'ResourceName'),
      idsOf(fieldOf(entry, 'DeviceIDs')),
    ];
    if (typeof podUid === 'string' && typeof resource === 'string' && ids !== undefined)
      return { podUid, resource, ids };
    throw damaged(`Data.PodDeviceEntries[${index}] lacks a valid PodUID, ResourceName or DeviceIDs`);
  });
}

function dataOf(text: string, file: string): Readonly<Record<string, unknown>> {
  const damaged = (problem: string, cause?: unknown) => kubeletCheckpointDamaged({ file, problem }, { cause });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw damaged(problemOf(error), error);
  }
  const data = fieldOf(json, 'Data');
  if (!isObject(data)) throw damaged('Data is not an object');
  return data;
}

/** A pod's devices, each once. Includes those of ordinary init containers, which the pod-resources API omits. */
export const devicesByCheckpoint = (entries: readonly CheckpointEntry[], podUid: string): readonly PodDevice[] =>
  devicesOf(entries.filter((entry) => entry.podUid === podUid));

/** Removes the devices that kubelet allocated only to other pods (K8S-03). */
export function withoutOthers(
  devices: readonly PodDevice[],
  entries: readonly CheckpointEntry[],
  podUid: string,
): readonly PodDevice[] {
  const owners = (device: PodDevice): readonly string[] =>
    entries
      .filter(({ resource, ids }) => resource === device.resource && ids.includes(device.id))
      .map((entry) => entry.podUid);
  return devices.filter((device) => {
    const uids = owners(device);
    return uids.length === 0 || uids.includes(podUid);
  });
}

/** Device IDs by NUMA node (since Kubernetes 1.20), or a plain list. */
function idsOf(value: unknown): readonly string[] | undefined {
  const lists: readonly unknown[] = isObject(value) ? Object.values(value) : [value];
  const isNone = (list: unknown): boolean => list === undefined || list === null;
  const ids: readonly unknown[] = lists.flatMap((list) => (isNone(list) ? [] : list));
  return lists.every((list) => Array.isArray(list) || isNone(list)) && ids.every((id) => typeof id === 'string')
    ? ids
    : undefined;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const fieldOf = (value: unknown, key: string): unknown => (isObject(value) ? value[key] : undefined);
