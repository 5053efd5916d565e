import { assert, constantFrom, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatJson,
  mostResultBytes,
  nameOfType,
  parseJson,
  parseResult,
  pluginErrorOf,
  sizeOfJson,
} from '../../src/cni/index.ts';
import { decodeRecord, encodeRecord } from '../../src/plan/index.ts';
import { sampleRecord } from '../support/sample-record.ts';

const parse = (value: unknown) =>
  parseResult(typeof value === 'string' ? value : JSON.stringify(value), {
    source: 'the answer',
    defaultVersion: '1.0.0',
  });
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

describe('limits of a plugin’s answer', () => {
  it('a result at the limits is accepted', () => {
    const result = {
      cniVersion: '1.0.0',
      interfaces: times(256, (index) => ({ name: `net${index}`, sandbox: '/run/netns/a' })),
      ips: times(1024, (index) => ({ address: `10.0.${index >> 8}.${index & 255}/16`, interface: 0 })),
      routes: times(2048, (index) => ({ dst: `10.${index >> 8}.${index & 255}.0/24` })),
      dns: { nameservers: times(256, () => '10.0.0.1') },
    };
    expect(parse(result)).toMatchObject({
      interfaces: { length: 256 },
      ips: { length: 1024 },
      routes: { length: 2048 },
    });
  });

  it.each([
    {
      what: '40,000 interfaces in 3 MB',
      value: {
        interfaces: times(40_000, (index) => ({
          name: `net${index}`,
          mac: '02:00:00:00:00:01',
          sandbox: '/run/netns/cni-a',
        })),
      },
      says: 'it holds more than 262144 bytes',
    },
    {
      what: '257 interfaces',
      value: { interfaces: times(257, () => ({ name: 'a' })) },
      says: 'it holds 257 interfaces, but Plexus accepts at most 256',
    },
    {
      what: '1,025 addresses',
      value: { ips: times(1025, () => ({ address: '10.0.0.1/8' })) },
      says: 'it holds 1025 ips',
    },
    {
      what: '2,049 routes',
      value: { routes: times(2049, () => ({ dst: '10.0.0.0/8' })) },
      says: 'it holds 2049 routes',
    },
    {
      what: '2,049 routes in the shape of 0.2.0',
      value: { cniVersion: '0.2.0', ip4: { ip: '10.0.0.1/8', routes: times(2049, () => ({ dst: '10.0.0.0/8' })) } },
      says: 'it holds 2049 ip4.routes',
    },
    { what: '257 search domains', value: { dns: { search: times(257, () => 'a') } }, says: 'it holds 257 dns.search' },
    {
      what: 'many small values',
      value: { extra: times(20_000, () => 0) },
      says: 'values, but Plexus accepts at most 16000',
    },
    {
      what: 'many empty lists',
      value: `{"extra":[${'[],'.repeat(20_000)}[]]}`,
      says: 'values, but Plexus accepts at most 16000',
    },
    {
      what: 'many members with the same name',
      value: `{${'"a":0,'.repeat(20_000)}"a":0}`,
      says: 'values, but Plexus accepts at most 16000',
    },
    { what: 'one long string', value: { extra: 'a'.repeat(mostResultBytes) }, says: 'bytes' },
    {
      what: 'one long string of multi-byte characters',
      value: { extra: '€'.repeat(mostResultBytes / 2) },
      says: 'bytes',
    },
    {
      what: 'deep nesting',
      value: `{"extra":${'['.repeat(500)}${']'.repeat(500)}}`,
      says: 'lists and objects in 501 levels, but Plexus accepts at most 64',
    },
    { what: 'deep nesting without closing brackets', value: '['.repeat(100_000), says: 'levels' },
  ])('$what is rejected', ({ value, says }) => {
    expect(() => parse(value)).toThrow(
      expect.objectContaining({ id: 'PLX-RESULT-TOO-LARGE', message: expect.stringContaining(says) }),
    );
  });

  it('an accepted result is readable from the journal', () => {
    const deep = parse(`{"cniVersion":"1.0.0","extra":${'['.repeat(63)}${']'.repeat(63)}}`);
    const [entry] = sampleRecord().attachments;
    if (entry === undefined) throw new Error('no attachment');
    const record = sampleRecord({
      attachments: [{ ...entry, state: 'attached', result: { cniVersion: '1.0.0', ...deep.extra } }],
    });
    expect(decodeRecord(encodeRecord(record), 'file')).toEqual(record);
  });

  it('a number out of range is reported with the range of integers', () => {
    for (const [number, shown] of [
      ['1e400', '1e400'],
      ['9007199254740993', '9007199254740993'],
      ['9'.repeat(100), `${'9'.repeat(37)}…`],
    ])
      expect(() => parse(`{"cniVersion":"1.0.0","interfaces":[{"name":"a","mtu":${number}}]}`)).toThrow(
        `the answer is not a CNI result: interfaces[0].mtu is the number ${shown}, not an integer from -9007199254740991 to 9007199254740991`,
      );
    expect(nameOfType(parseJson('1e400', 'test'))).toBe('the number 1e400');
  });
});

describe('the error that a plugin prints', () => {
  const failed = (stdout: string) => pluginErrorOf({ plugin: 'p', command: 'ADD', exitCode: 1, stdout, stderr: '' });
  it('is shown as text if it is too large to parse', () => {
    expect(failed('{"code":7,"msg":"short"}')).toMatchObject({ code: 7, message: 'plugin p failed (ADD): short' });
    const large = failed(JSON.stringify({ code: 7, msg: 'long', more: times(5000, () => 0) }));
    expect(large).toMatchObject({
      code: 999,
      message: expect.stringMatching(/^plugin p failed \(ADD\): netplugin failed: \{"code":7/),
    });
    expect(large.message.length).toBeLessThan(2200);
  });
});

describe('the size of a JSON text', () => {
  it('counts what JSON.parse would build, whatever strings contain', () => {
    expect(sizeOfJson('{"a\\"[{,":[1,2,{"b":"],}"}]}')).toEqual({ levels: 3, elements: 5 });
    expect(sizeOfJson('"never closed [')).toEqual({ levels: 0, elements: 0 });
    expect(sizeOfJson('"ends in \\')).toEqual({ levels: 0, elements: 0 });
  });
  it('of a list is one level more, and the sum of its elements', () => {
    const piece = constantFrom('1', '"a,b"', '[]', '{"k":[1,2]}', '"\\\\"', 'null');
    assert(
      property(piece, integer({ min: 1, max: 20 }), (value, count) => {
        const [one, all] = [sizeOfJson(value), sizeOfJson(`[${times(count, () => value).join(',')}]`)];
        expect(all).toEqual({ levels: one.levels + 1, elements: count * one.elements + count });
        expect(formatJson(parseJson(value, 'test'))).toBe(value);
      }),
    );
  });
});
