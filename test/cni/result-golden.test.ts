import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type JsonValue,
  cniVersions,
  decodeResult,
  encodeResult,
  isCniVersion,
  parseJson,
} from '../../src/cni/index.ts';

interface Pair {
  readonly title: string;
  readonly input: string;
  readonly to: string;
  readonly expected: string;
}

// "## name INPUT" followed by lines `  -> "VERSION" RESULT or ERR text`
function pairs(): Pair[] {
  const found: Pair[] = [];
  let [name, input] = ['', ''];
  for (const line of readFileSync(
    join(import.meta.dirname, '../golden/libcni-1.3.0-result-conversions.txt'),
    'utf8',
  ).split('\n')) {
    const head = /^## (\S+) (.*)$/.exec(line);
    if (head !== null) [name, input] = [head[1] ?? '', head[2] ?? ''];
    const row = /^ {2}-> "(.*?)" (.*)$/.exec(line);
    if (row !== null)
      found.push({
        title: `${name} → ${row[1] === '' ? '(none)' : row[1]}`,
        input,
        to: row[1] ?? '',
        expected: row[2] ?? '',
      });
  }
  return found;
}

// Unlike in libcni, unknown keys survive if the version stays the same (CNI-80).
const chosen: Readonly<Record<string, JsonValue>> = {
  'unknown-1.0.0 → 1.0.0': { cniVersion: '1.0.0', x: 1, interfaces: [{ name: 'eth0', foo: 'bar' }] },
  'ip-0.3.0 → 0.3.0': { cniVersion: '0.3.0', ip: [{ version: '4', address: '10.1.0.5/16' }], dns: {} },
};

describe('CNI-79, CNI-81: results are converted as in libcni 1.3.0', () => {
  it('reads the golden file', () => {
    expect(pairs().length).toBeGreaterThan(90);
  });
  it.each(pairs())('$title', ({ title, input, to, expected }) => {
    const version = to === '' ? '0.1.0' : to;
    const convert = (): JsonValue => {
      const result = decodeResult(parseJson(input, 'golden input'), {
        source: 'golden input',
        defaultVersion: '0.1.0',
      });
      if (!isCniVersion(version)) throw new Error(`${version} is none of ${cniVersions.join(', ')}`);
      return encodeResult(result, version);
    };
    if (expected.startsWith('ERR')) expect(convert).toThrow();
    else expect(convert()).toEqual(chosen[title] ?? parseJson(expected, 'golden output'));
  });
});

describe('CNI-67: the version of a result', () => {
  const decode = (value: JsonValue) =>
    decodeResult(value, { source: 'the answer of plugin x', defaultVersion: '0.4.0' });
  it('defaults to the configuration’s version', () => {
    expect(decode({ ips: [] }).cniVersion).toBe('0.4.0');
  });
  it('may be any supported version', () => {
    expect(decode({ cniVersion: '1.1.0' }).cniVersion).toBe('1.1.0');
  });
  it('null is decoded as an empty result', () => {
    expect(encodeResult(decode(null), '1.0.0')).toEqual({ cniVersion: '1.0.0' });
  });
  it.each(['2.0.0', 'x', '1.0'])('%s is rejected', (cniVersion) => {
    expect(() => decode({ cniVersion })).toThrow(expect.objectContaining({ id: 'PLX-RESULT-INVALID' }));
  });
});
