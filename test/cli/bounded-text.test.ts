import { expect, it } from 'vitest';
import { boundedText, parseAnswer } from '../../src/cli/bounded-text.ts';
import { contentsText } from '../../src/cli/sysdump-files.ts';

// A compromised daemon answers the commands that an operator runs in its container.

it('keeps no more of an answer than its limit', () => {
  const { push, text } = boundedText(8);
  push(Buffer.from('12345'));
  expect(text()).toBe('12345');
  for (let count = 0; count < 1000; count++) push(Buffer.from('12345'));
  expect(text()).toBe('12345 (cut)');
});

it('decodes no answer with more values than fit into memory', () => {
  expect(parseAnswer('{"files":[]}')).toEqual({ files: [] });
  expect(() => parseAnswer(`[${'[],'.repeat(600_000)}[]]`)).toThrow(/more than \d+ values/);
});

it('escapes terminal codes in the list of contents, and keeps one line for each file', () => {
  const files = [{ name: 'nodes/a/daemon.log', holds: 'log\u001b[2J\nMissing: nothing', text: '' }];
  const missing = [{ name: 'nodes/b/', reason: '\u202egone' }];
  const lines = contentsText({ files, missing }, { program: '1', now: new Date(0) }).split('\n');
  expect(lines).toContain(String.raw`  nodes/a/daemon.log  log\u001b[2J Missing: nothing`);
  expect(lines).toContain(String.raw`  nodes/b/: \u202egone`);
});
