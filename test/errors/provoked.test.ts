import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as errors from '../../src/errors/index.ts';
import { errorsOutside } from '../../src/make/errors-outside.ts';

// Every identifier is documented, has a fix, and is provoked by a test.
const root = join(import.meta.dirname, '../..');
const catalogue = Object.values(errors).flatMap((each) =>
  typeof each === 'function' && 'id' in each ? [{ id: each.id, ...each.kind }] : [],
);
const known = [...catalogue, ...errorsOutside];

/**
 * The identifiers in files, each with its file. Only whole ones: PLX-POD-NOT-FOUND-HERE is not PLX-POD-NOT-FOUND.
 */
async function identifiersIn(patterns: string[], exclude: string[] = []): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const file of glob(patterns, { cwd: root, exclude }))
    for (const [id] of (await readFile(join(root, file), 'utf8')).matchAll(/\bPLX(?:-[A-Z]+)+\b(?!-)/g))
      found.set(id, file);
  return found;
}
const tested = await identifiersIn(['test/**/*.ts', 'test/golden/*'], ['test/errors/**']);
const page = await readFile(join(root, 'docs/errors.md'), 'utf8');

describe.each(known)('$id', ({ id, fix }) => {
  it('has one row in docs/errors.md, with its fix', () => {
    const [row = '', ...more] = page.split('\n').filter((line) => line.startsWith(`| \`${id}\` |`));
    expect(more).toEqual([]);
    expect(fix).toMatch(/^[A-Z].{10,}\.$/);
    expect(row).toContain(`| ${fix} |`);
  });
  it('is provoked by a test', () =>
    expect(tested.get(id), `no file in test/ but those of test/errors has ${id}`).toBeDefined());
});

describe('error identifiers', () => {
  it('that occur in sources and manifests are in the catalogue', async () => {
    const findings = /^PLX-[DV](-|$)/; // Findings of plexus doctor and plexus validate are not errors.
    const cited = await identifiersIn(['src/**/*.{ts,c,h,mjs}', 'deploy/**/*.{yaml,md}'], ['src/**/*.gen.*']);
    const unknown = [...cited].filter(([id]) => !findings.test(id) && !known.some((each) => each.id === id));
    expect(unknown).toEqual([]);
    for (const { id } of errorsOutside) expect(cited.has(id), id).toBe(true);
  });
  it('that the shim answers with have the code and the fix of the catalogue', async () => {
    const text = (await readFile(join(root, 'src/shim/main.c'), 'utf8')).replaceAll(/"\s*\n\s*"/g, '');
    const answers = [...text.matchAll(/answer_error\(c, (.+?), "(PLX-[A-Z-]+)",[^]*?"([^"]+)"\);/g)].map(
      ([, code = '', id, fix]) => ({
        id,
        fix,
        code: Number(/\d+$/.exec(code)?.[0]),
      }),
    );
    expect(answers.length).toBe(text.match(/answer_error\(/g)?.length);
    expect(answers).toEqual(
      answers
        .map(({ id }) => catalogue.find((each) => each.id === id))
        .map((kind) => kind && { id: kind.id, fix: kind.fix, code: kind.code }),
    );
  });
});
