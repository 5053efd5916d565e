import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dark, light } from '../../src/view/svg-style.ts';
import {
  type PictureOptions,
  pictureOf,
  topologyDot,
  topologyMermaid,
  topologyOf,
  topologySvg,
} from '../../src/view/index.ts';
import type { PodSummary } from '../../src/npwg/index.ts';
import { aNadObject, aPodSummary, entry, eth0 } from '../support/pod-summary.ts';
import { manyPods, sampleNads, samplePods } from '../support/sample-cluster.ts';

const picture = (
  pods: readonly PodSummary[],
  group: PictureOptions['group'] = 'auto',
  nads: readonly unknown[] = sampleNads,
) => pictureOf(topologyOf({ pods, nads, nadNamespaces: 'all' }), { group });
const rowsIn = (drawn: ReturnType<typeof picture>) =>
  drawn.bands.flatMap(({ name, rows }) => rows.map((row) => `${name}: ${row.name} ×${row.pods} on ${row.nodes}`));

const [red, green, blue] = [
  [0.4124, 0.3576, 0.1805],
  [0.2126, 0.7152, 0.0722],
  [0.0193, 0.1192, 0.9505],
] as const;
const product = (row: readonly number[], rgb: readonly number[]): number =>
  row.reduce((sum, factor, index) => sum + factor * (rgb[index] ?? 0), 0);
/** Converts the components of an sRGB colour to linear light. */
const linear = (colour: string): readonly number[] =>
  [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));

/** Simulates colour vision with one kind of cones missing (Machado and others, 2009). */
const eyes: Readonly<Record<string, readonly (readonly number[])[]>> = {
  'all cones': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** The difference of two colours (CIE 1976): 2 is barely visible, 100 is black and white. */
function difference(one: string, other: string, eye: readonly (readonly number[])[]): number {
  const lab = (colour: string): readonly number[] => {
    const rgb = eye.map((row) => Math.min(1, Math.max(0, product(row, linear(colour)))));
    const [x, y, z] = [product(red, rgb) / 0.95047, product(green, rgb), product(blue, rgb) / 1.08883].map((t) =>
      t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116,
    ) as [number, number, number];
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
  };
  const [a, b] = [lab(one), lab(other)];
  return Math.hypot(...a.map((value, index) => value - (b[index] ?? 0)));
}

/** The contrast of two colours (WCAG 2). */
function contrast(one: string, other: string): number {
  const luminance = (colour: string): number => product(green, linear(colour));
  const [low = 0, high = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

describe('the topology picture', () => {
  it('has a row for every pod by node, up to 60 pods', () => {
    expect(rowsIn(picture(samplePods)).slice(0, 2)).toEqual(['node n1: archive-0 ×1 on 1', 'node n1: db-0 ×1 on 1']);
    expect(picture(samplePods)).toMatchObject({ grouped: false, unused: [], pods: 10 });
    expect(picture([...samplePods].slice(0, 1))).toMatchObject({ unused: ['infra/backup', 'shop/cameras'] });
  });

  it('groups the pods of a workload beyond that, except pods with problems', () => {
    const drawn = picture([...manyPods(1000), ...samplePods]);
    expect(drawn).toMatchObject({ grouped: true, pods: 1010 });
    expect(rowsIn(drawn).length).toBeLessThan(80);
    expect(rowsIn(drawn)).toEqual(
      expect.arrayContaining(['namespace team-1: app-1 ×40 on 40', 'namespace shop: db-2 ×1 on 1']),
    );
    expect(rowsIn(picture(manyPods(80), 'never'))).toHaveLength(80);
  });
});

describe('as SVG', () => {
  it('describes its content in words, and has both colour schemes', () => {
    const svg = topologySvg(picture(samplePods));
    expect(/<desc[^>]*>([^<]*)/.exec(svg)?.[1]).toMatchInlineSnapshot(
      `"10 pods in 5 networks, 4 problems. Networks: cluster-net (9 pods), infra/backup (2 pods), shop/cameras (2 pods), shop/storage (4 pods), shop/storrage (1 pod). Pods with problems: shop/db-0, shop/viewer, shop/db-2, shop/late, shop/typo."`,
    );
    expect(svg).toContain('prefers-color-scheme:dark');
    for (const text of ['db-2', '10.30.0.2', 'also elsewhere', 'missing', 'requested, not attached'])
      expect(svg).toContain(text);
  });

  it.each([
    ['light', light],
    ['dark', dark],
  ])('%s: text and marks have enough contrast', (_, scheme) => {
    for (const paper of [scheme.paper, scheme.band]) {
      for (const colour of [scheme.ink, scheme.dim, scheme.bad])
        expect(contrast(colour, paper), `${colour} on ${paper}`).toBeGreaterThanOrEqual(4.5);
      for (const colour of [...scheme.networks, scheme.wire])
        expect(contrast(colour, paper), `${colour} on ${paper}`).toBeGreaterThanOrEqual(3);
    }
  });

  it.each([
    ['light', light],
    ['dark', dark],
  ])('%s: any two adjacent networks are distinguishable for everyone', (_, { networks }) => {
    for (const [name, eye] of Object.entries(eyes)) {
      for (const [index, one] of networks.entries()) {
        for (const other of networks.slice(index + 1))
          expect(difference(one, other, eye), `${one} and ${other}, ${name}`).toBeGreaterThan(19);
      }
    }
  });

  it('is well-formed whatever the names are, and no name becomes an element', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '</text><script>alert(1)</script>',
        '"><image href="x" onerror="alert(1)"/>',
        ']]>',
        '\u{0}&#x0;',
      ),
    );
    fc.assert(
      fc.property(text, text, text, (network, link, ip) => {
        const svg = topologySvg(picture([aPodSummary('p', { owner: ip, has: [entry(network, link, [ip])] })]));
        expect(svg).not.toMatch(/<(script|image|foreignObject)|\son\w+="/i);
        expect(
          [...svg.matchAll(/<(\w+)/g)].every(([, name = '']) =>
            ['svg', 'title', 'desc', 'style', 'rect', 'text', 'line', 'circle', 'path', 'g'].includes(name),
          ),
        ).toBe(true);
        expect(isWellFormed(svg)).toBe(true);
      }),
    );
  });
});

describe('for other programs', () => {
  const two = [
    aPodSummary('a"b', { has: [eth0('10.0.0.1'), entry('shop/x', 'net1', ['10.1.0.1'])], asks: 'x' }),
    aPodSummary('c', { asks: 'x', has: [eth0('10.0.0.2')] }),
  ];
  const nads = [aNadObject('x', { type: 'macvlan', master: 'eth1' })];

  it('is drawn as Mermaid', () => {
    expect(topologyMermaid(picture(two, 'never', nads))).toMatchInlineSnapshot(`
      "flowchart LR
        subgraph band0["node n1"]
          pod0["shop/a#quot;b"]
          pod1["shop/c"]
        end
        net0(["cluster-net"])
        net1(["shop/x, macvlan"])
        pod0 ---|"eth0 10.0.0.1"| net0
        pod0 ---|"net1 10.1.0.1"| net1
        pod1 ---|"eth0 10.0.0.2"| net0
        pod1 -.-|"not attached"| net1
      "
    `);
  });

  it('is drawn as Graphviz', () => {
    expect(topologyDot(picture(two, 'never', nads))).toMatchInlineSnapshot(`
      "graph plexus {
        rankdir=LR; node [fontname="sans-serif"]; edge [fontname="monospace", fontsize=10];
        "net cluster-net" [shape=ellipse, label="cluster-net"];
        "net shop/x" [shape=ellipse, label="shop/x macvlan"];
        subgraph cluster_0 {
          label="node n1";
          "pod0" [shape=box, label="shop/a\\"b"];
          "pod1" [shape=box, label="shop/c"];
        }
        "pod0" -- "net cluster-net" [label="eth0 10.0.0.1"];
        "pod0" -- "net shop/x" [label="net1 10.1.0.1"];
        "pod1" -- "net cluster-net" [label="eth0 10.0.0.2"];
        "pod1" -- "net shop/x" [label="not attached", style=dashed, color=red];
      }
      "
    `);
  });
});

/** Whether every element is closed by its own end tag, and all text is escaped. */
function isWellFormed(xml: string): boolean {
  const open: string[] = [];
  let rest = '';
  let after = 0;
  for (const { 0: whole, 1: end, 2: name = '', 3: alone, index } of xml.matchAll(
    /<(\/?)(\w+)(?:\s[\w:-]+="[^"<]*")*(\/?)>/g,
  )) {
    rest += xml.slice(after, index);
    after = index + whole.length;
    if (end !== '' && open.pop() !== name) return false;
    if (end === '' && alone === '') open.push(name);
  }
  return open.length === 0 && !/[<>]|&(?!amp;|lt;|gt;|quot;|#39;)/.test(rest + xml.slice(after));
}
