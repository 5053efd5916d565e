import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type NeverMadeEvidence,
  type PluginEnd,
  failedAddOf,
  isNeverMade,
} from '../../src/attach/sandbox/never-made.ts';

const refusal = (msg: string, code = 999): PluginEnd => ({ exitCode: 1, stdout: JSON.stringify({ code, msg }) });
const undone: PluginEnd = { exitCode: 0, stdout: '' };
const evidence: NeverMadeEvidence = {
  failedAdd: { plugin: 0, answer: '999: no such master' },
  ends: [refusal('no such master')],
  link: 'absent',
  address: 'none',
};

describe('whether an attachment whose DEL fails was never made', () => {
  it.each<{ title: string; change: Partial<NeverMadeEvidence>; is: boolean }>([
    { title: 'the same refusal, no link, no address', change: {}, is: true },
    { title: 'its ADD was not refused by a plugin', change: { failedAdd: undefined }, is: false },
    { title: 'DEL fails with another message', change: { ends: [refusal('busy')] }, is: false },
    { title: 'DEL fails with another code', change: { ends: [refusal('no such master', 11)] }, is: false },
    {
      title: 'DEL was killed',
      change: { ends: [{ exitCode: -1, stdout: '{"code":999,"msg":"no such master"}' }] },
      is: false,
    },
    { title: 'how DEL ended is unknown', change: { ends: [undefined] }, is: false },
    { title: 'its DEL was not reached', change: { ends: [] }, is: false },
    { title: 'its link exists', change: { link: 'present' }, is: false },
    { title: 'whether its link exists is unknown', change: { link: 'unknown' }, is: false },
    { title: 'whether it has an address is unknown', change: { address: 'unknown' }, is: false },
    {
      title: 'the second plugin refused, and the first one is undone',
      change: { failedAdd: { plugin: 1, answer: '999: no such master' }, ends: [undone, refusal('no such master')] },
      is: true,
    },
    {
      title: 'the second plugin refused, and the first one cannot be undone',
      change: {
        failedAdd: { plugin: 1, answer: '999: no such master' },
        ends: [refusal('busy'), refusal('no such master')],
      },
      is: false,
    },
    {
      title: 'a later plugin, which never ran, fails at DEL',
      change: { ends: [refusal('no such master'), refusal('what pod?')] },
      is: true,
    },
  ])('$title: $is', ({ change, is }) => {
    expect(isNeverMade({ ...evidence, ...change })).toBe(is);
  });

  it('any evidence: never without both refusals alike, all plugins before undone, no link and no address', () => {
    const ends = fc.array(
      fc.constantFrom<PluginEnd>(undone, undefined, refusal('a'), refusal('b'), { exitCode: -1, stdout: '' }),
      { maxLength: 4 },
    );
    const any = fc.record({
      failedAdd: fc.option(fc.record({ plugin: fc.nat(3), answer: fc.constantFrom('999: a', '999: b') }), {
        nil: undefined,
      }),
      ends,
      link: fc.constantFrom('present' as const, 'absent' as const, 'unknown' as const),
      address: fc.constantFrom('none' as const, 'unknown' as const),
    });
    fc.assert(
      fc.property(any, (each) => {
        if (!isNeverMade(each)) return;
        const { failedAdd, link, address } = each;
        const own = each.ends[failedAdd?.plugin ?? -1];
        expect([link, address, own?.exitCode]).toEqual(['absent', 'none', 1]);
        expect(failedAddOf(each.ends.slice(0, (failedAdd?.plugin ?? 0) + 1))).toEqual(failedAdd);
        expect(each.ends.slice(0, failedAdd?.plugin).every((end) => end?.exitCode === 0)).toBe(true);
      }),
    );
  });

  it.each<{ title: string; ends: readonly PluginEnd[]; answer: string | undefined }>([
    { title: 'an error object of CNI', ends: [undone, refusal('no', 7)], answer: '7: no' },
    { title: 'a signal', ends: [{ exitCode: -1, stdout: '{"code":7,"msg":"no"}' }], answer: undefined },
    { title: 'a crash', ends: [{ exitCode: 2, stdout: '' }], answer: undefined },
    { title: 'a success that what follows spoiled', ends: [{ exitCode: 0, stdout: '{}' }], answer: undefined },
    { title: 'an unknown end', ends: [undefined], answer: undefined },
    { title: 'nothing: no plugin ran', ends: [], answer: undefined },
  ])('an ADD that ended in $title', ({ ends, answer }) => {
    expect(failedAddOf(ends)?.answer).toBe(answer);
  });
});
