import { type EChartsOption, type TitleComponentOption, init } from 'echarts';

/** Colours of pictures in the documentation; each has a counterpart for a dark background. */
const dark = {
  '#ffffff': '#0d1117',
  '#1f2328': '#f0f6fc',
  '#424a53': '#b7bdc8',
  '#d1d9e0': '#3d444d',
  '#0969da': '#4493f8',
  '#bc4c00': '#f0883e',
  '#1a7f37': '#3fb950',
  '#8250df': '#ab7df8',
  '#6e7781': '#8b949e',
  '#bf3989': '#db61a2',
} as const;
export type Colour = keyof typeof dark;

export const paper = {
  background: '#ffffff',
  heading: '#1f2328',
  text: '#424a53',
  grid: '#d1d9e0',
} as const satisfies Record<string, Colour>;
/** Colours of lines and bars, in order of use. */
export const lineColours: readonly Colour[] = ['#0969da', '#bc4c00', '#1a7f37', '#8250df', '#bf3989', '#6e7781'];

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A chart as an SVG text that is readable on light and dark backgrounds. Draws without a browser. */
export function chart(option: EChartsOption, heading: string, size: Size): string {
  const drawing = init(undefined, undefined, { renderer: 'svg', ssr: true, ...size });
  drawing.setOption({
    animation: false,
    backgroundColor: paper.background,
    textStyle: { color: paper.text, fontFamily: 'system-ui, sans-serif', fontSize: 12 },
    ...option,
  });
  const svg = drawing.renderToSVGString();
  drawing.dispose();
  return svg
    .replace(/^(<svg[^>]*)>/, `$1 role="img">\n<title>${escaped(heading)}</title>\n${style}`)
    .replaceAll(/(<\/(?:g|text|path)>|\/>)\s*(?=<)/g, '$1\n');
}

const rules = Object.entries(dark).map(
  ([light, other]) => `[fill="${light}"] { fill: ${other}; } [stroke="${light}"] { stroke: ${other}; }`,
);
const style = `<style>\nsvg { color-scheme: light dark; }\n@media (prefers-color-scheme: dark) {\n${rules.join('\n')}\n}\n</style>\n`;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Style of the axes. */
export const axisLook = {
  axisLine: { lineStyle: { color: paper.grid } },
  axisTick: { show: false },
  axisLabel: { color: paper.text },
  nameTextStyle: { color: paper.text },
  splitLine: { lineStyle: { color: paper.grid } },
} as const;

/** One of several drawings in a picture. */
export interface Panel {
  readonly title: string;
  /** Upper left corner and size in pixels, below the title. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Places panels in rows of two under the picture's heading. */
export const panelAt = (index: number, title: string): Panel => ({
  title,
  left: 56 + (index % 2) * 400,
  top: 84 + Math.floor(index / 2) * 250,
  width: 322,
  height: 150,
});
export const sizeFor = (panels: number): Size => ({ width: 800, height: 40 + Math.ceil(panels / 2) * 250 });

/** The titles of a picture and of its panels. */
export const titles = (heading: string, panels: readonly Panel[]): TitleComponentOption[] => [
  { text: heading, left: 12, top: 8, textStyle: { color: paper.heading, fontSize: 15, fontWeight: 600 } },
  ...panels.map(({ title, left, top }) => ({
    text: title,
    left: left - 44,
    top: top - 38,
    textStyle: { color: paper.heading, fontSize: 13, fontWeight: 600 as const },
  })),
];

export const gridOf = ({
  left,
  top,
  width,
  height,
}: Panel): { left: number; top: number; width: number; height: number } => ({ left, top, width, height });
