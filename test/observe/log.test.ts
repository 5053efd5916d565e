import { mkdtempDisposable, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { nadNotFound, pluginFailed } from '../../src/errors/index.ts';
import { createLog } from '../../src/observe/index.ts';
import type { OperationInfo, Report, Step } from '../../src/report/index.ts';
import { mountSmallDisk } from '../support/small-disk.ts';

const steps: readonly Step[] = [
  {
    kind: 'plugin-finished',
    sandbox: 'c1',
    command: 'ADD',
    network: 'n',
    interfaceName: 'eth0',
    plugin: 'bridge',
    startedAt: 1,
    ms: 3,
    input: '{"name":"n","password":"geheim"}',
    output: '',
    stderr: '',
  },
  { kind: 'attached', sandbox: 'c1', network: 'n', interfaceName: 'eth0', ms: 4 },
  { kind: 'warning', sandbox: 'c1', text: 'careful' },
  { kind: 'problem', sandbox: 'c1', error: nadNotFound({ nad: 'a/b', requester: 'pod a/p' }) },
];

type Level = 'silent' | 'error' | 'warn' | 'info' | 'debug';
const tellSteps = (report: Report): void => {
  for (const step of steps) report(step);
};

async function logged(level: Level, tell: (report: Report) => void = tellSteps): Promise<Record<string, unknown>[]> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-log-'));
  const file = join(folder.path, 'deep/plexus.log');
  const log = createLog({ level, toStderr: false, file });
  tell(log.report);
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
  ] as const)('has the lines $lines at level $level, in order', async ({ level, lines }) => {
    expect((await logged(level)).map(({ step }) => step)).toEqual(lines);
  });
  it('contains no character that controls the reader’s terminal', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-log-'));
    const log = createLog({ level: 'warn', toStderr: false, file: join(folder.path, 'log') });
    log.report({ kind: 'warning', sandbox: 'c1', text: 'a\u202eb\u009bc' });
    await log.flush();
    const text = await readFile(join(folder.path, 'log'), 'utf8');
    expect(text).toContain('"text":"a\\u202eb\\u009bc"');
  });
  it('shows an error with its ID, code, message and fix', async () => {
    expect((await logged('error'))[0]).toMatchObject({
      level: 'error',
      sandbox: 'c1',
      error: {
        id: 'PLX-NAD-NOT-FOUND',
        code: 7,
        message: 'pod a/p requests NetworkAttachmentDefinition a/b, which does not exist',
        fix: expect.stringContaining('Create'),
      },
    });
  });
});

describe('the log line of a command', () => {
  const operation: OperationInfo = { command: 'ADD', sandbox: 'c1', pod: 'shop/db-0', startedAt: 1 };
  const [plugin, attached] = steps;
  const failed = pluginFailed({ plugin: 'bridge', command: 'ADD', message: 'token=abcdefgh is not accepted' });
  const finished: Step = { kind: 'operation-finished', sandbox: 'c1', pod: 'shop/db-0', command: 'ADD', ms: 9 };
  const tell =
    (...told: readonly (Step | undefined)[]) =>
    (report: Report): void => {
      for (const step of told) if (step !== undefined) report(step, operation);
    };

  it('is the only one of a successful command, with pod, networks, interfaces and times', async () => {
    const [line, ...more] = await logged('info', tell(plugin, attached, finished));
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      step: 'operation-finished',
      msg: 'ADD shop/db-0: attached eth0 (n) in 9 ms',
      level: 'info',
      command: 'ADD',
      pod: 'shop/db-0',
      sandbox: 'c1',
      outcome: 'success',
      ms: 9,
      attached: [{ network: 'n', interface: 'eth0', ms: 4 }],
      plugins: [{ command: 'ADD', plugin: 'bridge', interface: 'eth0', ms: 3 }],
    });
  });

  it('is the only one of a failed command, with the ID and the plugin’s output', async () => {
    const told = plugin?.kind === 'plugin-finished' ? { ...plugin, stderr: 'password: geheim', error: failed } : plugin;
    const [line, ...more] = await logged(
      'warn',
      tell(told, { kind: 'problem', sandbox: 'c1', error: failed }, { ...finished, error: failed } as Step),
    );
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      msg: 'ADD shop/db-0 failed after 9 ms: PLX-PLUGIN-FAILED: plugin bridge failed (ADD): token=(masked) is not accepted',
      level: 'error',
      outcome: 'failure',
      plugins: [{ command: 'ADD', plugin: 'bridge', failed: 'PLX-PLUGIN-FAILED', stderr: 'password: (masked)' }],
      error: { id: 'PLX-PLUGIN-FAILED', message: expect.stringContaining('token=(masked) is not accepted') },
    });
  });

  it('is accompanied by all debug lines only if the pod requests them, at every level', async () => {
    const lines = await logged('warn', (report) => {
      tell({ kind: 'debug-asked', sandbox: 'c1' }, plugin, attached, finished)(report);
      for (const step of steps.slice(0, 2)) report(step, { ...operation, sandbox: 'c2' });
    });
    expect(lines.map(({ step, level }) => `${String(level)} ${String(step)}`)).toEqual([
      'debug debug-asked',
      'debug plugin-finished',
      'debug attached',
      'info operation-finished',
    ]);
    expect(lines[1]).toMatchObject({ pod: 'shop/db-0', input: { name: 'n', password: '(masked)' } });
  });
});

describe('the log as text', () => {
  it('has one line for each step: time, level and sentence', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-log-'));
    const file = join(folder.path, 'log');
    const log = createLog({ level: 'info', toStderr: false, file, format: 'text' });
    log.report({ kind: 'warning', sandbox: 'c1', text: 'careful:\nsecret=abcdefgh' });
    log.report({ kind: 'daemon', text: 'started' });
    await log.flush();
    expect((await readFile(file, 'utf8')).replaceAll(/^\S+/gm, 'TIME')).toBe(
      'TIME warn  careful: secret=(masked)\nTIME info  started\n',
    );
  });
});

describe('a growing log file', () => {
  const rotation = { maxSizeMegabytes: 0.001, maxBackups: 2, maxAgeDays: 5 };

  it('is rotated, and only a limited number of old files is kept; other files stay', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-log-'));
    const file = join(folder.path, 'plexus.log');
    await writeFile(join(folder.path, 'plexus-2.log'), 'not ours');
    const log = createLog({ level: 'info', toStderr: false, file, rotation });
    for (let number = 0; number < 40; number++) {
      log.report({ kind: 'warning', sandbox: '', text: `${number} ${'x'.repeat(300)}` });
      await log.flush();
    }
    const names = (await readdir(folder.path)).toSorted();
    expect(names).toEqual([
      'plexus-2.log',
      expect.stringMatching(/^plexus-\d{4}-.*\.log$/),
      expect.stringMatching(/^plexus-\d{4}-.*\.log$/),
      'plexus.log',
    ]);
    expect((await readFile(join(folder.path, names[1] ?? ''), 'utf8')).length).toBeGreaterThan(1000);
  });

  it('of an earlier process is rotated before the first line', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-log-'));
    const file = join(folder.path, 'plexus.log');
    await writeFile(file, 'x'.repeat(2000));
    const log = createLog({ level: 'info', toStderr: false, file, rotation });
    log.report({ kind: 'warning', sandbox: '', text: 'new' });
    await log.flush();
    expect(await readdir(folder.path)).toHaveLength(2);
    expect(await readFile(file, 'utf8')).toContain('"text":"new"');
  });
});

describe('a log file that cannot be written', () => {
  it('is skipped, which is reported', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-log-'));
    await writeFile(join(folder.path, 'file'), '');
    const log = createLog({ level: 'info', toStderr: false, file: join(folder.path, 'file/below') });
    log.report({ kind: 'warning', sandbox: '', text: 'x' });
    await expect(log.flush()).resolves.toBeUndefined();
  });

  it('on a full disk keeps the latest lines until there is space again', async () => {
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
