import { describe, expect, it } from 'vitest';
import { judge } from './flat.ts';
import { type Sample, type SeriesName, seriesNames } from './sample.ts';

const cycles = 1000;
const samplesOf = (name: SeriesName, valueAt: (cycle: number) => number): readonly Sample[] =>
  Array.from({ length: 20 }, (_, index) => {
    const cycle = (index + 1) * 50;
    const steady = Object.fromEntries(seriesNames.map((each) => [each, 10])) as Record<SeriesName, number>;
    return { ...steady, cycle, life: 1, [name]: valueAt(cycle) };
  });
const notFlat = (samples: readonly Sample[]): readonly string[] =>
  judge(samples, cycles).flatMap(({ name, isFlat }) => (isFlat ? [] : [name]));

describe('judging a series', () => {
  it.each<[what: string, name: SeriesName, valueAt: (cycle: number) => number, wanted: readonly string[]]>([
    ['that does not move is flat', 'daemonMemory', () => 110, []],
    ['that is restless is flat', 'daemonHeap', (cycle) => 30 + (cycle % 100) / 5, []],
    ['with one high sample at its end is flat', 'files', (cycle) => (cycle === 1000 ? 100 : 1), []],
    ['that grows before the daemon is left alone is flat', 'daemonMemory', (cycle) => Math.min(cycle, 700), []],
    [
      'that grows by a third in the last quarter is not',
      'daemonMemory',
      (cycle) => 200 + Math.max(0, cycle - 750) / 2,
      ['daemonMemory'],
    ],
    [
      'of descriptors, one more every 5 cycles of the last process, is not',
      'daemonDescriptors',
      (cycle) => 30 + Math.max(0, cycle - 700) / 5,
      ['daemonDescriptors'],
    ],
    ['that was not measured is not', 'leases', () => Number.NaN, ['leases']],
  ])('%s', (_what, name, valueAt, wanted) => expect(notFlat(samplesOf(name, valueAt))).toEqual(wanted));
});
