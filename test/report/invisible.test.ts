import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorJson } from '../../src/cni/index.ts';
import { failure } from '../../src/attach/calls/answer.ts';
import { pluginFailed } from '../../src/errors/index.ts';
import { escapeInvisible } from '../../src/report/index.ts';

describe('characters that control a terminal', () => {
  it.each([
    ['C1 control sequences', '\u009b31m', '\\u009b31m'],
    ['the escape character', '\u001b]0;title\u0007', '\\u001b]0;title\\u0007'],
    ['a change of direction', 'a\u202egnp', 'a\\u202egnp'],
    ['isolates', '\u2066x\u2069', '\\u2066x\\u2069'],
    ['joiners and blanks without width', 'a\u200b\u200d\ufeff', 'a\\u200b\\u200d\\ufeff'],
    ['separators of lines', 'a\u2028b\u2029c\u0085d\rf', 'a\\u2028b\\u2029c\\u0085d\\u000df'],
    ['tags beyond the basic plane', 'a\u{e0041}', 'a\\udb40\\udc41'],
    ['DEL', '\u007f', '\\u007f'],
  ])('are shown as escapes: %s', (_what, text, shown) => {
    expect(escapeInvisible(text)).toBe(shown);
  });

  it('keep the meaning of a JSON string', () => {
    const part = constantFrom(
      'a',
      '\u0000',
      '\u001b',
      '\u0085',
      '\u202e',
      '\u2028',
      '\\',
      '"',
      '\n',
      '\u{e0041}',
      '\u{1f600}',
      '€',
    );
    assert(
      property(array(part), (parts) => JSON.parse(escapeInvisible(JSON.stringify(parts))).join('') === parts.join('')),
    );
  });

  it('do not include line breaks, tabs, letters of any language and Plexus’s own colours', () => {
    const text = 'Zeile\n\tüß€ 日本語 \u001b[31mbad\u001b[0m';
    expect(escapeInvisible(text)).toBe(text);
    expect(escapeInvisible('\u001b[41m')).toBe('\\u001b[41m');
  });

  it('never pass from a plugin’s output into the answer to the runtime, which becomes an Event', () => {
    const error = pluginFailed(
      { plugin: 'p', command: 'ADD', message: 'no \u202eway\u009b2J' },
      { cause: new Error('\u2066deep') },
    );
    expect(JSON.stringify(errorJson(error, { cniVersion: '1.0.0', command: 'ADD' }))).toContain('\u202e');
    const { stdout } = failure(error, { CNI_COMMAND: 'ADD' });
    expect(JSON.parse(stdout)).toMatchObject({
      msg: expect.stringContaining('no \\u202eway\\u009b2J'),
      details: expect.stringContaining('\\u2066deep'),
    });
  });
});
