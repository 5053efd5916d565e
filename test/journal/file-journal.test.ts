import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PlexusError } from '../../src/errors/index.ts';
import { fileJournal } from '../../src/journal/index.ts';
import { type SandboxRecord, encodeRecord } from '../../src/plan/index.ts';
import { testJournal } from '../contract/journal.ts';
import { sampleRecord } from '../support/sample-record.ts';

let base: string;
let folder: string;
const key = { containerId: 'c1', ifName: 'eth0' };
const file = (): string => join(folder, 'c1@eth0.json');

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'plexus-journal-'));
  folder = join(base, 'deep', 'journal');
});
afterEach(() => rm(base, { recursive: true, force: true }));

describe('the journal in files', () => testJournal(() => fileJournal(folder)));

describe('the files of a journal', () => {
  it('are accessible to their owner only', async () => {
    await fileJournal(folder).write(sampleRecord());
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['c1@eth0.json']);
  });

  it('are named by container ID and interface, or by a hash if that is too long', async () => {
    const journal = fileJournal(folder);
    await journal.write(sampleRecord({ containerId: 'a.b_c-d' }));
    await journal.write(sampleRecord({ containerId: 'x'.repeat(300) }));
    expect((await readdir(folder)).map((name) => name.replace(/[0-9a-f]{64}/, '(sha256)')).toSorted()).toEqual([
      'a.b_c-d@eth0.json',
      'long@(sha256).json',
    ]);
  });

  it('never lie outside the folder, for any container ID and interface name', async () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('../../x', '..', '/etc/passwd', 'a@b', '\ud800', ''),
    );
    await fc.assert(
      fc.asyncProperty(anyText, anyText, async (containerId, ifName) => {
        const journal = fileJournal(folder);
        const record = sampleRecord({ containerId: containerId.toWellFormed(), ifName: ifName.toWellFormed() });
        await journal.write(record);
        expect(await journal.read(record)).toEqual(record);
        await journal.remove(record);
        expect(await readdir(base)).toEqual(['deep']);
        expect(await readdir(join(base, 'deep'))).toEqual(['journal']);
      }),
      { numRuns: 60 },
    );
  });

  it('are complete if the writer is killed at any moment', async () => {
    const writer = new URL('journal-writer.ts', import.meta.url).pathname;
    for (const writes of [1, 2, 3, 5, 8, 13]) {
      const child = spawn(process.execPath, [writer, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
      let last = -1;
      for await (const line of createInterface({ input: child.stdout })) {
        last = Number(line);
        if (last === writes) child.kill('SIGKILL');
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      const read = await fileJournal(folder).read(key);
      const [count = '', rest = ''] = (read?.networkName ?? '').split(':');
      // The last reported write, or the one after it.
      expect(Number(count)).toBeGreaterThanOrEqual(last);
      expect(rest.length).toBe((Number(count) % 7) * 100_000);
    }
    expect((await fileJournal(folder).list((record) => record)).damaged).toEqual([]);
  });

  it('are cleaned by list(): old temporary files of killed writers go, all others stay', async () => {
    await fileJournal(folder).write(sampleRecord());
    for (const name of ['.new-old', '.new-recent', 'other.json', 'c1@eth0.txt'])
      await writeFile(join(folder, name), '');
    await utimes(join(folder, '.new-old'), 1, 1);
    expect((await fileJournal(folder).list((record) => record)).found).toHaveLength(1);
    expect((await readdir(folder)).toSorted()).toEqual(['.new-recent', 'c1@eth0.json', 'c1@eth0.txt', 'other.json']);
  });
});

describe('a damaged record', () => {
  const good = encodeRecord(sampleRecord());

  it.each([
    { what: 'is empty', bytes: '' },
    { what: 'is truncated', bytes: good.slice(0, good.length / 2) },
    { what: 'is not JSON', bytes: 'hello' },
    { what: 'is null', bytes: 'null' },
    { what: 'is not a record', bytes: '{"formatVersion":1}' },
    {
      what: 'has a newer format version because of a flipped digit',
      bytes: good.replace('"formatVersion":1', '"formatVersion":2'),
    },
    {
      what: 'is not UTF-8',
      bytes: Buffer.concat([Buffer.from(good.slice(0, -10)), Buffer.from([0xff, 0xfe]), Buffer.from(good.slice(-10))]),
    },
    { what: 'is the record of another sandbox', bytes: encodeRecord(sampleRecord({ containerId: 'c2' })) },
  ])('is set aside, with its path in the error, if it $what', async ({ bytes }) => {
    await mkdir(folder, { recursive: true });
    await writeFile(file(), bytes);
    const kept = join(folder, 'damaged', 'c1@eth0.json');
    await expect(fileJournal(folder).read(key)).rejects.toMatchObject({
      id: 'PLX-RECORD-DAMAGED',
      message: expect.stringContaining(kept) as string,
    });
    expect((await readFile(kept)).equals(Buffer.from(bytes))).toBe(true);
    expect(await fileJournal(folder).read(key)).toBeUndefined();
    expect([
      await fileJournal(folder).wasSetAside(key),
      await fileJournal(folder).wasSetAside({ ...key, ifName: 'eth1' }),
    ]).toEqual([true, false]);
  });

  it('stays in place if a newer version wrote it, which needs it after the next upgrade', async () => {
    await mkdir(folder, { recursive: true });
    const bytes = encodeRecord({ ...sampleRecord(), formatVersion: 2 } as unknown as SandboxRecord);
    await writeFile(file(), bytes);
    const journal = fileJournal(folder);
    await expect(journal.read(key)).rejects.toMatchObject({
      id: 'PLX-RECORD-NEWER',
      message: expect.stringContaining(file()) as string,
    });
    expect((await journal.list((record) => record)).damaged.map(({ id }) => id)).toEqual(['PLX-RECORD-NEWER']);
    expect(await readdir(folder)).toEqual(['c1@eth0.json']);
    expect(await readFile(file(), 'utf8')).toBe(bytes);
  });

  it('is set aside beside earlier ones of the same name', async () => {
    await mkdir(folder, { recursive: true });
    for (const text of ['one', 'two', 'three']) {
      await writeFile(file(), text);
      await expect(fileJournal(folder).read(key)).rejects.toThrow(PlexusError);
    }
    const names = (await readdir(join(folder, 'damaged'))).toSorted();
    expect(await Promise.all(names.map((name) => readFile(join(folder, 'damaged', name), 'utf8')))).toEqual([
      'one',
      'two',
      'three',
    ]);
  });

  it('is set aside once if several operations read it at the same time', async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(file(), 'one');
    const reads = await Promise.allSettled(Array.from({ length: 5 }, () => fileJournal(folder).read(key)));
    const ids = reads.flatMap((each) => (each.status === 'rejected' ? [(each.reason as PlexusError).id] : []));
    expect(new Set(ids)).toEqual(new Set(['PLX-RECORD-DAMAGED']));
    expect(await readdir(join(folder, 'damaged'))).toEqual(['c1@eth0.json']);
    expect(await readdir(folder)).toEqual(['damaged']);
  });

  it('is set aside beside earlier ones also if it is a folder or a link', async () => {
    await mkdir(join(folder, 'damaged'), { recursive: true });
    await symlink('nowhere', join(folder, 'damaged/c1@eth0.json'));
    await mkdir(file());
    await expect(fileJournal(folder).read(key)).rejects.toMatchObject({ id: 'PLX-RECORD-DAMAGED' });
    await symlink('nowhere', file());
    await expect(fileJournal(folder).read(key)).rejects.toMatchObject({ id: 'PLX-RECORD-DAMAGED' });
    const kept = await readdir(join(folder, 'damaged'), { withFileTypes: true });
    expect(kept.toSorted((a, b) => a.name.localeCompare(b.name)).map((each) => each.isDirectory())).toEqual([
      false,
      true,
      false,
    ]);
    expect(await readdir(folder)).toEqual(['damaged']);
  });

  it('is reported by list() beside the intact records', async () => {
    const journal = fileJournal(folder);
    await journal.write(sampleRecord());
    await writeFile(join(folder, 'c9@eth0.json'), '{');
    await copyFile(file(), join(folder, 'c2@eth0.json'));
    await mkdir(join(folder, 'c3@eth0.json'));
    const { found: records, damaged } = await journal.list((record) => record);
    expect(records).toEqual([sampleRecord()]);
    expect(damaged.map(({ id }) => id)).toEqual(['PLX-RECORD-DAMAGED', 'PLX-RECORD-DAMAGED', 'PLX-RECORD-DAMAGED']);
  });

  it('is rejected with a PlexusError for any bytes', async () => {
    await mkdir(folder, { recursive: true });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        async (bytes) => {
          await writeFile(file(), bytes);
          await expect(fileJournal(folder).read(key)).rejects.toThrow(PlexusError);
          await rm(join(folder, 'damaged'), { recursive: true });
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('an unusable journal folder', () => {
  it('is reported with its path if a file is in its place', async () => {
    await writeFile(join(base, 'deep'), '');
    const journal = fileJournal(folder);
    await expect(journal.write(sampleRecord())).rejects.toMatchObject({
      id: 'PLX-FILE-UNUSABLE',
      message: expect.stringContaining(folder) as string,
    });
    await expect(journal.list((record) => record)).rejects.toMatchObject({ id: 'PLX-FILE-UNUSABLE' });
    await expect(journal.read(key)).rejects.toMatchObject({ id: 'PLX-FILE-UNUSABLE' });
  });

  it('is reported if no file can be created in it', async () => {
    await expect(fileJournal('/proc/self/journal').write(sampleRecord())).rejects.toMatchObject({
      id: 'PLX-FILE-UNUSABLE',
    });
  });
});
