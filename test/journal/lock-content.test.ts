import { describe, expect, it } from 'vitest';
import { type LockContent, briefLock, briefLockFrom, lockFrom, lockText } from '../../src/journal/lock-content.ts';

const bootId = 'd1f4b1ce-7c56-4b0e-9e55-0d7b0a7f3c11';
const lock: LockContent = {
  pid: 4194304,
  startTime: '99999999999',
  bootId,
  pidNamespace: 'pid:[4026532999]',
  command: 'DEL',
  nonce: '0b1c2d3e-aaaa-bbbb',
};

describe('a brief lock', () => {
  it.each([
    { lock },
    { lock: { ...lock, command: 'reclaim', beacon: '.alive-0a1b2c3d' } },
    { lock: { ...lock, pid: 1, owner: 'daemon' } },
    { lock: { ...lock, command: 'forget', owner: 'daemon' } },
  ])('says the same as a lock ($lock.command $lock.owner), in what ext4 keeps without a block', (row) => {
    const { text, content } = briefLock(row.lock);
    expect(content).toEqual({ ...row.lock, nonce: '0b1c2d3e' });
    expect(briefLockFrom(text, bootId)).toEqual(content);
    expect(text.length).toBeLessThan(60);
  });
  it('of an earlier boot is of another boot', () => {
    expect(briefLockFrom(briefLock(lock).text, 'another').bootId).toBe('d1f4b1ce');
  });
  it.each(['', 'x', '../somewhere', '1 2 3', '/etc/passwd', '! ! ! ! ! !'])(
    'that nobody of ours made (%j) is one of a process that is gone',
    (text) => {
      expect(briefLockFrom(text, bootId)).toMatchObject({ bootId: 'damaged' });
      expect(lockFrom(text)).toMatchObject({ bootId: 'damaged' });
    },
  );
  it('and a lock file says what was put in', () => expect(lockFrom(lockText(lock))).toEqual(lock));
});
