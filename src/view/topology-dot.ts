import { edgeText, titleOf } from './topology-mermaid.ts';
import type { Picture } from './topology-picture.ts';
import { printable } from './table.ts';

const quoted = (text: string): string => `"${printable(text).replaceAll(/["\\]/g, (character) => `\\${character}`)}"`;

/** Draws a graph for Graphviz. */
export function topologyDot({ bands, networks }: Picture): string {
  const rows = bands.flatMap((band) => band.rows);
  return [
    'graph plexus {',
    '  rankdir=LR; node [fontname="sans-serif"]; edge [fontname="monospace", fontsize=10];',
    ...networks.map(
      ({ name, types }) =>
        `  ${quoted(`net ${name}`)} [shape=ellipse, label=${quoted([name, types.join(' + ')].filter((part) => part !== '').join(' '))}];`,
    ),
    ...bands.flatMap(({ name, rows: own }, index) => [
      `  subgraph cluster_${index} {`,
      `    label=${quoted(name)};`,
      ...own.map((row) => `    ${quoted(`pod${rows.indexOf(row)}`)} [shape=box, label=${quoted(titleOf(row))}];`),
      '  }',
    ]),
    ...rows.flatMap((row, index) =>
      [...row.dots].flatMap(([network, dots]) =>
        dots.map(
          (dot) =>
            `  ${quoted(`pod${index}`)} -- ${quoted(`net ${network}`)} [label=${quoted(edgeText(dot))}${dot.mark === 'attached' ? '' : ', style=dashed, color=red'}];`,
        ),
      ),
    ),
    '}',
    '',
  ].join('\n');
}
