import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const tests = join(import.meta.dirname, '..');
/** Programs whose own limits are part of their measurement, and this rule. */
const others = /^(bench|soak|mutations)\/|^support\/patience\.ts$|^support-tests\/patience\.test\.ts$/;

const forbidden: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: 'AbortSignal.timeout of a second or more', pattern: /AbortSignal\.timeout\((?:\d{4,}|\d{1,3}(?:_\d{3})+)\)/ },
  {
    what: 'a limit of one test or hook',
    pattern: /^\s*\}, (?:\d{4,}|\d{1,3}(?:_\d{3})+)\);|, \{ timeout: [\d_]{4,} \}, (?:async )?\(/,
  },
  { what: 'expect.poll with a limit of its own', pattern: /expect\.poll\([^)]*timeout: [\d_]+/ },
];
const findIn = (text: string): readonly string[] =>
  text
    .split('\n')
    .flatMap((line) =>
      forbidden.flatMap(({ what, pattern }) => (pattern.test(line) ? [`${what}: ${line.trim()}`] : [])),
    );

describe('waiting in tests', () => {
  it('uses the one limit in support/patience.ts, because a machine may be ten times busier', async () => {
    const files = (await readdir(tests, { recursive: true })).filter(
      (name) => name.endsWith('.ts') && !others.test(name),
    );
    expect(files.length).toBeGreaterThan(200);
    const found = await Promise.all(
      files.map(async (name) =>
        findIn(await readFile(join(tests, name), 'utf8')).map((each) => `test/${name}: ${each}`),
      ),
    );
    expect(found.flat()).toEqual([]);
  });

  it.each([
    ['const soon = (): AbortSignal => AbortSignal.timeout(10_000);', 1],
    ['}, 90_000);', 1],
    ["it('x', { timeout: 400_000 }, async () => {", 1],
    ['await expect.poll(steps, { timeout: 10_000 }).toEqual([]);', 1],
    ['const short = AbortSignal.timeout(300); // the end of waiting is what is tested', 0],
  ])('detects another limit: %s', (line, times) => {
    expect(findIn(line)).toHaveLength(times);
  });
});
