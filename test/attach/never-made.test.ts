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

describe('deciding whether an attachment whose DEL fails was never made', () => {
  it.each<{ title: string; change: Partial<NeverMadeEvidence>; is: boolean }>([
    { title: 'the same error at ADD and DEL, no link, no address', change: {}, is: true },
    { title: 'no plugin rejected its ADD', change: { failedAdd: undefined }, is: false },
    { title: 'DEL fails with another message', change: { ends: [refusal('busy')] }, is: false },
    { title: 'DEL fails with another code', change: { ends: [refusal('no such master', 11)] }, is: false },
    {
      title: 'DEL was killed',
      change: { ends: [{ exitCode: -1, stdout: '{"code":999,"msg":"no such master"}' }] },
      is: false,
    },
    { title: 'the end of DEL is unknown', change: { ends: [undefined] }, is: false },
    { title: 'DEL did not reach the plugin', change: { ends: [] }, is: false },
    { title: 'its link exists', change: { link: 'present' }, is: false },
    { title: 'it is unknown whether its link exists', change: { link: 'unknown' }, is: false },
    { title: 'it is unknown whether it has an address', change: { address: 'unknown' }, is: false },
    {
      title: 'the second plugin rejected it, and the first one is undone',
      change: { failedAdd: { plugin: 1, answer: '999: no such master' }, ends: [undone, refusal('no such master')] },
      is: true,
    },
    {
      title: 'the second plugin rejected it, and the first one cannot be undone',
      change: {
        failedAdd: { plugin: 1, answer: '999: no such master' },
        ends: [refusal('busy'), refusal('no such master')],
      },
      is: false,
    },
    {
      title: 'a later plugin, which never ran at ADD, fails at DEL',
      change: { ends: [refusal('no such master'), refusal('what pod?')] },
      is: true,
    },
  ])('returns $is if $title', ({ change, is }) => {
    expect(isNeverMade({ ...evidence, ...change })).toBe(is);
  });

  it('requires the same error twice, all earlier plugins undone, no link and no address, for any evidence', () => {
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
    { title: 'a CNI error object', ends: [undone, refusal('no', 7)], answer: '7: no' },
    { title: 'a signal', ends: [{ exitCode: -1, stdout: '{"code":7,"msg":"no"}' }], answer: undefined },
    { title: 'a crash', ends: [{ exitCode: 2, stdout: '' }], answer: undefined },
    { title: 'a success followed by other output', ends: [{ exitCode: 0, stdout: '{}' }], answer: undefined },
    { title: 'an unknown end', ends: [undefined], answer: undefined },
    { title: 'no plugin run', ends: [], answer: undefined },
  ])('recognizes an ADD that ended in $title', ({ ends, answer }) => {
    expect(failedAddOf(ends)?.answer).toBe(answer);
  });
});
