import { mkdir, mkdtempDisposable, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextRound } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DelInvocation, parseJson } from '../../src/cni/index.ts';
import { readJournal } from '../../src/doctor/state-files.ts';
import { fileJournal, hasLargeRecord, multusState, unattachedPods } from '../../src/journal/index.ts';
import { type SandboxRecord, encodeRecord } from '../../src/plan/index.ts';
import { sampleRecord } from '../support/sample-record.ts';

// A compromised daemon can write the state folder. Programs of the host read it as root, outside of the daemon's memory
// limit, so they measure every file before they parse it.
let dir: Awaited<ReturnType<typeof mkdtempDisposable>>;
beforeEach(async () => {
  dir = await mkdtempDisposable(join(tmpdir(), 'plexus-huge-'));
  await mkdir(at('journal'));
  await mkdir(at('results'));
});
afterEach(() => dir.remove());
const at = (...names: readonly string[]): string => join(dir.path, ...names);

const key = { containerId: 'c1', ifName: 'eth0' };
const many: readonly number[] = Array.from({ length: 600_000 }, () => 0);
const tooMany = 'it has more than 524288 values';
const base64 = (json: unknown): string => Buffer.from(JSON.stringify(json)).toString('base64');

function recordWith(values: readonly number[], containerId = 'c1'): SandboxRecord {
  const [sample] = sampleRecord().attachments;
  if (sample === undefined) throw new Error('the sample has no attachment');
  const attachments = [{ state: 'attached', attachment: sample.attachment, result: { x: values } }] as const;
  return sampleRecord({ containerId, complete: true, attachments });
}
function longRecord(mebibytes: number, state: 'intended' | 'detaching' = 'intended'): SandboxRecord {
  const [sample] = sampleRecord().attachments;
  if (sample === undefined) throw new Error('the sample has no attachment');
  const attachment = { ...sample.attachment, cniArgs: 'x'.repeat(mebibytes * 1024 * 1024) };
  const entry = state === 'intended' ? { state, attachment } : { state, attachment, attempts: 1, lastError: 'busy' };
  return sampleRecord({ complete: false, attachments: [entry] });
}
const del = {
  command: 'DEL',
  ...key,
  networkName: 'multus',
  cniVersion: '0.4.0',
  env: {},
  args: [],
  config: {},
} as unknown as DelInvocation;

describe('a large record', () => {
  it('is listed when no other list holds one', async () => {
    const journal = fileJournal(at('journal'));
    await journal.write(recordWith(many.slice(0, 100_000), 'large'));
    await journal.write(sampleRecord({ containerId: 'small' }));
    expect(await hasLargeRecord(at('journal'), 'large')).toBe(true);
    expect(await hasLargeRecord(at('journal'), 'small')).toBe(false);
    let holding = 0;
    let most = 0;
    const seen: string[] = [];
    const pick = async ({ containerId }: SandboxRecord): Promise<void> => {
      if (containerId === 'small') return void seen.push(containerId);
      most = Math.max(most, ++holding);
      await nextRound();
      await nextRound();
      holding--;
      seen.push(containerId);
    };
    await Promise.all([journal.list(pick), journal.list(pick), journal.list(pick)]);
    expect(most).toBe(1);
    expect(seen).toHaveLength(6);
  });
});

describe('more notes about progress than Plexus ever writes', () => {
  it.each([
    ['empty lines', '\n', 9000],
    ['notes of other operations', '{"createdAt":"x"}\n', 9000],
    ['lists of values', `${JSON.stringify({ a: many.slice(0, 100_000) })}\n`, 9],
  ])('are not read: a note after %s', async (_, line, count) => {
    const journal = fileJournal(at('journal'));
    const record = longRecord(0);
    await journal.write(record);
    const [file = ''] = (await readdir(at('journal'))).filter((name) => name.endsWith('.json'));
    const interfaceName = record.attachments[0]?.attachment.interfaceName;
    const attachments = [{ interfaceName, state: 'intended', result: { known: true, x: many.slice(0, 100_000) } }];
    const note = `${JSON.stringify({ createdAt: record.createdAt, attachments })}\n`;
    const stateAfter = async (text: string) => {
      await writeFile(at('journal', file.replace('.json', '.progress')), text);
      const found = await journal.read(key);
      return JSON.stringify(found).includes('"known":true');
    };
    expect(await stateAfter(note)).toBe(true);
    expect(await stateAfter(line.repeat(count) + note)).toBe(false);
  });
});

describe('a JSON text with more values than Plexus ever writes', () => {
  it('is rejected without being parsed', () => {
    expect(() => parseJson(JSON.stringify(many), 'the file')).toThrow(tooMany);
  });

  it('is set aside as a damaged record even if its checksum is valid', async () => {
    await writeFile(at('journal/c1@eth0.json'), encodeRecord(recordWith(many)));
    await expect(fileJournal(at('journal')).read(key)).rejects.toThrow(tooMany);
    expect(await readdir(at('journal/damaged'))).toEqual(['c1@eth0.json']);
  });

  it('is never written as a record, and the previous record stays', async () => {
    const journal = fileJournal(at('journal'));
    await journal.write(recordWith([1]));
    await expect(journal.write(recordWith(many))).rejects.toThrow(tooMany);
    expect(await journal.read(key)).toEqual(recordWith([1]));
  });

  it('is never written as a record too long to be read again: the earlier record stays', async () => {
    const journal = fileJournal(at('journal'));
    await journal.write(recordWith([1]));
    await expect(journal.write(longRecord(17))).rejects.toThrow('it is longer than 12582912 bytes');
    expect(await journal.read(key)).toEqual(recordWith([1]));
  });

  it('leaves room in a record for the errors of DEL', async () => {
    const journal = fileJournal(at('journal'));
    await expect(journal.write(longRecord(13))).rejects.toThrow('it is longer than 12582912 bytes');
    await journal.write(longRecord(13, 'detaching'));
    expect(await journal.read(key)).toEqual(longRecord(13, 'detaching'));
  });

  it('is not accepted as a progress note', async () => {
    const journal = fileJournal(at('journal'));
    await journal.write(sampleRecord());
    await journal.note(recordWith(many), recordWith([]));
    expect((await journal.read(key))?.attachments).toMatchObject([{ state: 'intended' }]);
  });

  it('is not accepted as a list of unattached pods', async () => {
    const pod = { namespace: 'shop', name: 'p', networks: 'a', why: 'b', x: many };
    await writeFile(at('unattached.json'), JSON.stringify([pod]));
    expect(await unattachedPods(dir.path).read()).toEqual([]);
  });

  it('is not accepted as Multus state, nor as a configuration in it', async () => {
    const plugin = { cniVersion: '0.4.0', name: 'a', type: 'bridge' };
    await writeFile(at('c1'), JSON.stringify([{ Bytes: base64(plugin), x: many }]));
    await expect(multusState(dir.path).read(del)).rejects.toThrow(tooMany);
    await writeFile(at('c1'), JSON.stringify([{ Bytes: base64({ ...plugin, x: many }) }]));
    await expect(multusState(dir.path).read(del)).rejects.toThrow(tooMany);
  });

  it('is not accepted as a cached result of Multus', async () => {
    const plugin = { cniVersion: '0.4.0', name: 'a', type: 'bridge' };
    await writeFile(at('c1'), JSON.stringify([{ Bytes: base64(plugin) }]));
    await writeFile(at('results/a-c1-eth0'), JSON.stringify({ result: { x: many } }));
    expect((await multusState(dir.path).read(del))?.attachments).toMatchObject([{ state: 'detaching' }]);
  });

  it('is reported to doctor as an unreadable record', async () => {
    await writeFile(at('journal/c1@eth0.json'), encodeRecord(recordWith(many)));
    const { records, unreadable } = await readJournal(dir.path);
    expect([records, unreadable]).toEqual([
      [],
      [expect.objectContaining({ problem: expect.stringContaining(tooMany) })],
    ]);
  });
});

describe('many large JSON texts', () => {
  const half = many.slice(0, 300_000);
  const count = 12;

  it('are rejected by their total size in Multus state and in doctor', async () => {
    const delegates = Array.from({ length: count }, (_, index) => ({
      Bytes: base64({ cniVersion: '0.4.0', name: `n${index}`, type: 'bridge', x: half }),
    }));
    await writeFile(at('c1'), JSON.stringify(delegates));
    await expect(multusState(dir.path).read(del)).rejects.toThrow('too large together');
    for (let index = 0; index < count; index++)
      await writeFile(at(`journal/c${index}@eth0.json`), encodeRecord(recordWith(half, `c${index}`)));
    const { records, unreadable } = await readJournal(dir.path);
    expect(records.length).toBeLessThan(count);
    expect(unreadable[0]?.problem).toContain('too large together');
  });

  it('are read from cached results of Multus only up to a limit', async () => {
    const delegates = Array.from({ length: count }, (_, index) => ({
      Bytes: base64({ cniVersion: '0.4.0', name: `n${index}`, type: 'bridge' }),
      ifnameRequest: 'net1',
    }));
    await writeFile(at('c1'), JSON.stringify(delegates));
    for (let index = 0; index < count; index++)
      await writeFile(at(`results/n${index}-c1-net1`), JSON.stringify({ result: { x: half } }));
    const states = (await multusState(dir.path).read(del))?.attachments.map(({ state }) => state);
    expect(states).toHaveLength(count);
    expect(new Set(states)).toEqual(new Set(['attached', 'detaching']));
  });
});
