import { array, assert, boolean, integer, property, record as object } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupsOf, runGroup } from '../../src/attach/sandbox/groups.ts';
import type { Attachment } from '../../src/plan/index.ts';

const attachment = (more: Partial<Attachment>): Attachment => ({
  interfaceName: 'x',
  network: 'x',
  isDefault: false,
  configuration: {
    name: 'x',
    cniVersion: '1.0.0',
    plugins: [],
    isList: true,
  } as unknown as Attachment['configuration'],
  runtimeConfig: {},
  cniArgs: '',
  defaultRoute: { v4: { kind: 'unmanaged' }, v6: { kind: 'unmanaged' } },
  ...more,
});
const first = attachment({ isDefault: true });
const plain = attachment({});
const free = attachment({ concurrent: true });
const chained = attachment({ initialResult: {} });
const never = new AbortController().signal;

describe('the groups of concurrent attachments', () => {
  it.each([
    {
      title: 'NPWG-100: contain one attachment each by default',
      of: [first, plain, plain],
      concurrency: 1,
      groups: ['0', '1', '2'],
    },
    {
      title: 'have up to attachmentConcurrency members, except for the default network',
      of: [first, plain, plain, plain],
      concurrency: 2,
      groups: ['0', '1,2,3 by 2'],
    },
    {
      title: 'contain neighbours whose NADs all allow concurrency',
      of: [first, free, free, plain, free],
      concurrency: 1,
      groups: ['0', '1,2 by 8', '3', '4'],
    },
    {
      title: 'contain the default network alone, even if its NAD allows concurrency',
      of: [attachment({ isDefault: true, concurrent: true }), free],
      concurrency: 1,
      groups: ['0', '1'],
    },
    {
      title: 'end with the auxiliary chain, alone',
      of: [first, plain, plain, chained],
      concurrency: 4,
      groups: ['0', '1,2 by 4', '3'],
    },
  ])('$title', ({ of, concurrency, groups }) => {
    const text = ({ indexes, atMost }: { indexes: readonly number[]; atMost: number }) =>
      `${indexes.join(',')}${indexes.length > 1 ? ` by ${atMost}` : ''}`;
    expect(groupsOf(of, concurrency).map(text)).toEqual(groups);
  });
  it('puts every attachment in one group, in order', () => {
    assert(
      property(
        array(object({ concurrent: boolean(), chained: boolean() })),
        integer({ min: 1, max: 8 }),
        (list, concurrency) => {
          const of = [
            first,
            ...list.map((each) =>
              attachment({ ...(each.concurrent && { concurrent: true }), ...(each.chained && { initialResult: {} }) }),
            ),
          ];
          const groups = groupsOf(of, concurrency);
          expect(groups.flatMap(({ indexes }) => indexes)).toEqual(of.map((_, index) => index));
          expect(groups[0]?.indexes).toEqual([0]);
        },
      ),
    );
  });
});

describe('running a group', () => {
  it('starts members in order and never more at a time than the group allows', async () => {
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    await runGroup(
      { indexes: [3, 4, 5, 6, 7], atMost: 2 },
      async (index) => {
        begun.push(index);
        most = Math.max(most, ++running);
        await Promise.resolve();
        running--;
      },
      never,
    );
    expect([begun, most]).toEqual([[3, 4, 5, 6, 7], 2]);
  });
  it('NPWG-96: stops the others after the first failure, starts no more, and throws that failure', async () => {
    const begun: number[] = [];
    const work = async (index: number, signal: AbortSignal): Promise<void> => {
      begun.push(index);
      if (index === 1) throw new Error('the first');
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
    };
    await expect(runGroup({ indexes: [0, 1, 2, 3], atMost: 2 }, work, never)).rejects.toThrow('the first');
    expect(begun).toEqual([0, 1]);
  });
});
