import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtempDisposable, readdir, rmdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DelInvocation } from '../../src/cni/index.ts';
import { PlexusError } from '../../src/errors/index.ts';
import { type MultusState, multusState } from '../../src/journal/index.ts';
import { decodeDelegates } from '../../src/journal/multus-state.ts';

let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let state: MultusState;
beforeEach(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-multus-'));
  state = multusState(folder.path);
  await mkdir(join(folder.path, 'results'));
});
afterEach(() => folder.remove());

const call = (containerId = 'c1') =>
  ({
    command: 'DEL',
    containerId,
    ifName: 'eth0',
    networkName: 'multus',
    cniVersion: '0.4.0',
    env: { CNI_ARGS: 'K8S_POD_NAME=p' },
    args: [
      ['K8S_POD_NAMESPACE', 'shop'],
      ['K8S_POD_NAME', 'p'],
    ],
    config: {},
  }) as unknown as DelInvocation;
const base64 = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64');
const single = { cniVersion: '0.3.1', name: 'cbr0', type: 'flannel' };
const list = { cniVersion: '0.4.0', name: 'storage', plugins: [{ type: 'bridge' }, { type: 'tuning' }] };
const delegates = [
  { Conf: { ipam: {} }, ConfList: {}, Name: 'cbr0', IsFilterV4Gateway: false, Bytes: base64(single) },
  { Conf: {}, ConfList: { plugins: [] }, Name: 'default/storage', ifnameRequest: 'store0', Bytes: base64(list) },
  { Conf: {}, ConfList: {}, Name: '', Bytes: base64({ ...single, name: 'third', type: 'macvlan' }) },
];
const save = (text: string, containerId = 'c1') => writeFile(join(folder.path, containerId), text);
const cache = (name: string, json: object) => writeFile(join(folder.path, 'results', name), JSON.stringify(json));

describe('Multus state on a node', () => {
  it('is read as a record with networks, interface names, configurations and the results that libcni cached', async () => {
    await save(JSON.stringify(delegates));
    const result = { cniVersion: '0.4.0', ips: [] };
    const cniArgs = [
      ['IgnoreUnknown', 'true'],
      ['K8S_POD_NAME', 'p'],
    ];
    await cache('storage-c1-store0', {
      kind: 'cniCacheV1',
      result,
      cniArgs,
      capabilityArgs: { portMappings: [{ hostPort: 80 }] },
    });
    const record = await state.read(call());
    expect(record).toMatchObject({
      containerId: 'c1',
      ifName: 'eth0',
      complete: true,
      pod: { namespace: 'shop', name: 'p' },
    });
    expect(record?.attachments).toMatchObject([
      {
        state: 'detaching',
        attachment: {
          network: 'cbr0',
          interfaceName: 'eth0',
          isDefault: true,
          cniArgs: 'K8S_POD_NAME=p',
          runtimeConfig: {},
        },
      },
      {
        state: 'attached',
        result,
        attachment: {
          network: 'default/storage',
          interfaceName: 'store0',
          cniArgs: 'IgnoreUnknown=true;K8S_POD_NAME=p',
          runtimeConfig: { portMappings: [{ hostPort: 80 }] },
        },
      },
      { attachment: { network: 'third', interfaceName: 'net2', isDefault: false } },
    ]);
    expect(record?.attachments[1]?.attachment.configuration.plugins.map(({ type }) => type)).toEqual([
      'bridge',
      'tuning',
    ]);
  });

  it('NPWG-116: includes the path of the device-info file that Multus wrote for an attachment', async () => {
    await save(JSON.stringify(delegates));
    const file = '/var/run/k8s.cni.cncf.io/devinfo/cni/default-storage-c1_store0';
    await cache('storage-c1-store0', {
      kind: 'cniCacheV1',
      result: { cniVersion: '0.4.0', ips: [] },
      capabilityArgs: { CNIDeviceInfoFile: file },
    });
    const deviceInfo = (await state.read(call()))?.attachments.map(({ attachment }) => attachment.deviceInfo);
    expect(deviceInfo).toEqual([undefined, { file }, undefined]);
    await cache('storage-c1-store0', { kind: 'cniCacheV1', capabilityArgs: { CNIDeviceInfoFile: 1 } });
    expect((await state.read(call()))?.attachments[1]?.attachment).not.toHaveProperty('deviceInfo');
  });

  it('is removed for the given sandbox only', async () => {
    for (const id of ['c1', 'c11']) {
      await save('[]', id);
      await cache(`storage-${id}-net1`, {});
    }
    await state.remove('c1');
    expect((await readdir(folder.path)).toSorted()).toEqual(['c11', 'results']);
    expect(await readdir(join(folder.path, 'results'))).toEqual(['storage-c11-net1']);
    await state.remove('c1');
  });

  it('is absent without a file or folder, and for a container ID that is a path', async () => {
    expect(await state.read(call())).toBeUndefined();
    expect(await multusState('/nowhere/at/all').read(call())).toBeUndefined();
    await save('[]', 'x');
    for (const id of ['../x', 'results', '..', '']) expect(await state.read(call(id))).toBeUndefined();
    await multusState('/nowhere/at/all').remove('c1');
  });

  // The daemon can write to this folder (component from-multus), and direct mode runs as root on the node.
  describe('with symbolic links and other files that are not regular', () => {
    it('ignores a results folder that is a link: the files in its target are neither read nor removed', async () => {
      await using elsewhere = await mkdtempDisposable(join(tmpdir(), 'plexus-multus-'));
      await writeFile(
        join(elsewhere.path, 'cbr0-c1-eth0'),
        JSON.stringify({ kind: 'cniCacheV1', result: { cniVersion: '0.4.0', ips: [] } }),
      );
      await rmdir(join(folder.path, 'results'));
      await symlink(elsewhere.path, join(folder.path, 'results'));
      await save(JSON.stringify(delegates.slice(0, 1)));
      expect((await state.read(call()))?.attachments).toMatchObject([{ state: 'detaching' }]);
      await state.remove('c1');
      expect(await readdir(elsewhere.path)).toEqual(['cbr0-c1-eth0']);
      expect(await readdir(folder.path)).toEqual(['results']);
    });

    it('ignores a cached result that is a link, or outside the folder because of an interface name', async () => {
      await using elsewhere = await mkdtempDisposable(join(tmpdir(), 'plexus-multus-'));
      const cached = JSON.stringify({ kind: 'cniCacheV1', result: { cniVersion: '0.4.0', ips: [] } });
      for (const path of [join(elsewhere.path, 'a'), join(folder.path, 'outside')]) await writeFile(path, cached);
      await symlink(join(elsewhere.path, 'a'), join(folder.path, 'results/cbr0-c1-eth0'));
      await mkdir(join(folder.path, 'results/cbr0-c1-x'));
      await save(
        JSON.stringify([delegates[0], { Name: 'b', ifnameRequest: 'x/../../outside', Bytes: base64(single) }]),
      );
      expect((await state.read(call()))?.attachments).toMatchObject([{ state: 'detaching' }, { state: 'detaching' }]);
    });

    it('reports a state file that is a link as damaged, without its content', async () => {
      await using elsewhere = await mkdtempDisposable(join(tmpdir(), 'plexus-multus-'));
      await writeFile(join(elsewhere.path, 'a'), 'topsecret');
      await symlink(join(elsewhere.path, 'a'), join(folder.path, 'c1'));
      const message = expect.stringMatching(/symbolic link(?!.*tops)/);
      await expect(state.read(call())).rejects.toMatchObject({ id: 'PLX-RECORD-DAMAGED', message });
    });

    it('reports a state file that is a FIFO as damaged, without waiting for it', async () => {
      execFileSync('mkfifo', [join(folder.path, 'c1')]);
      await expect(state.read(call())).rejects.toMatchObject({ id: 'PLX-RECORD-DAMAGED' });
    });
  });

  it('is absent for a container ID that is too long for a file name', async () => {
    const long = 'a'.repeat(300);
    expect(await state.read(call(long))).toBeUndefined();
    await state.remove(long);
  });

  it('is read without passthru, the no-op that Multus puts before chained plugins', async () => {
    const chain = { cniVersion: '0.4.0', name: 'chain', plugins: [{ type: 'passthru' }, { type: 'tuning' }] };
    await save(JSON.stringify([{ Name: 'chain', Bytes: base64(chain) }]));
    const [attachment] = (await state.read(call()))?.attachments ?? [];
    expect(attachment?.attachment.configuration.plugins.map(({ type }) => type)).toEqual(['tuning']);
  });

  it.each([
    { title: 'is not JSON', text: '[{' },
    { title: 'is not a list', text: '{}' },
    { title: 'contains null', text: '[null]' },
    { title: 'contains no configuration', text: '[{"Name":"a"}]' },
    { title: 'contains a configuration that is not JSON', text: JSON.stringify([{ Bytes: 'AAAA' }]) },
  ])('is reported as damaged and kept if it $title', async ({ text }) => {
    await save(text);
    await expect(state.read(call())).rejects.toMatchObject({
      id: 'PLX-RECORD-DAMAGED',
      message: expect.stringContaining(join(folder.path, 'c1')),
    });
    expect(await readdir(folder.path)).toContain('c1');
  });

  it('is read without a cached result that is not JSON', async () => {
    await save(JSON.stringify(delegates.slice(0, 1)));
    await writeFile(join(folder.path, 'results/cbr0-c1-eth0'), 'x');
    expect((await state.read(call()))?.attachments).toMatchObject([{ state: 'detaching' }]);
  });

  it('keeps networks, interface names, plugins and their order for any delegates that Multus writes', () => {
    const name = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,20}$/);
    const plugins = fc.array(fc.stringMatching(/^[a-z]{1,10}x$/), { minLength: 1, maxLength: 4 });
    const any = fc.record({
      name,
      network: fc.option(name, { nil: '' }),
      plugins,
      requested: fc.option(fc.stringMatching(/^[a-z][a-z0-9]{0,14}$/), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 6 }), (written) => {
        const text = JSON.stringify(
          written.map((each) => ({
            Name: each.network,
            ...(each.requested !== undefined && { ifnameRequest: each.requested }),
            Bytes: base64({ cniVersion: '1.0.0', name: each.name, plugins: each.plugins.map((type) => ({ type })) }),
          })),
        );
        const read = decodeDelegates(text, 'file', 'eth0');
        expect(read.map(({ network, interfaceName, isDefault }) => ({ network, interfaceName, isDefault }))).toEqual(
          written.map((each, index) => ({
            network: each.network || each.name,
            interfaceName: each.requested ?? (index === 0 ? 'eth0' : `net${index}`),
            isDefault: index === 0,
          })),
        );
        expect(read.map(({ configuration }) => configuration.plugins.map(({ type }) => type))).toEqual(
          written.map((each) => each.plugins),
        );
      }),
    );
  });

  it('is decoded or rejected with a PlexusError for any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.array(fc.record({ Bytes: fc.base64String(), Name: fc.jsonValue() })).map((json) => JSON.stringify(json)),
        ),
        (text) => {
          try {
            return Array.isArray(decodeDelegates(text, 'file', 'eth0'));
          } catch (error) {
            return error instanceof PlexusError;
          }
        },
      ),
    );
  });
});
