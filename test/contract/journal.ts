import { expect, it } from 'vitest';
import type { Journal } from '../../src/journal/index.ts';
import { sampleRecord } from '../support/sample-record.ts';

/** The requirements for every journal. */
export function testJournal(makeJournal: () => Journal): void {
  const key = { containerId: 'c1', ifName: 'eth0' };

  it('is empty at first', async () => {
    const journal = makeJournal();
    expect(await journal.read(key)).toBeUndefined();
    expect(await journal.wasSetAside(key)).toBe(false);
    expect(await journal.list((record) => record)).toEqual({ found: [], damaged: [] });
    await journal.remove(key);
  });

  it('returns what was written, numbers included (CNI-42)', async () => {
    const journal = makeJournal();
    await journal.write(sampleRecord());
    const read = await journal.read(key);
    expect(read).toEqual(sampleRecord());
    expect(JSON.stringify(read)).toContain('12345678901234567890');
  });

  it('shows a begun record before it is on disk, then the complete one', async () => {
    const journal = makeJournal();
    await journal.markUndone(key);
    const { onDisk } = await journal.begin(sampleRecord());
    expect(await journal.read(key)).toMatchObject({ complete: false });
    expect(await journal.wasUndone(key)).toBe(false);
    await onDisk;
    await journal.complete(sampleRecord({ complete: true }));
    expect(await journal.read(key)).toMatchObject({ complete: true });
  });

  it('remembers undone attachments until they are attached again', async () => {
    const journal = makeJournal();
    const other = { containerId: 'c2', ifName: 'eth0' };
    expect(await journal.wasUndone(key)).toBe(false);
    await journal.write(sampleRecord());
    await journal.remove(key);
    await journal.markUndone(other);
    expect([
      await journal.wasUndone(key),
      await journal.wasUndone(other),
      await journal.wasUndone({ ...key, ifName: 'eth1' }),
    ]).toEqual([true, true, false]);
    await journal.write(sampleRecord());
    expect([await journal.wasUndone(key), await journal.wasUndone(other)]).toEqual([false, true]);
    expect((await journal.list((record) => record)).found).toHaveLength(1);
  });

  it('keeps the last of several writes', async () => {
    const journal = makeJournal();
    await journal.write(sampleRecord());
    await journal.write(sampleRecord({ complete: true }));
    expect(await journal.read(key)).toMatchObject({ complete: true });
    expect((await journal.list((record) => record)).found).toHaveLength(1);
  });

  it('separates interfaces of one sandbox, and sandboxes', async () => {
    const journal = makeJournal();
    const keys = [
      'c1/eth0',
      'c1/eth1',
      'c2/eth0',
      'c1/e%2F0',
      'c1/é',
      `${'x'.repeat(300)}/eth0`,
      `${'x'.repeat(300)}/eth1`,
    ].map((each) => {
      const [containerId = '', ifName = ''] = each.split('/');
      return { containerId, ifName };
    });
    for (const each of keys) await journal.write(sampleRecord(each));
    for (const each of keys) expect(await journal.read(each)).toMatchObject(each);
    expect((await journal.list((record) => record)).found).toHaveLength(keys.length);
    await journal.remove(key);
    expect(await journal.read(key)).toBeUndefined();
    expect((await journal.list((record) => record)).found).toHaveLength(keys.length - 1);
  });

  it('removes a record, and accepts a second removal', async () => {
    const journal = makeJournal();
    await journal.write(sampleRecord());
    await journal.remove(key);
    await journal.remove(key);
    expect(await journal.list((record) => record)).toEqual({ found: [], damaged: [] });
  });
}
