import { status as grpcStatus } from '@grpc/grpc-js';
import { execFile } from 'node:child_process';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileJournal } from '../../src/journal/index.ts';
import type { PodDevice } from '../../src/npwg/index.ts';
import type { SandboxRecord } from '../../src/plan/index.ts';
import { deviceRows, deviceUses } from '../../src/view/index.ts';
import { startPodResources, type PodResourcesServer, type PodWithDevices } from '../support/pod-resources-server.ts';
import { startProgram } from '../support/running-command.ts';
import { sampleRecord } from '../support/sample-record.ts';

const run = promisify(execFile);
const plexus = join(import.meta.dirname, '../../dist/plexus');
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let kubelet: PodResourcesServer;
const vf = (id: string): PodDevice => ({ id, resource: 'vendor.example/vf' });
const claim = { namespace: 'shop', name: 'db-nics' };
const place = { driver: 'nic.example.com', pool: 'node-1', device: 'vf-3' };
const pods: readonly PodWithDevices[] = [
  {
    namespace: 'shop',
    name: 'db',
    containers: [
      { devices: [{ resource: 'vendor.example/vf', ids: ['0000:18:02.5', '0000:18:02.6'] }] },
      { claims: [{ ...claim, devices: [place] }] },
    ],
  },
  { namespace: 'shop', name: 'web', containers: [{ devices: [{ resource: 'nvidia.com/gpu', ids: ['GPU-1'] }] }] },
  { namespace: 'shop', name: 'none', containers: [{}] },
];

beforeAll(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-devices-'));
  kubelet = await startPodResources(join(folder.path, 'kubelet/pod-resources/kubelet.sock'), {
    pods,
  });
  const [first] = sampleRecord().attachments;
  if (first === undefined) throw new Error('the sample has no attachment');
  const made = (interfaceName: string, network: string, device: PodDevice, more: object = {}) => ({
    state: 'attached' as const,
    attachment: { ...first.attachment, interfaceName, network, device, isDefault: false },
    result: {},
    ...more,
  });
  await fileJournal(join(folder.path, 'cni/journal')).write({
    ...sampleRecord(),
    pod: { namespace: 'shop', name: 'db', uid: 'u-db' },
    attachments: [
      made('net1', 'shop/fast', vf('0000:18:02.6'), {
        deviceInfo: { type: 'pci', version: '1.1.0', pci: { 'pci-address': '0000:18:02.6' } },
      }),
      made('net2', 'shop/claimed', {
        id: '0000:18:02.7',
        claimed: { podClaim: 'nics', claim, request: 'fast', ...place },
      }),
      made('net3', 'shop/old', vf('0000:18:03.1')),
    ],
  });
});
afterAll(async () => {
  kubelet.close();
  await folder.remove();
});

const devices = (...words: string[]) =>
  run(plexus, [
    'devices',
    '--kubelet-dir',
    join(folder.path, 'kubelet'),
    '--cni-dir',
    join(folder.path, 'cni'),
    ...words,
  ]).then(
    ({ stdout, stderr }) => ({ status: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ status: code, stdout, stderr }),
  );

describe('plexus devices', () => {
  it('shows each pod’s devices, the attachments that use them, and unused devices', async () => {
    const { status, stdout } = await devices();
    expect(status).toBe(0);
    expect(`\n${stdout}`).toMatchInlineSnapshot(`
      "
      POD       DEVICE        OF                  STATE               INTERFACE  NETWORK       INFO
      shop/db   0000:18:02.7  claim shop/db-nics  attached            net2       shop/claimed  -
      shop/db   0000:18:02.5  vendor.example/vf   free                -          -             -
      shop/db   0000:18:02.6  vendor.example/vf   attached            net1       shop/fast     pci
      shop/db   0000:18:03.1  vendor.example/vf   unknown to kubelet  net3       shop/old      -
      shop/web  GPU-1         nvidia.com/gpu      free                -          -             -
      "
    `);
  });
  it('shows a device in both sandboxes of a pod while the old sandbox still exists', () => {
    const [first] = sampleRecord().attachments;
    const record = (containerId: string) => ({
      ...sampleRecord({ containerId }),
      pod: { namespace: 'shop', name: 'db', uid: 'u-db' },
      attachments: [
        { state: 'attached', attachment: { ...first?.attachment, device: vf('0000:18:02.6') }, result: {} },
      ] as SandboxRecord['attachments'],
    });
    const rows = deviceRows(
      [{ pod: 'shop/db', devices: [vf('0000:18:02.6')] }],
      [record('old'), record('new')].flatMap(deviceUses),
    );
    expect(rows.map(({ sandbox, state }) => `${sandbox} ${state}`)).toEqual(['old attached', 'new attached']);
  });
  it('shows a device as used if the annotation selects it for a network without a resource', () => {
    const [first] = sampleRecord().attachments;
    const named = { ...first?.attachment, runtimeConfig: { deviceID: '0000:18:02.5' } };
    const record = {
      ...sampleRecord(),
      pod: { namespace: 'shop', name: 'db', uid: 'u-db' },
      attachments: [{ state: 'attached', attachment: named, result: {} }],
    };
    const rows = deviceRows([{ pod: 'shop/db', devices: [vf('0000:18:02.5')] }], deviceUses(record as SandboxRecord));
    expect(rows).toMatchObject([{ device: '0000:18:02.5', of: 'vendor.example/vf', state: 'attached' }]);
    expect(deviceRows([], deviceUses(record as SandboxRecord))).toMatchObject([
      { device: '0000:18:02.5', of: '', state: 'unknown' },
    ]);
  });
  it('prints JSON for scripts', async () => {
    const rows = JSON.parse((await devices('-o', 'json')).stdout) as { device: string; state: string }[];
    expect(rows.map(({ device, state }) => `${device} ${state}`)).toEqual([
      '0000:18:02.7 attached',
      '0000:18:02.5 free',
      '0000:18:02.6 attached',
      '0000:18:03.1 unknown',
      'GPU-1 free',
    ]);
  });
  it('prints with --watch the devices that change at kubelet, and its failures, until it is interrupted', async () => {
    const places = ['--kubelet-dir', join(folder.path, 'kubelet'), '--cni-dir', join(folder.path, 'cni')];
    using watch = startProgram('plexus', ['devices', '-w', ...places]);
    await expect.poll(watch.stdout).toMatch(/^POD .*\n(.*\n)+shop\/web .*\n$/);
    const shown = watch.stdout().length;
    kubelet.behave({
      pods: [...pods, { namespace: 'shop', name: 'new', containers: [{ devices: [{ resource: 'r', ids: ['d1'] }] }] }],
    });
    await expect.poll(() => watch.stdout().slice(shown)).toMatch(/^shop\/new +d1 +r +free.*\n$/);
    kubelet.behave({ pods, status: grpcStatus.PERMISSION_DENIED });
    await expect.poll(watch.stderr).toContain('PLX-KUBELET-UNAVAILABLE');
    kubelet.behave({ status: undefined });
    watch.child.kill('SIGINT');
    expect(await watch.ended).toEqual([0, null]);
  });
  it('shows only the devices in the journal, with the reason, if kubelet is unavailable', async () => {
    const { status, stdout, stderr } = await devices('--kubelet-dir', '/nowhere');
    expect([status, stderr]).toEqual([1, expect.stringContaining('PLX-KUBELET-UNAVAILABLE')]);
    expect(stdout).toContain('0000:18:03.1');
  });
  it('does not claim that no pod has a device if kubelet is unavailable and nothing is attached', async () => {
    const { status, stdout } = await devices('--kubelet-dir', '/nowhere', '--cni-dir', join(folder.path, 'kubelet'));
    expect([status, stdout]).toEqual([1, 'no attachment of this node is made of a device\n']);
  });
});
