import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { nadNotFound } from '../../src/errors/index.ts';
import { createLog } from '../../src/observe/index.ts';
import type { Step } from '../../src/report/index.ts';
import { mountSmallDisk } from '../support/small-disk.ts';

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

describe('a log file that cannot be written', () => {
  it('is left out, and that is said', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-log-'));
    await writeFile(join(folder.path, 'file'), '');
    const log = createLog({ level: 'info', toStderr: false, file: join(folder.path, 'file/below') });
    log.report({ kind: 'warning', sandbox: '', text: 'x' });
    await expect(log.flush()).resolves.toBeUndefined();
  });

  it('on a full disk loses nothing that came shortly before there is space again', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-log-'));
    const disk = await mountSmallDisk(join(folder.path, 'disk'));
    try {
      const file = join(folder.path, 'disk/log');
      const log = createLog({ level: 'info', toStderr: false, file });
      const say = async (text: string): Promise<void> => {
        log.report({ kind: 'warning', sandbox: '', text });
        await log.flush();
      };
      await say('first');
      await disk.fill();
      for (let times = 0; times < 20; times++) await say('x'.repeat(1000));
      await disk.free();
      await say('last');
      const texts = (await readFile(file, 'utf8'))
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { text: string }).text);
      expect([texts[0], texts.at(-1)]).toEqual(['first', 'last']);
    } finally {
      await disk.remove();
    }
  });
});
