import { execFile } from 'node:child_process';
import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kubeletDevices, type KubeletDevices } from '../../src/devices/index.ts';
import { summaryOf, type PlexusError } from '../../src/errors/index.ts';
import { bundled } from '../support/bundled.ts';
import { type PodResourcesServer, startPodResources } from '../support/pod-resources-server.ts';
import { patience } from '../support/patience.ts';

const pod = { namespace: 'shop', name: 'db-0', uid: 'u-1', annotations: {} };
const staticPod = { ...pod, annotations: { 'kubernetes.io/config.source': 'file' } };
const vf = (...ids: string[]) => ids.map((id) => ({ resource: 'example.com/vf', id }));

let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let kubelet: PodResourcesServer | undefined;
const socket = (): string => join(folder.path, 'pod-resources/kubelet.sock');
const checkpoint = (): string => join(folder.path, 'device-plugins/kubelet_internal_checkpoint');
const serve = async (...ids: string[]): Promise<void> => {
  kubelet = await startPodResources(socket(), {
    pods: [{ ...pod, containers: [{ devices: [{ resource: 'example.com/vf', ids }] }] }],
  });
};
const writeCheckpoint = async (text: string): Promise<void> => {
  await mkdir(join(folder.path, 'device-plugins'));
  await writeFile(checkpoint(), text);
};
const entries = (idsByUid: Readonly<Record<string, readonly string[]>>): string =>
  JSON.stringify({
    Data: {
      PodDeviceEntries: Object.entries(idsByUid).map(([PodUID, ids]) => ({
        PodUID,
        ResourceName: 'example.com/vf',
        DeviceIDs: { '0': ids },
      })),
    },
  });
const devicesOf = (of: typeof staticPod | Omit<typeof pod, 'uid'> | typeof pod = pod): Promise<KubeletDevices> =>
  kubeletDevices({ kubeletDir: folder.path }).of(of, patience());

beforeEach(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-kubelet-'));
});
afterEach(async () => {
  kubelet?.close();
  kubelet = undefined;
  await folder.remove();
});

describe('K8S-07: sources of a pod’s devices', () => {
  it('kubelet is used first', async () => {
    await serve('b', 'a');
    await writeCheckpoint(entries({ 'u-1': ['a', 'b', 'of-an-init-container'] }));
    expect(await devicesOf()).toEqual({ devices: vf('a', 'b') });
  });
  it('the checkpoint is used if kubelet’s socket does not exist', async () => {
    await writeCheckpoint(entries({ 'u-1': ['b', 'a'], 'u-2': ['c'] }));
    expect(await devicesOf()).toEqual({ devices: vf('a', 'b') });
  });
  it('without either, the error names both places and the fix', async () => {
    const error = (await devicesOf().catch((thrown: unknown) => thrown)) as PlexusError;
    expect(summaryOf(error).replaceAll(folder.path, '/var/lib/kubelet')).toMatchInlineSnapshot(
      `"PLX-KUBELET-UNAVAILABLE: cannot read the devices of the pod from kubelet at /var/lib/kubelet/pod-resources/kubelet.sock: it does not exist, nor does /var/lib/kubelet/device-plugins/kubelet_internal_checkpoint. Check that kubelet runs and that the folder of this socket (not only the socket) is mounted into the daemon’s pod. If kubelet has another --root-dir, set paths.kubeletDir of the chart (or patch the mounts); in direct mode, set kubeletDir."`,
    );
    expect(error.code).toBe(11);
  });
  it('the checkpoint needs the UID', async () => {
    await writeCheckpoint(entries({ 'u-1': ['a'] }));
    const { uid: _, ...unnamed } = pod;
    for (const each of [unnamed, { ...pod, uid: '' }])
      await expect(devicesOf(each)).rejects.toMatchObject({
        id: 'PLX-KUBELET-UNAVAILABLE',
        message: expect.stringContaining('identifies pods by their UID'),
      });
  });
  it('a damaged checkpoint is an error only if it is needed', async () => {
    await writeCheckpoint('[]');
    const error = (await devicesOf().catch((thrown: unknown) => thrown)) as PlexusError;
    expect(summaryOf(error).replaceAll(folder.path, '/var/lib/kubelet')).toMatchInlineSnapshot(
      `"PLX-KUBELET-CHECKPOINT-DAMAGED: kubelet’s checkpoint /var/lib/kubelet/device-plugins/kubelet_internal_checkpoint cannot be read: Data is not an object. Mount kubelet’s folder pod-resources into the daemon’s pod: Plexus then asks kubelet itself and does not read this file."`,
    );
    await serve('a');
    expect(await devicesOf()).toEqual({ devices: vf('a') });
  });
  it('an unreadable checkpoint is an error', async () => {
    await mkdir(checkpoint(), { recursive: true });
    await expect(devicesOf()).rejects.toMatchObject({ id: 'PLX-FILE-UNUSABLE' });
  });
});

describe('K8S-03: kubelet answers by name, possibly for another pod', () => {
  it.each([
    {
      title: 'devices of another UID in the checkpoint are not used',
      idsByUid: { 'u-0': ['a'], 'u-1': ['b'] },
      of: pod,
      left: ['b'],
    },
    {
      title: 'devices that are missing from the checkpoint are used',
      idsByUid: { 'u-0': ['z'] },
      of: pod,
      left: ['a', 'b'],
    },
    {
      title: 'a static pod may be identified by its mirror pod’s UID',
      idsByUid: { 'u-0': ['a', 'b'] },
      of: staticPod,
      left: ['a', 'b'],
    },
  ])('$title', async ({ idsByUid, of, left }) => {
    await serve('a', 'b');
    await writeCheckpoint(entries(idsByUid));
    expect(await devicesOf(of)).toEqual({ devices: vf(...left) });
  });
});

describe('a process that calls kubelet', () => {
  const source = new URL('../../src/devices/index.ts', import.meta.url);
  it.each([
    { form: 'from its source', modulePath: async () => source.pathname },
    { form: 'from a bundle', modulePath: () => bundled(source.pathname, join(folder.path, 'bundle')) },
  ])('gets its answer $form, and exits without an open connection', async ({ modulePath }) => {
    await serve('a');
    const program = `
      import { kubeletDevices } from ${JSON.stringify(await modulePath())};
      const [, kubeletDir] = process.argv;
      const source = kubeletDevices({ kubeletDir });
      console.log(JSON.stringify(await source.of({ namespace: 'shop', name: 'db-0', annotations: {} }, new AbortController().signal)));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program, folder.path]);
    expect(JSON.parse(stdout)).toEqual({ devices: vf('a') });
  });
});

describe('listing resources that have devices', () => {
  const served = () =>
    kubeletDevices({ kubeletDir: folder.path, patience: { restartMs: 0, pauseMs: 1 } }).served(patience());
  it('uses kubelet’s list, each resource once', async () => {
    await serve('b', 'a');
    kubelet?.behave({ allocatable: [{ resource: 'example.com/other', ids: ['x', 'y'] }] });
    expect(await served()).toEqual(['example.com/other', 'example.com/vf']);
  });
  it('uses the checkpoint if kubelet does not serve the list', async () => {
    await serve('a');
    await kubelet?.restart({ allocatable: undefined });
    expect(await served()).toBeUndefined();
    await writeCheckpoint(
      JSON.stringify({ Data: { PodDeviceEntries: null, RegisteredDevices: { 'example.com/vf': ['a'] } }, Checksum: 1 }),
    );
    expect(await served()).toEqual(['example.com/vf']);
  });
  it('returns undefined without kubelet’s socket and checkpoint', async () => {
    expect(await served()).toBeUndefined();
  });
});
