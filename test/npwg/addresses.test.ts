import fc from 'fast-check';
import { isIP } from 'node:net';
import { describe, expect, it } from 'vitest';
import { parseCidr, parseIp } from '../../src/npwg/index.ts';

describe('NPWG-32: an IP address', () => {
  it.each([
    { text: '10.0.0.1', becomes: '10.0.0.1' },
    { text: '::', becomes: '::' },
    { text: 'FD00:0:0::1', becomes: 'fd00::1' },
    { text: '::ffff:1.2.3.4', becomes: '::ffff:102:304' },
    // not the same address as the previous one
    { text: '::1.2.3.4', becomes: '::102:304' },
    { text: '64:ff9b::1.2.3.4', becomes: '64:ff9b::102:304' },
  ])('parses $text as $becomes', ({ text, becomes }) => {
    expect(parseIp(text)?.text).toBe(becomes);
  });
  it.each([
    '',
    '1',
    '10.1',
    '010.0.0.1',
    '0x1.2.3.4',
    '1.2.3.256',
    '1.2.3.4.',
    '١.2.3.4',
    ' ::1',
    '::1\n',
    '::ffff:010.1.1.1',
    '::1.2.3',
    'fe80::1%eth0',
    '[::1]',
  ])('rejects %j', (text) => {
    expect(parseIp(text)).toBeUndefined();
  });
  const piece = fc.constantFrom(
    '0',
    '1',
    '9',
    '01',
    '255',
    '256',
    'fd00',
    'FFFF',
    '10000',
    'g',
    '%0',
    ':',
    '::',
    ':',
    '.',
    '.',
    '/',
    ' ',
    '1.2.3.4',
    '::ffff:',
  );
  const text = fc.array(piece, { maxLength: 17 }).map((pieces) => pieces.join(''));
  const address = fc.oneof(text, fc.ipV4(), fc.ipV6());
  it('agrees with Node.js on every text except those with zones', () => {
    fc.assert(
      fc.property(address, (each) => {
        expect(parseIp(each)?.family).toBe(isIP(each) === 0 || each.includes('%') ? undefined : isIP(each));
      }),
      { numRuns: 2000 },
    );
  });
  it('has the form that URLs use', () => {
    fc.assert(
      fc.property(fc.ipV6(), (each) => {
        expect(`[${parseIp(each)?.text}]`).toBe(new URL(`http://[${each}]/`).hostname);
      }),
    );
  });
});

describe('NPWG-32: an address with prefix length', () => {
  it.each([
    { text: '10.0.0.1/0', prefix: 0 },
    { text: '10.0.0.1/32', prefix: 32 },
    { text: '::1/128', prefix: 128 },
  ])('parses $text', ({ text, prefix }) => {
    expect(parseCidr(text)?.prefix).toBe(prefix);
  });
  it.each([
    '10.0.0.1',
    '10.0.0.1/',
    '10.0.0.1/33',
    '::1/129',
    '10.0.0.1/08',
    '10.0.0.1/ 8',
    '10.0.0.1/8/8',
    '10.0.0.1/-1',
    '10.0.0.1/255.0.0.0',
    '/8',
  ])('rejects %j', (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });
});
