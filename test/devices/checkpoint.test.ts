import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { devicesByCheckpoint, parseCheckpoint, withoutOthers } from '../../src/devices/checkpoint.ts';
import { PlexusError } from '../../src/errors/index.ts';

const file = '/var/lib/kubelet/device-plugins/kubelet_internal_checkpoint';
const entry = (PodUID: string, DeviceIDs: unknown, ResourceName = 'example.com/vf') => ({
  PodUID,
  ContainerName: 'main',
  ResourceName,
  DeviceIDs,
  AllocResp: 'GgA=',
});
const text = (...entries: readonly object[]): string =>
  JSON.stringify({
    Data: { PodDeviceEntries: entries, RegisteredDevices: { 'example.com/vf': ['a', 'b', 'c'] } },
    Checksum: 2853914265,
  });

describe('K8S-07: kubelet’s checkpoint', () => {
  const both = text(
    entry('u-1', { '0': ['b'], '1': ['a'] }),
    entry('u-2', ['c']),
    entry('u-1', ['a', 'd']),
    entry('u-1', { '-1': ['g'] }, 'example.com/gpu'),
  );
  it('lists a pod’s devices by its UID, with IDs by NUMA node and in the older form', () => {
    expect(devicesByCheckpoint(parseCheckpoint(both, file), 'u-1')).toEqual([
      { resource: 'example.com/gpu', id: 'g' },
      { resource: 'example.com/vf', id: 'a' },
      { resource: 'example.com/vf', id: 'b' },
      { resource: 'example.com/vf', id: 'd' },
    ]);
    expect(devicesByCheckpoint(parseCheckpoint(both, file), 'u-3')).toEqual([]);
  });
  it.each([
    { title: 'no entries', json: '{"Data":{"PodDeviceEntries":null,"RegisteredDevices":{}},"Checksum":1}' },
    {
      title: 'an entry without devices',
      json: text(entry('u-1', null), entry('u-1', { '0': null }), entry('u-1', [])),
    },
  ])('may contain $title', ({ json }) => {
    expect(devicesByCheckpoint(parseCheckpoint(json, file), 'u-1')).toEqual([]);
  });
  it.each([
    { json: '', problem: 'Unexpected end of JSON input' },
    { json: '{"Data"', problem: expect.any(String) },
    { json: '[]', problem: 'Data is not an object' },
    { json: '{"Data":{"PodDeviceEntries":{}}}', problem: 'Data.PodDeviceEntries is not a list' },
    {
      json: text(entry('u-1', ['a']), entry('u-1', { '0': 'a' })),
      problem: 'Data.PodDeviceEntries[1] lacks a valid PodUID, ResourceName or DeviceIDs',
    },
    {
      json: text({ PodUID: 'u-1', ResourceName: 7, DeviceIDs: [] }),
      problem: 'Data.PodDeviceEntries[0] lacks a valid PodUID, ResourceName or DeviceIDs',
    },
  ])('is reported as damaged: $json', ({ json, problem }) => {
    let error: unknown;
    try {
      parseCheckpoint(json, file);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ id: 'PLX-KUBELET-CHECKPOINT-DAMAGED', code: 11 });
    if (typeof problem === 'string')
      expect((error as Error).message).toBe(`kubelet’s checkpoint ${file} cannot be read: ${problem}`);
  });
  it('any text is parsed as devices or rejected as a damaged file', () => {
    const ids = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()), fc.jsonValue());
    const near = fc.array(
      fc.record({
        PodUID: fc.oneof(fc.constant('u-1'), fc.jsonValue()),
        ResourceName: fc.oneof(fc.string(), fc.jsonValue()),
        DeviceIDs: ids,
      }),
    );
    const data = fc
      .oneof(near, fc.jsonValue())
      .map((entries) => JSON.stringify({ Data: { PodDeviceEntries: entries } }));
    fc.assert(
      fc.property(fc.oneof(data, fc.json(), fc.string()), (any) => {
        try {
          const devices = devicesByCheckpoint(parseCheckpoint(any, file), 'u-1');
          expect(devices.every(({ id, resource }) => typeof id === 'string' && typeof resource === 'string')).toBe(
            true,
          );
        } catch (error) {
          expect(error).toBeInstanceOf(PlexusError);
          expect(error).toMatchObject({ id: 'PLX-KUBELET-CHECKPOINT-DAMAGED' });
        }
      }),
      { numRuns: 500 },
    );
  });
  it('every entry is read back, in either form', () => {
    const entries = fc.array(
      fc.record({ podUid: fc.string(), resource: fc.string(), ids: fc.array(fc.string()), isOld: fc.boolean() }),
    );
    fc.assert(
      fc.property(entries, (written) => {
        const json = text(
          ...written.map(({ podUid, resource, ids, isOld }) => entry(podUid, isOld ? ids : { '0': ids }, resource)),
        );
        expect(parseCheckpoint(json, file)).toEqual(
          written.map(({ podUid, resource, ids }) => ({ podUid, resource, ids })),
        );
      }),
    );
  });
});

describe('K8S-03: devices that the checkpoint allocates to other pods', () => {
  const devices = [
    { resource: 'example.com/vf', id: 'a' },
    { resource: 'example.com/vf', id: 'b' },
  ];
  it.each([
    { title: 'are removed', entries: [entry('u-2', ['a'])], left: ['b'] },
    {
      title: 'stay if they are the pod’s as well',
      entries: [entry('u-2', ['a']), entry('u-1', { '0': ['a'] })],
      left: ['a', 'b'],
    },
    {
      title: 'stay if the ID belongs to another resource',
      entries: [entry('u-2', ['a'], 'example.com/gpu')],
      left: ['a', 'b'],
    },
  ])('$title', ({ entries, left }) => {
    expect(withoutOthers(devices, parseCheckpoint(text(...entries), file), 'u-1').map(({ id }) => id)).toEqual(left);
  });
});
