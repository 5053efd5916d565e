import { anything, assert, dictionary, json, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlexusError } from '../../src/errors/index.ts';
import { attachmentInfoFile, devicePluginInfoFile, parseDeviceInfo } from '../../src/npwg/index.ts';

const parse = (value: unknown): unknown => parseDeviceInfo(JSON.stringify(value), '/x/file');

describe('NPWG-117: device information', () => {
  it.each([
    {
      type: 'pci',
      pci: {
        'pci-address': '0000:18:02.5',
        'vhost-net': '/dev/vhost-net',
        'rdma-device': 'mlx5_3',
        'pf-pci-address': '0000:18:00.0',
        'representor-device': 'eth3',
      },
    },
    {
      type: 'vdpa',
      vdpa: { 'parent-device': 'vdpa1', driver: 'vhost', path: '/dev/vhost-vdpa1', 'pci-address': '0000:18:02.5' },
    },
    { type: 'vhost-user', 'vhost-user': { mode: 'client', path: '/shared/vhost.sock' } },
    { type: 'memif', memif: { role: 'slave', path: '/shared/memif.sock', mode: 'inject-punt' } },
    {
      type: 'memif',
      memif: { role: 'master', path: '/shared/memif.sock', mode: 'punt' },
      note: 'as the Go client writes that mode',
    },
    { type: 'pci', pci: { 'pci-address': '0000:18:02.5', 'vendor-x': { deep: [1] } }, 'vendor-y': true },
  ])('keeps device information of type $type complete, including unknown keys', (info) => {
    const given = { version: '1.1.0', ...info };
    expect(parse(given)).toEqual(given);
  });

  it.each([
    { given: { version: '1.1.0' }, says: /must have required property 'type'/ },
    { given: { type: 'pci', pci: { 'pci-address': '0000:18:02.5' } }, says: /must have required property 'version'/ },
    { given: { type: 'pci', version: '1.1', pci: { 'pci-address': '0000:18:02.5' } }, says: /version must match/ },
    { given: { type: 'pci', version: '1.1.0' }, says: /must have required property 'pci'/ },
    { given: { type: 'pci', version: '1.1.0', pci: {} }, says: /pci must have required property 'pci-address'/ },
    { given: { type: 'pci', version: '1.1.0', pci: { 'pci-address': '18:02.5' } }, says: /pci.pci-address must match/ },
    {
      given: { type: 'vdpa', version: '1.1.0', vdpa: { 'parent-device': 'a', driver: 'x', path: 'b' } },
      says: /vdpa.driver must be vhost, virtio/,
    },
    {
      given: { type: 'vhost-user', version: '1.1.0', 'vhost-user': { mode: 'both', path: 'x' } },
      says: /vhost-user.mode must be client, server/,
    },
    {
      given: { type: 'memif', version: '1.1.0', memif: { role: 'master', path: 'x', mode: 'y' } },
      says: /memif.mode must be/,
    },
    { given: { type: 'gpu', version: '1.1.0' }, says: /type must be pci, vdpa, vhost-user, memif/ },
    { given: [], says: /it is not an object/ },
  ])('rejects device information that $says, and names the file', ({ given, says }) => {
    expect(() => parse(given)).toThrow(
      expect.objectContaining({ id: 'PLX-DEVICE-INFO-INVALID', message: expect.stringMatching(says) }),
    );
    expect(() => parse(given)).toThrow(/\/x\/file/);
  });

  it('parses any text as device information or throws deviceInfoInvalid', () => {
    const refusedOrKept = (text: string): void => {
      try {
        expect(parseDeviceInfo(text, 'f')).toEqual(JSON.parse(text));
      } catch (error) {
        expect(error).toBeInstanceOf(PlexusError);
        expect(error).toMatchObject({ id: 'PLX-DEVICE-INFO-INVALID' });
      }
    };
    assert(property(string(), refusedOrKept));
    assert(property(json(), refusedOrKept));
    assert(
      property(dictionary(string(), anything()), (extra) => {
        const info = JSON.parse(
          JSON.stringify({
            ...extra,
            type: 'vhost-user',
            version: '1.0.0',
            'vhost-user': { mode: 'server', path: 'p' },
          }),
        ) as object;
        for (const key of ['pci', 'vdpa', 'memif']) Reflect.deleteProperty(info, key);
        refusedOrKept(JSON.stringify(info));
      }),
    );
  });
});

describe('the path of device information', () => {
  it("NPWG-110: has dashes instead of slashes for a device plugin's file", () => {
    expect(devicePluginInfoFile('/d', 'intel.com/sriov', '0000:18:02.5')).toBe(
      '/d/dp/intel.com-sriov-0000:18:02.5-device.json',
    );
    expect(devicePluginInfoFile('/d', 'a.com/b', 'x/y')).toBe('/d/dp/a.com-b-x-y-device.json');
  });
  it("NPWG-111: is named as in Multus for an attachment's file", () => {
    expect(attachmentInfoFile('/d', { network: 'shop/vf', containerId: 'abc', interfaceName: 'net1' })).toBe(
      '/d/cni/shop-vf-abc_net1',
    );
  });
  it('is valid and unique per attachment, even with the longest names that Kubernetes allows', () => {
    const network = `${'n'.repeat(63)}/${'a'.repeat(253)}`;
    const of = (interfaceName: string): string =>
      attachmentInfoFile('/d', { network, containerId: 'c'.repeat(64), interfaceName }).slice('/d/cni/'.length);
    expect(of('net1')).toHaveLength(255);
    expect([of('net1').startsWith(`${'n'.repeat(63)}-aaa`), of('net1').endsWith(`-${'c'.repeat(64)}_net1`)]).toEqual([
      true,
      true,
    ]);
    expect(of('net1')).not.toBe(of('net2'));
  });
});
