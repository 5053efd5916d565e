import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import type { PageNetwork } from '../page-state.ts';
import type { Content } from './content.ts';
import { type Dot, type LaneRow, type Lanes, lanesOf, markWords } from './lanes.ts';
import { Empty, count } from './parts.tsx';
import { groupings, linkToObject } from './route.ts';
import type { PodRow } from './rows.ts';
import { type View, type Zoom, usePan, useView, zooms } from './scrolling.ts';
import { go, route } from './store.ts';

interface Size {
  readonly label: number;
  readonly lane: number;
  readonly row: number;
  readonly head: number;
}
const sizeAt = (zoom: number, width: number): Size => ({
  label: Math.round(Math.min(300, width * 0.42)),
  lane: Math.round(150 * zoom),
  row: Math.round(30 * zoom),
  head: 52,
});
/** As in page.css. */
const colours = 12;
const spare = 12;

/** The live picture: pans with the mouse or by scrolling, zooms, and links every pod and network to its details. */
export function Topology({ of, rows }: { readonly of: Content; readonly rows: readonly PodRow[] }): JSX.Element {
  const { group, toggled, network } = route.value;
  const lanes = useMemo(
    () => lanesOf(rows, of.networks, { group, toggled, network }),
    [rows, of.networks, group, toggled, network],
  );
  const zoom = useSignal(3);
  return (
    <div class="topology">
      <Tools lanes={lanes} zoom={zoom} />
      {lanes.rows.length === 0 ? (
        <Empty>No pod matches, so there is nothing to draw.</Empty>
      ) : (
        <Board lanes={lanes} zoom={zoom} />
      )}
    </div>
  );
}

function Tools({ lanes, zoom }: { readonly lanes: Lanes; readonly zoom: Zoom }): JSX.Element {
  const { group } = route.value;
  const change = (by: number): void => {
    zoom.value = Math.max(0, Math.min(zooms.length - 1, zoom.value + by));
  };
  return (
    <div class="tools" role="toolbar" aria-label="Topology">
      <label>
        Group by{' '}
        <select
          value={group}
          onChange={({ currentTarget: { value } }) =>
            go({ ...route.value, group: groupings.find((each) => each === value) ?? 'workload', toggled: [] })
          }
        >
          {groupings.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </label>
      <span class="zoom">
        <button type="button" aria-label="Zoom out" disabled={zoom.value === 0} onClick={() => change(-1)}>
          −
        </button>
        <button type="button" title="Usual size" onClick={() => (zoom.value = 3)}>
          {Math.round((zooms[zoom.value] ?? 1) * 100)} %
        </button>
        <button type="button" aria-label="Zoom in" disabled={zoom.value === zooms.length - 1} onClick={() => change(1)}>
          +
        </button>
      </span>
      <span class="second">
        {count(lanes.pods, 'pod')} in {count(lanes.networks.length, 'network')}
      </span>
      <ul class="legend" aria-label="Legend">
        {(['attached', 'clash', 'missing', 'waiting', 'unasked'] as const).map((mark) => (
          <li key={mark}>
            <svg width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">
              <Sign mark={mark} radius={5} />
            </svg>{' '}
            {markWords[mark]}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Board({ lanes: { networks, rows }, zoom }: { readonly lanes: Lanes; readonly zoom: Zoom }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const view = useSignal<View>({ top: 0, height: 800, width: 1000 });
  const over = useSignal('');
  useView(box, view);
  usePan(box, zoom);
  const size = sizeAt(zooms[zoom.value] ?? 1, view.value.width);
  const [width, height] = [networks.length * size.lane, rows.length * size.row];
  const first = Math.max(0, Math.floor((view.value.top - size.head) / size.row) - spare);
  const last = Math.min(rows.length, Math.ceil((view.value.top + view.value.height) / size.row) + spare);
  const shown = rows.slice(first, last).map((row, offset) => ({ row, top: (first + offset) * size.row }));
  const tracks = {
    gridTemplateColumns: `${size.label}px ${width}px`,
    gridTemplateRows: `${size.head}px ${height}px`,
    fontSize: `${Math.max(10, Math.min(14, 13 * (zooms[zoom.value] ?? 1)))}px`,
  };
  return (
    <div class="board" ref={box} role="group" aria-label="Pods and their networks" tabIndex={0}>
      <div class="grid" style={tracks}>
        <div class="corner" />
        <ul class="heads" aria-label="Networks">
          {networks.map((network, index) => (
            <LaneHead key={network.name} of={network} index={index} size={size} over={over} />
          ))}
        </ul>
        <ul class="labels" aria-label="Pods">
          {shown.map(({ row, top }) => (
            <Label key={row.key} of={row} top={top} size={size} />
          ))}
        </ul>
        <svg class="lanes" width={width} height={height} role="group" aria-label="Attachments">
          {networks.map(({ name }, index) => (
            <line
              key={name}
              class={`lane c${index % colours} ${over.value === name ? 'over' : ''}`}
              x1={(index + 0.5) * size.lane}
              x2={(index + 0.5) * size.lane}
              y1={0}
              y2={height}
            />
          ))}
          {shown.map(({ row, top }) => (
            <Wire key={row.key} of={row} top={top} size={size} networks={networks} />
          ))}
        </svg>
      </div>
    </div>
  );
}

interface LaneHeadProps {
  readonly of: PageNetwork;
  readonly index: number;
  readonly size: Size;
  readonly over: { value: string };
}

const LaneHead = ({ of, index, size, over }: LaneHeadProps): JSX.Element => (
  <li
    class={`c${index % colours}`}
    style={{ width: `${size.lane}px` }}
    onPointerEnter={() => (over.value = of.name)}
    onPointerLeave={() => (over.value = '')}
  >
    <a href={linkToObject('networks', of.name)} title={[of.name, ...of.types, ...of.subnets].join(' · ')}>
      {of.name}
    </a>
    <span class="second">{of.kind === 'missing' ? '▲ does not exist' : (of.subnets[0] ?? of.types.join(' + '))}</span>
  </li>
);

function Label({ of, top, size }: { readonly of: LaneRow; readonly top: number; readonly size: Size }): JSX.Element {
  const sign = of.severity === 'error' ? '▲ ' : of.severity === 'warning' ? '△ ' : '';
  const { toggled } = route.value;
  const toggle = (): void => {
    const others = toggled.filter((each) => each !== of.name);
    go({ ...route.value, toggled: others.length < toggled.length ? others : [...toggled, of.name] }, { replace: true });
  };
  return (
    <li
      class={`${of.kind} ${of.isNested ? 'nested' : ''} ${of.severity ?? ''}`}
      style={{ top: `${top}px`, height: `${size.row}px` }}
    >
      {of.kind === 'group' ? (
        <button type="button" aria-expanded={of.isOpen} onClick={toggle} title={of.name}>
          <span aria-hidden="true">{of.isOpen ? '▾' : '▸'}</span> {sign}
          {of.name}
        </button>
      ) : (
        <a href={linkToObject('pods', of.key)} title={of.name}>
          {sign}
          {of.name}
        </a>
      )}
      <span class="second">{of.note}</span>
    </li>
  );
}

interface WireProps {
  readonly of: LaneRow;
  readonly top: number;
  readonly size: Size;
  readonly networks: readonly PageNetwork[];
}

/** A row: a line from the label to its last dot, and its dots. */
function Wire({ of, top, size, networks }: WireProps): JSX.Element {
  const y = top + size.row / 2;
  const end = Math.max(-1, ...of.dots.map(({ lane }) => lane));
  const radius = Math.max(3.5, size.row / 5);
  return (
    <g class={`wire ${of.kind}`}>
      <rect class="band" x={0} y={top} width={networks.length * size.lane} height={size.row} />
      {end >= 0 && <line x1={0} x2={(end + 0.5) * size.lane} y1={y} y2={y} />}
      {placed(of.dots).map(({ dot, shift }, index) => {
        const link =
          of.kind === 'pod' ? linkToObject('pods', of.key) : linkToObject('networks', networks[dot.lane]?.name ?? '');
        return (
          <a key={index} href={link} tabIndex={-1}>
            <title>{dot.title}</title>
            <g class={`c${dot.lane % colours}`} transform={`translate(${(dot.lane + 0.5) * size.lane + shift} ${y})`}>
              <Sign mark={dot.mark} radius={radius} />
              {size.row >= 20 && (
                <text x={radius + 3} y={-4}>
                  {dot.text}
                </text>
              )}
            </g>
          </a>
        );
      })}
    </g>
  );
}

/** Several dots of a row in one lane stand beside each other. */
const placed = (dots: readonly Dot[]): readonly { readonly dot: Dot; readonly shift: number }[] =>
  dots.map((dot, index) => ({
    dot,
    shift: dots.slice(0, index).filter(({ lane }) => lane === dot.lane).length * -22,
  }));

/** The sign of a mark: form as well as colour. */
function Sign({ mark, radius }: { readonly mark: Dot['mark']; readonly radius: number }): JSX.Element {
  const r = radius;
  switch (mark) {
    case 'attached':
      return <circle class="dot" r={r} />;
    case 'clash':
      return <path class="bad" d={`M0 ${-r * 1.3} L${r * 1.3} ${r} L${-r * 1.3} ${r} Z`} />;
    case 'missing':
      return <path class="cross" d={`M${-r} ${-r} L${r} ${r} M${-r} ${r} L${r} ${-r}`} />;
    case 'waiting':
      return <circle class="open" r={r} />;
    case 'unasked':
      return <path class="dot" d={`M0 ${-r * 1.3} L${r * 1.3} 0 L0 ${r * 1.3} L${-r * 1.3} 0 Z`} />;
  }
}
