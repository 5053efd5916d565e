import { assert, jsonValue, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { yamlText } from '../../src/cli/yaml-text.ts';

const invisible = /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}]/u;

describe('yamlText', () => {
  it('writes invisible characters as escapes, in values and in keys', () => {
    const data = { name: 'a\u202egnp.exe', '\u0085key': ['\u200b', '\u001b[31mred', 'line\nbreak'], plain: 'ü €' };
    const text = yamlText(data);
    expect(text).not.toMatch(invisible);
    expect(text).toContain('name: "a\\u202egnp.exe"');
    expect(parse(text)).toEqual(data);
  });
  it('writes any data so that it is parsed back unchanged', () => {
    assert(
      property(jsonValue({ noUnicodeString: false }), (value) => {
        const text = yamlText(value);
        expect(text).not.toMatch(invisible);
        expect(JSON.stringify(parse(text))).toBe(JSON.stringify(JSON.parse(JSON.stringify(value))));
      }),
    );
  });
});
