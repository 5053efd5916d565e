import { edgeText, titleOf } from './topology-mermaid.ts';
import type { Picture } from './topology-picture.ts';
import { printable } from './table.ts';

const quote = (text: string): string => `"${printable(text).replaceAll(/["\\]/g, (character) => `\\${character}`)}"`;

/** Draws a graph for Graphviz. */
export function topologyDot({ bands, networks }: Picture): string {
  const rows = bands.flatMap((band) => band.rows);
  return [
    'graph plexus {',
    '  rankdir=LR; node [fontname="sans-serif"]; edge [fontname="monospace", fontsize=10];',
    ...networks.map(
      ({ name, types }) =>
        `  ${quote(`net ${name}`)} [shape=ellipse, label=${quote([name, types.join(' + ')].filter((part) => part !== '').join(' '))}];`,
    ),
    ...bands.flatMap(({ name, rows: own }, index) => [
      `  subgraph cluster_${index} {`,
      `    label=${quote(name)};`,
      ...own.map((row) => `    ${quote(`pod${rows.indexOf(row)}`)} [shape=box, label=${quote(titleOf(row))}];`),
      '  }',
    ]),
    ...rows.flatMap((row, index) =>
      [...row.dots].flatMap(([network, dots]) =>
        dots.map(
          (dot) =>
            `  ${quote(`pod${index}`)} -- ${quote(`net ${network}`)} [label=${quote(edgeText(dot))}${dot.mark === 'attached' ? '' : ', style=dashed, color=red'}];`,
        ),
      ),
    ),
    '}',
    '',
  ].join('\n');
}
