import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useRecordingNode } from '../support/recording-node.ts';

// Like a userspace plugin: no device, and information that the plugin writes itself.
const at = useRecordingNode();
const folder = (): string => join(at().node.dir, 'devinfo');
const more = () => ({ deviceInfoDir: folder() });
const userspace = {
  cniVersion: '1.1.0',
  name: 'dpdk',
  plugins: [{ type: 'beta', capabilities: { CNIDeviceInfoFile: true } }],
};
const info = {
  type: 'vhost-user',
  version: '1.1.0',
  'vhost-user': { mode: 'client', path: '/shared/vhost.sock' },
  'vendor-key': [1],
};
const left = (): Promise<string[]> => readdir(join(folder(), 'cni'));

describe('device information, without a device', () => {
  const pluginInputs = async (): Promise<unknown> =>
    (await at().beta.calls()).map(({ plugin, command, stdin }) => [plugin, command, stdin['runtimeConfig']]);

  it('NPWG-114 to NPWG-116: reaches network-status from the file that the plugin was given, and is removed by DEL', async () => {
    await at().node.nad('dpdk', userspace);
    const pod = await at().node.pod('dpdk', 'dpdk,dpdk');
    const fileOf = (interfaceName: string): string =>
      join(folder(), `cni/default-dpdk-${pod.containerId}_${interfaceName}`);
    await at().beta.set({ ADD: [{ write: { file: fileOf('net1'), text: JSON.stringify(info) } }, {}] });
    expect(await at().call('ADD', pod, more())).toMatchObject({ exitCode: 0 });
    expect(await pluginInputs()).toEqual([
      ['alpha', 'ADD', undefined],
      ['beta', 'ADD', { CNIDeviceInfoFile: fileOf('net1') }],
      ['beta', 'ADD', { CNIDeviceInfoFile: fileOf('net2') }],
    ]);
    expect((await at().node.status(pod)).map((entry) => [entry.interface, entry['device-info']])).toEqual([
      ['eth0', undefined],
      ['net1', info],
      ['net2', undefined],
    ]);
    expect(await left()).toHaveLength(1);
    expect(await at().call('DEL', pod, more())).toMatchObject({ exitCode: 0 });
    expect(await left()).toEqual([]);
    expect(await at().call('DEL', pod, more())).toMatchObject({ exitCode: 0 });
  });

  it('NPWG-115: is left out of network-status if it is invalid, and the pod is attached', async () => {
    await at().node.nad('dpdk', userspace);
    const pod = await at().node.pod('odd', 'dpdk');
    const file = join(folder(), `cni/default-dpdk-${pod.containerId}_net1`);
    await at().beta.set({ ADD: { write: { file, text: '{"type":"gpu"}' } } });
    const { exitCode, stderr } = await at().call('ADD', pod, more());
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('PLX-DEVICE-INFO-INVALID')]);
    expect((await at().node.status(pod)).map((entry) => entry['device-info'])).toEqual([undefined, undefined]);
    await at().call('DEL', pod, more());
  });

  it('NPWG-116: leaves no file after a failed ADD', async () => {
    await at().node.nad('dpdk', userspace);
    const pod = await at().node.pod('fails', 'dpdk');
    const file = join(folder(), `cni/default-dpdk-${pod.containerId}_net1`);
    await at().beta.set({
      ADD: { write: { file, text: JSON.stringify(info) }, exitCode: 1, stdout: '{"code":100,"msg":"no"}' },
    });
    expect(await at().call('ADD', pod, more())).toMatchObject({ exitCode: 1 });
    expect(await left()).toEqual([]);
    await at().call('DEL', pod, more());
  });

  it('fails the ADD before its plugin runs if the folder cannot be written, and names the file', async () => {
    await at().node.nad('dpdk', userspace);
    await mkdir(folder(), { recursive: true });
    await writeFile(join(folder(), 'file'), '');
    const pod = await at().node.pod('unwritable', 'dpdk');
    const { exitCode, stdout } = await at().call('ADD', pod, { deviceInfoDir: join(folder(), 'file') });
    expect([exitCode, stdout]).toEqual([
      1,
      expect.stringMatching(/PLX-FILE-UNUSABLE.*devinfo\/file\/cni\/default-dpdk-/),
    ]);
    expect(await at().steps()).toEqual(['ADD alpha eth0', 'DEL beta net1', 'DEL alpha eth0']);
    await at().call('DEL', pod);
  });

  it('is recorded in the journal', async () => {
    await at().node.nad('dpdk', userspace);
    const pod = await at().node.pod('kept', 'dpdk');
    const file = join(folder(), `cni/default-dpdk-${pod.containerId}_net1`);
    await at().beta.set({ ADD: { write: { file, text: JSON.stringify(info) } } });
    await at().call('ADD', pod, more());
    const record = JSON.parse(
      await readFile(join(at().node.dir, `state/journal/${pod.containerId}@eth0.json`), 'utf8'),
    ) as { attachments: object[] };
    expect(record.attachments[1]).toMatchObject({
      state: 'attached',
      deviceInfo: info,
      attachment: { deviceInfo: { file } },
    });
    await at().call('DEL', pod, more());
  });
});
