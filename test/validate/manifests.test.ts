import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type PlacedFinding, readFiles, validate } from '../../src/validate/index.ts';
import { broken } from './broken.table.ts';

const folder = import.meta.dirname;
const findingsIn = (path: string): readonly PlacedFinding[] =>
  validate(readFiles([{ path, text: readFileSync(join(folder, path), 'utf8') }]));
const withoutNotes = (findings: readonly PlacedFinding[]): readonly PlacedFinding[] =>
  findings.filter(({ severity }) => severity !== 'note');

describe('a broken manifest is found, at its line', () => {
  it.each(broken)('$file', ({ file, findings }) => {
    expect(withoutNotes(findingsIn(`broken/${file}`)).map(({ line, rule }) => [line, rule])).toEqual(findings);
  });

  it('every file of the folder is in the table', () => {
    expect(readdirSync(join(folder, 'broken')).toSorted()).toEqual(broken.map(({ file }) => file).toSorted());
    expect(broken.length).toBeGreaterThanOrEqual(60);
  });

  it.each(broken)('$file: every finding has a place inside the file, a sentence and a fix', ({ file }) => {
    const lines = readFileSync(join(folder, 'broken', file), 'utf8').split('\n');
    for (const { line, column, endLine, endColumn, text, fix } of findingsIn(`broken/${file}`)) {
      expect((lines[line - 1]?.length ?? -1) + 1).toBeGreaterThanOrEqual(column);
      expect((lines[endLine - 1]?.length ?? -1) + 1).toBeGreaterThanOrEqual(endColumn);
      expect([endLine > line || endColumn >= column, text !== '', fix !== '']).toEqual([true, true, true]);
    }
  });
});

describe('what the documentation of the plugins shows has no errors and no warnings', () => {
  const good = readdirSync(join(folder, 'good')).toSorted();

  it.each(good)('%s', (file) => {
    expect(withoutNotes(findingsIn(`good/${file}`))).toEqual([]);
  });

  it('there are sixty of them', () => {
    expect(good.length).toBeGreaterThanOrEqual(60);
  });
});
