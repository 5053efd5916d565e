import { colourOf, styleText } from './svg-style.ts';
import { element, escaped, label, shortened } from './svg-element.ts';
import type { TopologyNetwork } from './topology-model.ts';
import type { Mark, Picture, PictureBand, PictureDot, PictureRow } from './topology-picture.ts';

const margin = 24;
const headTop = 72;
const bandHead = 26;
const lineHeight = 14;
const monoWidth = 6.7;
const textWidth = 7;
const mostNameLetters = 36;
const mostAddressLetters = 40;

interface Layout {
  /** Left edge of the lanes. */
  readonly left: number;
  readonly lanes: readonly Lane[];
  readonly width: number;
  /** Top edge of the first band. */
  readonly top: number;
}
interface Lane {
  readonly network: TopologyNetwork;
  readonly x: number;
  readonly width: number;
  readonly colour: number;
}

/**
 * Draws networks as lanes from top to bottom, pods as rows across them, and a mark for each attachment. Works on light
 * and dark backgrounds.
 */
export function topologySvg(picture: Picture): string {
  const layout = layoutOf(picture);
  const bands: string[] = [];
  let y = layout.top;
  for (const band of picture.bands) {
    const drawn = drawBand(band, layout, y);
    bands.push(drawn.text);
    y = drawn.bottom + 10;
  }
  const bottom = y;
  const legend = drawLegend(picture, bottom + 8);
  const height = bottom + 8 + legend.height + margin;
  const size = { width: Math.round(layout.width), height: Math.round(height) };
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${size.width} ${size.height}`,
      ...size,
      role: 'img',
      'aria-labelledby': 'plexus-title plexus-desc',
    },
    [
      element('title', { id: 'plexus-title' }, ['Networks and pods']),
      element('desc', { id: 'plexus-desc' }, [escaped(descriptionOf(picture))]),
      element('style', {}, [styleText.replaceAll('&', '&amp;').replaceAll('<', '&lt;')]),
      element('rect', { class: 'paper', ...size }),
      label('Networks and pods', { x: margin, y: margin + 16, class: 'ink big' }),
      label(summaryOf(picture), { x: margin, y: margin + 36, class: 'dim' }),
      ...bands,
      ...layout.lanes.map((lane) => drawLane(lane, bottom - 10)),
      ...picture.bands.flatMap((_, index) => rowsOf(picture, layout, index)),
      legend.text,
    ],
  );
}

const some = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
const summaryOf = ({ pods, networks, problems, grouped }: Picture): string =>
  `${some(pods, 'pod')} in ${some(networks.length, 'network')}, ${problems === 0 ? 'no problems' : some(problems, 'problem')}${grouped ? '; pods of one workload in one row' : ''}`;

function descriptionOf(picture: Picture): string {
  const networks = picture.networks.map(({ name, pods }) => `${name} (${some(pods, 'pod')})`).join(', ');
  const wrong = picture.bands.flatMap(({ rows }) =>
    rows.filter((row) => [...row.dots.values()].flat().some(({ mark }) => mark !== 'attached')),
  );
  const names = wrong.slice(0, 20).map(({ namespace, name }) => `${namespace}/${name}`);
  return `${summaryOf(picture)}. Networks: ${networks || 'none'}.${names.length === 0 ? '' : ` Pods with problems: ${names.join(', ')}${wrong.length > 20 ? ' and others' : ''}.`}`;
}

function layoutOf({ networks, bands }: Picture): Layout {
  const rows = bands.flatMap((band) => band.rows);
  const letters = Math.max(18, ...rows.map((row) => Math.min(mostNameLetters, `${row.name} ${countOf(row)}`.length)));
  const left = margin + 16 + letters * textWidth;
  let x = left + 24;
  const lanes = networks.map((network, index): Lane => {
    const texts = rows.flatMap((row) =>
      (row.dots.get(network.name) ?? []).flatMap(({ above, below }) => [above, ...below]),
    );
    const widest = texts.reduce((most, text) => Math.max(most, Math.min(text.length, mostAddressLetters)), 0);
    const width = Math.max(150, widest * monoWidth + 40, Math.min(28, network.name.length) * textWidth + 34);
    const lane = { network, x, width, colour: colourOf(index) };
    x += width;
    return lane;
  });
  const lines = networks.reduce((most, network) => Math.max(most, factsOf(network).length), 0);
  return { left, lanes, width: Math.max(x, 640) + margin, top: headTop + 28 + lines * 15 };
}

const countOf = ({ pods, nodes }: PictureRow): string => (pods === 1 ? '' : `×${pods} on ${some(nodes, 'node')}`);

const rowHeight = (row: PictureRow): number => {
  const lines = [...row.dots.values()].map(
    (dots) => dots.reduce((sum, { below }) => sum + below.length, 0) + (dots.length - 1),
  );
  return 36 + Math.max(1, ...lines) * lineHeight;
};

const bandHeight = ({ rows }: PictureBand): number => bandHead + rows.reduce((sum, row) => sum + rowHeight(row), 0);

function drawBand(band: PictureBand, { width }: Layout, y: number): { readonly text: string; readonly bottom: number } {
  const height = bandHeight(band);
  const rect = element('rect', { class: 'band', x: margin - 8, y, width: width - 2 * (margin - 8), height, rx: 8 });
  return { text: rect + label(band.name, { x: margin + 4, y: y + 18, class: 'dim small strong' }), bottom: y + height };
}

const kindWords: Readonly<Record<TopologyNetwork['kind'], string>> = {
  definition: '',
  node: 'of the nodes',
  missing: 'does not exist',
  unknown: 'not readable',
};

/** The lines under a network's name. */
function factsOf({ name, kind, types, subnets, pods }: TopologyNetwork): readonly string[] {
  const namespace = name.includes('/') ? name.slice(0, name.indexOf('/')) : '';
  const first = [namespace, kindWords[kind]].filter((text) => text !== '').join(', ');
  const [subnet, ...more] = subnets;
  const range = subnet === undefined ? '' : `${subnet}${more.length === 0 ? '' : ` and ${more.length} more`}`;
  return [first, types.join(' + '), range, some(pods, 'pod')].filter((text) => text !== '');
}

function drawLane({ network, x, width, colour }: Lane, bottom: number): string {
  const name = network.name.slice(network.name.indexOf('/') + 1);
  const dash = network.kind === 'missing' ? { 'stroke-dasharray': '5 5' } : {};
  return [
    element('line', {
      class: `s${colour}`,
      x1: x,
      y1: headTop + 12,
      x2: x,
      y2: bottom,
      'stroke-width': 3,
      'stroke-linecap': 'round',
      ...dash,
    }),
    element('rect', { class: `f${colour}`, x: x - 6, y: headTop, width: 12, height: 12, rx: 3 }),
    label(name, { x: x + 14, y: headTop + 11, class: 'ink strong' }, Math.floor((width - 30) / textWidth)),
    ...factsOf(network).map((text, line) =>
      label(text, { x: x + 14, y: headTop + 27 + line * 15, class: 'dim small' }, Math.floor((width - 22) / 6)),
    ),
  ].join('');
}

function rowsOf({ bands }: Picture, layout: Layout, index: number): readonly string[] {
  let y = layout.top + bands.slice(0, index).reduce((sum, band) => sum + bandHeight(band) + 10, 0) + bandHead;
  return (bands[index]?.rows ?? []).map((row) => {
    const text = drawRow(row, layout, y);
    y += rowHeight(row);
    return text;
  });
}

function drawRow(row: PictureRow, { left, lanes }: Layout, top: number): string {
  const y = top + 18;
  const met = lanes.filter(({ network }) => row.dots.has(network.name));
  const last = met.at(-1)?.x ?? left;
  return element('g', {}, [
    label(
      `${row.name}${row.pods === 1 ? '' : ` ${countOf(row)}`}`,
      { x: margin + 4, y: y + 4, class: 'ink strong' },
      mostNameLetters,
    ),
    label(row.namespace, { x: margin + 4, y: y + 19, class: 'dim small' }, mostNameLetters),
    element('line', { class: 'wire', x1: left, y1: y, x2: last, y2: y, 'stroke-width': 1.2 }),
    ...met.flatMap((lane) => drawDots(row.dots.get(lane.network.name) ?? [], lane, y)),
  ]);
}

/**
 * Draws the interface above the line and its addresses below; additional interfaces of the same pod in the same network
 * follow below.
 */
function drawDots(dots: readonly PictureDot[], { x, colour, network }: Lane, top: number): readonly string[] {
  let y = top;
  return dots.map(({ mark, above, below }, index) => {
    const tone = mark === 'attached' || mark === 'waiting' ? 'ink' : 'bad strong';
    const from = index === 0 ? y + lineHeight : y;
    const name = index === 0 ? label(above, { x: x + 11, y: y - 5, class: 'dim mono onband' }) : '';
    const lines = [...(index === 0 ? [] : [above]), ...below].map((text, line) =>
      label(text, { x: x + 11, y: from + line * lineHeight, class: `${tone} mono onband` }, mostAddressLetters),
    );
    const tip = `${network.name} ${above} ${below.join(' ')}`.trim();
    const drawn = element('g', {}, [
      element('title', {}, [escaped(shortened(tip, 200))]),
      shapeOf(mark, { x, y, colour }),
      name,
      ...lines,
    ]);
    y += (below.length + 1) * lineHeight;
    return drawn;
  });
}

/** Each mark has its own shape, so that no information depends on colour alone. */
function shapeOf(
  mark: Mark,
  { x, y, colour }: { readonly x: number; readonly y: number; readonly colour: number },
): string {
  switch (mark) {
    case 'attached':
      return element('circle', { class: `f${colour} edge`, cx: x, cy: y, r: 6, 'stroke-width': 2 });
    case 'waiting':
      return element('circle', { class: 'pale', cx: x, cy: y, r: 5, 'stroke-width': 2, 'stroke-dasharray': '3 2' });
    case 'unasked':
      return element('rect', { class: 'mark', x: x - 5, y: y - 5, width: 10, height: 10, 'stroke-width': 2 });
    case 'missing':
      return element('path', {
        class: 'mark',
        d: `M${x - 6} ${y - 6}L${x + 6} ${y + 6}M${x + 6} ${y - 6}L${x - 6} ${y + 6}`,
        'stroke-width': 3,
      });
    case 'clash':
      return element('path', {
        class: 'bad edge',
        d: `M${x} ${y - 9}L${x + 9} ${y + 7}L${x - 9} ${y + 7}Z`,
        'stroke-width': 2,
        'stroke-linejoin': 'round',
      });
  }
}

const legendTexts: readonly (readonly [Mark, string])[] = [
  ['attached', 'attached'],
  ['clash', 'address or MAC that another pod has too'],
  ['missing', 'requested, not attached'],
  ['waiting', 'waiting: the pod has not started'],
  ['unasked', 'attached, not requested'],
];

function drawLegend({ unused, bands }: Picture, y: number): { readonly text: string; readonly height: number } {
  const used = new Set(
    bands.flatMap(({ rows }) => rows.flatMap(({ dots }) => [...dots.values()].flat().map(({ mark }) => mark))),
  );
  let x = margin;
  const entries = legendTexts
    .filter(([mark]) => used.has(mark))
    .map(([mark, text]) => {
      const drawn =
        shapeOf(mark, { x: x + 6, y: y + 10, colour: 0 }) + label(text, { x: x + 20, y: y + 14, class: 'dim' });
      x += 44 + text.length * 6.4;
      return drawn;
    });
  const rest =
    unused.length === 0
      ? ''
      : label(`Networks without pods: ${unused.join(', ')}`, { x: margin, y: y + 40, class: 'dim' }, 120);
  return { text: [...entries, rest].join(''), height: rest === '' ? 20 : 46 };
}
