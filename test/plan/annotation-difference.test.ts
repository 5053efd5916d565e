import { array, assert, constantFrom, option, property, record as recordOf, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSelections } from '../../src/npwg/index.ts';
import {
  type AnnotationDifference,
  type SandboxRecord,
  annotationDifference,
  inAnnotationOrder,
  makePlan,
  newRecord,
  withRecordedNames,
} from '../../src/plan/index.ts';
import { able, inputsFor } from './planned.ts';

const nads = { 'shop/a': able, 'shop/b': able, 'shop/c': able };
type Networks = string | readonly object[];
const textOf = (networks: Networks): string => (typeof networks === 'string' ? networks : JSON.stringify(networks));
const selectionsOf = (networks: Networks) => parseSelections(textOf(networks), 'shop').selections;

/** The record of a live sandbox that was attached with this annotation. */
function live(networks: Networks): SandboxRecord {
  const { call, pod } = inputsFor();
  const record = newRecord(
    makePlan(inputsFor({ networks: textOf(networks), nads })),
    call,
    pod,
    '2026-01-01T00:00:00Z',
  );
  const attachments = record.attachments.map(
    ({ attachment }) => ({ state: 'attached', attachment, result: {} }) as const,
  );
  return { ...record, complete: true, attachments };
}
const difference = (before: Networks, now: Networks): AnnotationDifference =>
  annotationDifference(selectionsOf(now), live(before));
/** "keep a net1", "swap a net1 by b", "plug b", "unplug a net1". */
const inWords = ({ kept, plugs, unplugs }: AnnotationDifference): readonly string[] => [
  ...kept.map(({ entry, selection }) => `keep ${selection.nad.name} ${entry.attachment.interfaceName}`),
  ...plugs.map(({ selection, replaces }) =>
    replaces === undefined
      ? `plug ${selection.nad.name}`
      : `swap ${replaces.attachment.interfaceName} to ${selection.nad.name}`,
  ),
  ...unplugs.map(({ attachment }) => `unplug ${attachment.interfaceName}`),
];
const changes = (before: Networks, now: Networks): readonly string[] => inWords(difference(before, now));

describe('the difference between an annotation and a live sandbox', () => {
  it.each<[string, Networks, Networks, readonly string[]]>([
    ['keeps everything if the annotation is the same', 'a,b@x', 'a,b@x', ['keep a net1', 'keep b x']],
    ['plugs an added network', 'a', 'a,b', ['keep a net1', 'plug b']],
    ['unplugs a removed network', 'a,b', 'b', ['keep b net2', 'unplug net1']],
    ['unplugs every network if the list is empty', 'a,b', '[]', ['unplug net1', 'unplug net2']],
    ['changes nothing if the order changes', 'a,b@x,c', 'c,b@x,a', ['keep c net3', 'keep b x', 'keep a net1']],
    ['swaps the network of a named interface', 'a@x', 'b@x', ['swap x to b']],
    [
      'keeps the recorded name of an unnamed element whose requests change',
      'a',
      [{ name: 'a', mac: '02:00:00:00:00:01' }],
      ['swap net1 to a'],
    ],
    [
      'swaps an element whose requests change',
      [{ name: 'a', interface: 'x', ips: ['10.0.0.1/24'] }],
      [{ name: 'a', interface: 'x', ips: ['10.0.0.2/24'] }],
      ['swap x to a'],
    ],
    ['attaches the same network twice', 'a', 'a,a', ['keep a net1', 'plug a']],
    ['unplugs one of two equal unnamed elements', 'a,a', 'a', ['keep a net1', 'unplug net2']],
    [
      'recognizes reordered elements of one network by their requests',
      [{ name: 'a' }, { name: 'a', mac: '02:00:00:00:00:01' }],
      [{ name: 'a', mac: '02:00:00:00:00:01' }, { name: 'a' }],
      ['keep a net2', 'keep a net1'],
    ],
    ['moves a network to another interface name', 'a@x', 'a@y', ['plug a', 'unplug x']],
    ['keeps an element that now names the interface it has', 'a', 'a@net1', ['keep a net1']],
    ['keeps an element that no longer names its interface', 'a@x', 'a', ['keep a x']],
    ['gives a named interface to the element that names it', 'a@x', 'a,b@x', ['plug a', 'swap x to b']],
    [
      'ignores the order of keys in cni-args',
      [{ name: 'a', 'cni-args': { k: 1, l: { m: 2, n: 3 } } }],
      [{ 'cni-args': { l: { n: 3, m: 2 }, k: 1 }, name: 'a' }],
      ['keep a net1'],
    ],
    [
      'recognizes ordinal and hashed names of KubeVirt',
      [
        { name: 'a', interface: 'net1' },
        { name: 'b', interface: 'podb1a2c3d4e5f' },
      ],
      [
        { name: 'b', interface: 'podb1a2c3d4e5f' },
        { name: 'a', interface: 'net1' },
        { name: 'c', interface: 'pod00112233445' },
      ],
      ['keep b podb1a2c3d4e5f', 'keep a net1', 'plug c'],
    ],
    [
      'recognizes an unnamed element of a KubeVirt binding plugin by its logic network name',
      [
        { name: 'a', 'cni-args': { logicNetworkName: 'one' } },
        { name: 'a', 'cni-args': { logicNetworkName: 'two' } },
      ],
      [{ name: 'a', 'cni-args': { logicNetworkName: 'two' } }],
      ['keep a net2', 'unplug net1'],
    ],
  ])('%s', (_title, before, now, expected) => {
    expect(changes(before, now)).toEqual(expected);
  });

  it('ignores the default network and networks without a recorded selection', () => {
    const record = live('a');
    const attachments = record.attachments.map((entry) => {
      const { selection: _unknown, ...attachment } = entry.attachment;
      return { ...entry, attachment };
    });
    expect(inWords(annotationDifference([], { ...record, attachments }))).toEqual([]);
    expect(inWords(annotationDifference([], live('')))).toEqual([]);
  });

  it('attaches an interrupted attachment again and ignores an abandoned one', () => {
    const record = live('a,b');
    const attachments = record.attachments.map((entry) => {
      const broken = { state: 'detaching', attachment: entry.attachment, attempts: 1, lastError: 'busy' } as const;
      if (entry.attachment.interfaceName === 'net1') return broken;
      return entry.attachment.interfaceName === 'net2' ? { ...broken, abandonedAt: '2026-01-01T00:00:00Z' } : entry;
    });
    expect(inWords(annotationDifference(selectionsOf('a,b'), { ...record, attachments }))).toEqual([
      'swap net1 to a',
      'plug b',
    ]);
  });

  it('gives a plan of the same annotation the interface names of the running pod', () => {
    const record = live('b,a');
    const after = {
      ...record,
      attachments: record.attachments.filter(({ attachment }) => attachment.network !== 'shop/b'),
    };
    const { attachments } = makePlan(inputsFor({ networks: 'a,c', nads }));
    expect(
      withRecordedNames(attachments, after).map(({ interfaceName, network }) => `${interfaceName} ${network}`),
    ).toEqual(['eth0 cluster-net', 'net2 shop/a', 'net3 shop/c']);
  });

  it('orders the attachments as the annotation does, after those of the node', () => {
    const order = inAnnotationOrder(live('a,b@x,c'), selectionsOf('c,a,b@x'));
    expect(order.map(({ attachment }) => attachment.interfaceName)).toEqual(['eth0', 'net3', 'net1', 'x']);
  });
});

describe('the difference between any two annotations', () => {
  const element = recordOf(
    {
      name: constantFrom('a', 'b', 'c'),
      interface: option(constantFrom('x', 'y', 'net1', 'net2'), { nil: undefined }),
      mac: option(constantFrom('02:00:00:00:00:01', '02:00:00:00:00:02'), { nil: undefined }),
    },
    { requiredKeys: ['name'] },
  );
  const annotation = array(element, { maxLength: 5 }).filter((list) => {
    const names = list.flatMap((each) => each.interface ?? []);
    return new Set(names).size === names.length;
  });
  const json = (list: readonly object[]): string => JSON.stringify(list);

  it('gives every selection and every attachment exactly one part in it', () => {
    assert(
      property(annotation, annotation, (before, now) => {
        const { kept, plugs, unplugs } = difference(json(before), json(now));
        expect([...kept, ...plugs].map(({ position }) => position).toSorted((one, other) => one - other)).toEqual(
          now.map((_, index) => index + 1),
        );
        const entries = [
          ...kept.map(({ entry }) => entry),
          ...plugs.flatMap(({ replaces }) => replaces ?? []),
          ...unplugs,
        ];
        expect(new Set(entries).size).toBe(entries.length);
        expect(entries.length).toBe(before.length);
      }),
    );
  });
  it('changes nothing if the annotation is the same or only reordered', () => {
    assert(
      property(annotation, (list) => {
        for (const now of [list, list.toReversed()]) {
          const { plugs, unplugs } = difference(json(list), json(now));
          expect([plugs, unplugs]).toEqual([[], []]);
        }
      }),
    );
  });
  it('never leaves two selections with the same attachment or a named interface to another selection', () => {
    assert(
      property(
        annotation,
        uniqueArray(element, { maxLength: 4, selector: (each) => each.interface ?? Symbol('unnamed') }),
        (before, now) => {
          const { kept, plugs } = difference(json(before), json(now));
          for (const { entry, selection } of kept)
            expect(selection.interfaceName ?? entry.attachment.interfaceName).toBe(entry.attachment.interfaceName);
          for (const { selection, replaces } of plugs)
            if (replaces !== undefined && selection.interfaceName !== undefined)
              expect(replaces.attachment.interfaceName).toBe(selection.interfaceName);
        },
      ),
    );
  });
});
