import type { EChartsOption } from 'echarts';
import {
  type Colour,
  axisLook,
  chart,
  gridOf,
  lineColours,
  panelAt,
  paper,
  sizeFor,
  titles,
} from '../support/chart.ts';
import type { CallRow, StepsRow } from './report.ts';

const delegateNames = {
  nothing: 'plugins that do nothing',
  pause: 'plugins that take 250 ms',
  real: 'bridge and macvlan',
} as const;

/** What each variant adds to the plugins alone, by the number of networks. */
export function overheadPlot(rows: readonly CallRow[]): string {
  const kinds = [...new Set(rows.map(({ delegates }) => delegates))];
  const panels = kinds.flatMap((kind) => (['add', 'del'] as const).map((command) => ({ kind, command })));
  const placed = panels.map(({ kind, command }, index) => ({
    kind,
    command,
    ...panelAt(index, `${command.toUpperCase()}, ${delegateNames[kind]} (ms)`),
  }));
  const variants = [...new Set(rows.map(({ variant }) => variant))].filter((name) => name !== 'bare');
  const series = placed.flatMap(({ kind, command }, panel) =>
    variants.map((variant, index) => ({
      name: variant,
      type: 'line' as const,
      xAxisIndex: panel,
      yAxisIndex: panel,
      symbolSize: 5,
      color: lineColours[index] ?? paper.text,
      data: rows
        .filter((row) => row.delegates === kind && row.variant === variant)
        .map((row) => [String(row.further), overheadOf(row, rows)[command]]),
    })),
  );
  const heading = 'What Plexus adds to the plugins, by additional networks';
  const option: EChartsOption = {
    title: titles(heading, placed),
    grid: placed.map(gridOf),
    legend: { data: variants, right: 12, top: 8, icon: 'circle', itemHeight: 8, textStyle: { color: paper.text } },
    xAxis: placed.map((_, gridIndex) => ({
      type: 'category',
      gridIndex,
      ...axisLook,
      data: furtherIn(rows).map(String),
    })),
    yAxis: placed.map((_, gridIndex) => ({ type: 'value', gridIndex, ...axisLook })),
    series,
  };
  return chart(option, heading, sizeFor(placed.length));
}

export const furtherIn = (rows: readonly CallRow[]): readonly number[] => [
  ...new Set(rows.map(({ further }) => further)),
];

/** Median minus the median of the same plugins alone. */
export function overheadOf(row: CallRow, rows: readonly CallRow[]): { readonly add: number; readonly del: number } {
  const bare = rows.find(
    (each) => each.variant === 'bare' && each.delegates === row.delegates && each.further === row.further,
  );
  return { add: tenth(row.add.median - (bare?.add.median ?? 0)), del: tenth(row.del.median - (bare?.del.median ?? 0)) };
}

const tenth = (value: number): number => Math.round(value * 10) / 10;

/** Draws the steps of one ADD as bars on a common time line, in the order in which they began. */
export function stepsPlot({ delegates, further, totalMs, spans }: StepsRow): string {
  const shown = spans.filter(({ from, to }) => to - from >= totalMs / 250);
  const heading = `One ADD through shim and daemon: ${further} additional networks, ${delegateNames[delegates]} (${totalMs.toFixed(1)} ms)`;
  const height = 70 + shown.length * 20;
  const bars = shown.map(({ name, from, to }) => ({
    value: to - from,
    itemStyle: { color: colourOf(name) },
    label: `${(to - from).toFixed(1)} ms`,
  }));
  const option: EChartsOption = {
    title: titles(heading, []),
    grid: { left: 220, right: 70, top: 42, height: height - 80 },
    xAxis: { type: 'value', ...axisLook, min: 0, max: Math.ceil(totalMs), name: 'ms', nameLocation: 'end' },
    yAxis: { type: 'category', inverse: true, ...axisLook, data: shown.map(({ name }) => name) },
    series: [
      { type: 'bar', stack: 'time', silent: true, itemStyle: { color: 'none' }, data: shown.map(({ from }) => from) },
      {
        type: 'bar',
        stack: 'time',
        barWidth: 13,
        data: bars.map(({ label, ...bar }) => ({
          ...bar,
          label: { show: true, position: 'right', color: paper.text, fontSize: 11, formatter: label },
        })),
      },
    ],
  };
  return chart(option, heading, { width: 800, height });
}

function colourOf(name: string): Colour {
  const [shim = '#0969da', disk = '#bc4c00', plugin = '#1a7f37', api = '#8250df', , engine = '#6e7781'] = lineColours;
  if (name.startsWith('shim')) return shim;
  if (/^(journal|lock|unlock)/.test(name)) return disk;
  if (/^(plugin|links|routes)/.test(name)) return plugin;
  return /^(network-status|NADs)/.test(name) ? api : engine;
}
