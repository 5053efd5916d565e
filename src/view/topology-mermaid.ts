import type { Picture, PictureDot, PictureRow } from './topology-picture.ts';
import { printable } from './table.ts';

const entities: Readonly<Record<string, string>> = {
  '"': '#quot;',
  '#': '#35;',
  '<': '#lt;',
  '>': '#gt;',
  '&': '#amp;',
  '`': '#96;',
  '|': '#124;',
};

const quote = (text: string): string =>
  `"${printable(text).replaceAll(/["#<>&`|]/g, (character) => entities[character] ?? '')}"`;

/** Draws a Mermaid flow chart: pods by node on the left, networks on the right. Problems are dotted and labelled. */
export function topologyMermaid({ bands, networks }: Picture): string {
  const netIds = new Map(networks.map(({ name }, index) => [name, `net${index}`] as const));
  const rows = bands.flatMap((band) => band.rows);
  const rowIds = new Map(rows.map((row, index) => [row, `pod${index}`] as const));
  const idOf = (row: PictureRow): string => rowIds.get(row) ?? '';
  return [
    'flowchart LR',
    ...bands.flatMap(({ name, rows: own }, index) => [
      `  subgraph band${index}[${quote(name)}]`,
      ...own.map((row) => `    ${idOf(row)}[${quote(titleOf(row))}]`),
      '  end',
    ]),
    ...networks.map(
      ({ name, types, subnets }) =>
        `  ${netIds.get(name)}([${quote([name, types.join(' + '), ...subnets].filter((part) => part !== '').join(', '))}])`,
    ),
    ...rows.flatMap((row) =>
      [...row.dots].flatMap(([network, dots]) =>
        dots.map((dot) => `  ${idOf(row)} ${arrow(dot)} ${netIds.get(network)}`),
      ),
    ),
    '',
  ].join('\n');
}

const arrow = (dot: PictureDot): string => {
  const text = edgeText(dot);
  return `${dot.mark === 'attached' ? '---' : '-.-'}${text === '' ? '' : `|${quote(text)}|`}`;
};

/** "net1 10.0.0.1", or "net1 10.0.0.1 also elsewhere". */
export const edgeText = ({ above, below }: PictureDot): string =>
  [above, ...below].filter((text) => text !== '').join(' ');

/** "shop/db-0", or "shop/web ×40". */
export const titleOf = ({ namespace, name, pods }: PictureRow): string =>
  `${namespace}/${name}${pods === 1 ? '' : ` ×${pods}`}`;
