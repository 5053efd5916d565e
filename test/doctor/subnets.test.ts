import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../src/cni/index.ts';
import { rangeOf, rangesOf } from '../../src/doctor/index.ts';
import { overlap } from '../../src/validate/index.ts';

const range = (text: string) => rangeOf(text) ?? expect.unreachable(text);
const rangesIn = (ipam: object) =>
  rangesOf(parseConfiguration({ cniVersion: '1.0.0', name: 'n', type: 't', ipam } as never, { source: 'test' })).map(
    ({ text, first, last }) => [text, last - first + 1n],
  );

describe('subnets', () => {
  it.each([
    ['10.0.0.0/8', '10.1.2.0/24', true],
    ['10.1.0.0/24', '10.1.1.0/24', false],
    ['10.1.0.5/24', '10.1.0.200/24', true],
    ['0.0.0.0/0', '203.0.113.9/32', true],
    ['fd00::/64', 'fd00::1:0:0:0/112', true],
    ['fd00::/64', 'fd00:0:0:1::/64', false],
    ['::/0', '0.0.0.0/0', false],
    ['::ffff:10.0.0.0/120', '10.0.0.0/24', false],
  ])('%s and %s are judged to overlap: %s', (one, other, expected) => {
    expect(overlap(range(one), range(other))).toBe(expected);
    expect(overlap(range(other), range(one))).toBe(expected);
  });

  it.each([
    '',
    'x',
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0.0/24',
    '010.0.0.0/8',
    'fd00::/129',
    '10.0.0.0/-1',
    '10.0.0.0/24/1',
  ])('are not parsed from %j', (text) => {
    expect(rangeOf(text)).toBeUndefined();
  });

  it.each([
    ['host-local, one subnet', { subnet: '10.1.0.0/24' }, [['10.1.0.0/24', 256n]]],
    [
      'host-local, sets of ranges',
      { ranges: [[{ subnet: '10.1.0.0/24' }, { subnet: '10.2.0.0/25' }], [{ subnet: 'fd00::/120' }]] },
      [
        ['10.1.0.0/24', 256n],
        ['10.2.0.0/25', 128n],
        ['fd00::/120', 256n],
      ],
    ],
    [
      'host-local, a part of a subnet',
      { ranges: [[{ subnet: '10.1.0.0/24', rangeStart: '10.1.0.10', rangeEnd: '10.1.0.19' }]] },
      [['10.1.0.0/24', 10n]],
    ],
    ['whereabouts', { range: '10.1.0.0/24', range_start: '10.1.0.128' }, [['10.1.0.0/24', 128n]]],
    ['whereabouts, from and to', { range: '10.1.0.10-10.1.0.20/24' }, [['10.1.0.10-10.1.0.20/24', 11n]]],
    [
      'whereabouts, several',
      { ipRanges: [{ range: '10.1.0.0/30' }, { range: 'fd00::/126' }] },
      [
        ['10.1.0.0/30', 4n],
        ['fd00::/126', 4n],
      ],
    ],
    ['bounds outside of the subnet', { subnet: '10.1.0.0/24', rangeStart: '10.9.0.1' }, [['10.1.0.0/24', 256n]]],
    [
      'bounds in the wrong order',
      { subnet: '10.1.0.0/24', rangeStart: '10.1.0.9', rangeEnd: '10.1.0.1' },
      [['10.1.0.0/24', 256n]],
    ],
    ['invalid values', { subnet: 7, ranges: 'x', ipRanges: [1, { range: 'y' }] }, []],
    ['dhcp', { type: 'dhcp' }, []],
  ])('are parsed from an ipam section: %s', (_, ipam, expected) => {
    expect(rangesIn(ipam)).toEqual(expected);
  });

  it('overlap exactly if an address is in both (property)', () => {
    const small = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 24, max: 32 }));
    fc.assert(
      fc.property(small, small, ([a, prefixA], [b, prefixB]) => {
        const [one, other] = [range(`10.0.0.${a}/${prefixA}`), range(`10.0.0.${b}/${prefixB}`)];
        const inside = (address: number, base: number, prefix: number): boolean =>
          address >> (32 - prefix) === base >> (32 - prefix);
        const common = Array.from({ length: 256 }, (_unused, address) => address).some(
          (address) => inside(address, a, prefixA) && inside(address, b, prefixB),
        );
        expect(overlap(one, other)).toBe(common);
      }),
    );
  });

  it('contain their own address, start at a multiple of their size, and overlap themselves, in IPv4 and IPv6 (property)', () => {
    const cidr = fc.oneof(
      fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })),
      fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })),
    );
    fc.assert(
      fc.property(cidr, ([address, prefix]) => {
        const found = rangeOf(`${address}/${prefix}`);
        if (found === undefined) return; // A notation that is not allowed.
        const size = found.last - found.first + 1n;
        expect(found.first % size).toBe(0n);
        expect(size).toBe(1n << BigInt((found.family === 4 ? 32 : 128) - prefix));
        expect(overlap(found, found)).toBe(true);
        expect(overlap(found, range(`${address}/${found.family === 4 ? 32 : 128}`))).toBe(true);
      }),
    );
  });

  it('are parsed from any ipam section without an exception (property)', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom('subnet', 'range', 'ranges', 'ipRanges', 'rangeStart', 'range_end'),
          fc.jsonValue(),
        ),
        (ipam) => void rangesIn(ipam),
      ),
    );
  });
});
