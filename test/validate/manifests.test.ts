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

describe('plexus validate on broken manifests', () => {
  it.each(broken)('reports the expected findings at their lines in broken/$file', ({ file, findings }) => {
    expect(withoutNotes(findingsIn(`broken/${file}`)).map(({ line, rule }) => [line, rule])).toEqual(findings);
  });

  it('is tested with every file in broken/', () => {
    expect(readdirSync(join(folder, 'broken')).toSorted()).toEqual(broken.map(({ file }) => file).toSorted());
    expect(broken.length).toBeGreaterThanOrEqual(60);
  });

  it.each(broken)(
    'reports every finding in broken/$file with a place inside the file, a message and a fix',
    ({ file }) => {
      const lines = readFileSync(join(folder, 'broken', file), 'utf8').split('\n');
      for (const { line, column, endLine, endColumn, text, fix } of findingsIn(`broken/${file}`)) {
        expect((lines[line - 1]?.length ?? -1) + 1).toBeGreaterThanOrEqual(column);
        expect((lines[endLine - 1]?.length ?? -1) + 1).toBeGreaterThanOrEqual(endColumn);
        expect([endLine > line || endColumn >= column, text !== '', fix !== '']).toEqual([true, true, true]);
      }
    },
  );
});

describe('plexus validate on manifests from the documentation of plugins', () => {
  const good = readdirSync(join(folder, 'good')).toSorted();

  it.each(good)('reports no error and no warning in good/%s', (file) => {
    expect(withoutNotes(findingsIn(`good/${file}`))).toEqual([]);
  });

  it('is tested with at least 60 samples', () => {
    expect(good.length).toBeGreaterThanOrEqual(60);
  });
});
