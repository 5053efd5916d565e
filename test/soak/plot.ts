import { type Sample, type SeriesName, series } from './sample.ts';

interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly SeriesName[];
}
const panels: readonly Panel[] = [
  { title: 'Memory', unit: 'MiB', lines: ['daemonMemory', 'daemonHeap', 'agentMemory'] },
  { title: 'Open file descriptors', unit: 'number', lines: ['daemonDescriptors', 'agentDescriptors'] },
  { title: 'Threads and processes', unit: 'number', lines: ['daemonThreads', 'processes'] },
  { title: 'What pods leave on the node', unit: 'number', lines: ['files', 'leases', 'interfaces', 'rules'] },
];

const size = { width: 800, panelWidth: 400, panelHeight: 250, top: 44 };
// A panel's drawing area, relative to the panel.
const area = { left: 52, top: 62, width: 330, height: 142 };

/** Draws small multiples of the series as SVG, for light and dark backgrounds. */
export function plot(samples: readonly Sample[], heading: string): string {
  const height = size.top + Math.ceil(panels.length / 2) * size.panelHeight;
  const cells = panels.map((panel, index) => {
    const place = `translate(${(index % 2) * size.panelWidth} ${size.top + Math.floor(index / 2) * size.panelHeight})`;
    return `<g transform="${place}">\n${drawn(panel, samples)}\n</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${height}" width="${size.width}" height="${height}" role="img">`,
    `<title>${escaped(heading)}</title>`,
    style,
    `<rect class="paper" width="${size.width}" height="${height}"/>`,
    `<text class="heading" x="16" y="27">${escaped(heading)}</text>`,
    ...cells,
    '</svg>\n',
  ].join('\n');
}

const style = `<style>
svg { color-scheme: light dark; }
text { font: 12px system-ui, sans-serif; fill: #424a53; }
.heading { font-size: 15px; font-weight: 600; fill: #1f2328; }
.title { font-size: 13px; font-weight: 600; fill: #1f2328; }
.paper { fill: #ffffff; }
.grid { stroke: #d1d9e0; stroke-width: 1; }
.kills { fill: #818b98; opacity: 0.13; }
.line { fill: none; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.l0 { stroke: #0969da; } .t0 { fill: #0969da; }
.l1 { stroke: #bc4c00; } .t1 { fill: #bc4c00; }
.l2 { stroke: #1a7f37; } .t2 { fill: #1a7f37; }
.l3 { stroke: #8250df; } .t3 { fill: #8250df; }
@media (prefers-color-scheme: dark) {
text { fill: #b7bdc8; }
.heading, .title { fill: #f0f6fc; }
.paper { fill: #0d1117; }
.grid { stroke: #3d444d; }
.l0 { stroke: #4493f8; } .t0 { fill: #4493f8; }
.l1 { stroke: #f0883e; } .t1 { fill: #f0883e; }
.l2 { stroke: #3fb950; } .t2 { fill: #3fb950; }
.l3 { stroke: #ab7df8; } .t3 { fill: #ab7df8; }
}
</style>`;

function drawn({ title, unit, lines }: Panel, samples: readonly Sample[]): string {
  const last = samples.at(-1)?.cycle ?? 1;
  const xStep = niceStep(last);
  const yStep = niceStep(Math.max(4, ...samples.flatMap((sample) => lines.map((name) => sample[name]))));
  const top =
    yStep * (Math.floor(Math.max(...samples.flatMap((sample) => lines.map((name) => sample[name]))) / yStep) + 1);
  const x = (cycle: number): number => rounded(area.left + (cycle / last) * area.width);
  const y = (value: number): number => rounded(area.top + area.height * (1 - value / top));
  const bottom = area.top + area.height;
  const killed = samples.findLast(({ life }) => life !== samples.at(-1)?.life)?.cycle ?? 0;
  return [
    `<text class="title" x="16" y="20">${escaped(title)} <tspan font-weight="400">(${escaped(unit)})</tspan></text>`,
    legend(lines),
    `<rect class="kills" x="${area.left}" y="${area.top}" width="${rounded(x(killed) - area.left)}" height="${area.height}"/>`,
    ...upTo(top, yStep).map(
      (value) =>
        `<line class="grid" x1="${area.left}" x2="${area.left + area.width}" y1="${y(value)}" y2="${y(value)}"/><text x="${area.left - 7}" y="${y(value) + 4}" text-anchor="end">${value}</text>`,
    ),
    ...upTo(last, xStep).map(
      (value) => `<text x="${x(value)}" y="${bottom + 17}" text-anchor="middle">${value.toLocaleString('en')}</text>`,
    ),
    `<text x="${area.left + area.width / 2}" y="${bottom + 33}" text-anchor="middle">cycles${killed === 0 ? '' : '; shaded: until the last kill of the daemon'}</text>`,
    ...lines.map((name, index) => `<path class="line l${index}" d="${path(samples, name, x, y)}"/>`),
  ].join('\n');
}

/** Labels in the colours of their lines. */
function legend(lines: readonly SeriesName[]): string {
  const words = lines.map(
    (name, index) => `<tspan class="t${index}">${index === 0 ? '' : '\u2003'}● ${escaped(series[name].title)}</tspan>`,
  );
  return `<text x="16" y="42" font-size="11">${words.join('')}</text>`;
}

/** A series of a daemon starts a new line with each process; a process that was sampled once is a dot. */
function path(
  samples: readonly Sample[],
  name: SeriesName,
  x: (cycle: number) => number,
  y: (value: number) => number,
): string {
  const isNew = (index: number): boolean =>
    index === 0 || (name.startsWith('daemon') && samples[index]?.life !== samples[index - 1]?.life);
  return samples
    .map((sample, index) => {
      const point = `${x(sample.cycle)} ${y(sample[name])}`;
      return isNew(index) ? `M${point}L${point}` : `L${point}`;
    })
    .join('');
}

const rounded = (value: number): number => Math.round(value * 10) / 10;

/** 1, 2 or 5 times a power of ten, so that three to six steps reach the value. */
function niceStep(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value / 3));
  return ([1, 2, 5, 10].find((factor) => value / (factor * power) <= 5) ?? 10) * power;
}

const upTo = (most: number, step: number): readonly number[] =>
  Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
