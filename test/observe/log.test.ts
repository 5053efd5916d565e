import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { nadNotFound } from '../../src/errors/index.ts';
import { createLog } from '../../src/observe/index.ts';
import type { Step } from '../../src/report/index.ts';

const steps: readonly Step[] = [
  { kind: 'plugin-finished', sandbox: 'c1', command: 'ADD', network: 'n', interfaceName: 'eth0', plugin: 'bridge', ms: 3, stderr: '' },
  { kind: 'attached', sandbox: 'c1', network: 'n', interfaceName: 'eth0', ms: 4 },
  { kind: 'warning', sandbox: 'c1', text: 'careful' },
  { kind: 'problem', sandbox: 'c1', error: nadNotFound({ nad: 'a/b', wantedBy: 'pod a/p' }) },
];

async function logged(level: 'silent' | 'error' | 'warn' | 'info' | 'debug'): Promise<Record<string, unknown>[]> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-log-'));
  const file = join(folder.path, 'deep/plexus.log');
  const log = createLog({ level, toStderr: false, file });
  for (const step of steps) log.report(step);
  await log.flush();
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('the log', () => {
  it.each([
    { level: 'silent', lines: [] },
    { level: 'error', lines: ['problem'] },
    { level: 'warn', lines: ['warning', 'problem'] },
    { level: 'info', lines: ['attached', 'warning', 'problem'] },
    { level: 'debug', lines: ['plugin-finished', 'attached', 'warning', 'problem'] },
  ] as const)('at level $level has the lines $lines, in order', async ({ level, lines }) => {
    expect((await logged(level)).map(({ msg }) => msg)).toEqual(lines);
  });
  it('shows an error with its identifier, code, sentence and fix', async () => {
    expect((await logged('error'))[0]).toMatchObject({
      level: 'error',
      sandbox: 'c1',
      error: {
        id: 'PLX-NAD-NOT-FOUND',
        code: 7,
        message: 'pod a/p asks for NetworkAttachmentDefinition a/b, which does not exist',
        fix: expect.stringContaining('Create'),
      },
    });
  });
});
