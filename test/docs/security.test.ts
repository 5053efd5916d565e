import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const page = await readFile(join(root, 'docs/security.md'), 'utf8');
const isFile = (path: string): Promise<boolean> =>
  stat(join(root, path)).then(
    (found) => found.isFile(),
    () => false,
  );

interface Row {
  readonly first: string;
  readonly test: string;
}
/** The rows of all tables that have a column Test. */
function rowsWithTests(text: string): readonly Row[] {
  const rows: Row[] = [];
  let column = -1;
  for (const line of text.split('\n')) {
    const cells = line.startsWith('|')
      ? line
          .slice(1, -1)
          .split(' | ')
          .map((cell) => cell.trim())
      : [];
    if (cells.length === 0) column = -1;
    else if (cells.includes('Test')) column = cells.indexOf('Test');
    else if (column >= 0 && !line.startsWith('| ---')) rows.push({ first: cells[0] ?? '', test: cells[column] ?? '' });
  }
  return rows;
}

describe('docs/security.md', () => {
  it('names tests and files that exist', async () => {
    const named = [...page.matchAll(/`((?:test|deploy|src|docs)\/[\w./-]+)`/g)].map(([, path = '']) => path);
    expect(named.length).toBeGreaterThan(30);
    const missing = await Promise.all([...new Set(named)].map(async (path) => ((await isFile(path)) ? [] : [path])));
    expect(missing.flat()).toEqual([]);
  });

  it('names a test for every promise, or the reason why there is none', () => {
    const rows = rowsWithTests(page);
    expect(rows.length).toBeGreaterThan(30);
    expect(rows.filter(({ test }) => !/`test\/[\w./-]+\.test\.ts`|^none: ./.test(test))).toEqual([]);
  });

  it('covers every attacker of the threat model, and explains how to report', async () => {
    const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
    const attackers = [
      'Pod author',
      'Author of a NetworkAttachmentDefinition',
      'Local user of a node, and pods with hostNetwork',
      'Compromised daemon',
      'Hostile plugin',
      'kubelet, container runtime, API server',
      'Supply chain',
    ];
    expect(headings).toEqual(expect.arrayContaining(attackers));
    expect(page).toContain('(../SECURITY.md)');
    expect(await readFile(join(root, 'SECURITY.md'), 'utf8')).toContain('Report a vulnerability');
  });
});

describe('the check of docs/security.md', () => {
  it('finds a row without a test', () => {
    const rows = rowsWithTests(
      '| What | Test |\n| --- | --- |\n| a | `test/a.test.ts` |\n| b | |\n\n| What | More |\n| --- | --- |\n| c | |\n',
    );
    expect(rows).toEqual([
      { first: 'a', test: '`test/a.test.ts`' },
      { first: 'b', test: '' },
    ]);
  });
});
