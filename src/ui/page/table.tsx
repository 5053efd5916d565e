import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { linkTo } from './route.ts';
import { type Order, type Row, sortRows } from './rows.ts';
import { useView } from './scrolling.ts';
import { go, route } from './store.ts';

export interface Column<T> extends Partial<Order<T>> {
  readonly id: string;
  readonly title: string;
  readonly cell: (row: Row<T>) => ComponentChildren;
  /** Share of the width, as of a grid track. */
  readonly width: string;
  /** Hidden while the table is narrower than this. */
  readonly from?: number;
}
interface TableProps<T> {
  readonly label: string;
  readonly rows: readonly Row<T>[];
  /** The first column links to the row's object. */
  readonly columns: readonly [Column<T>, ...Column<T>[]];
  readonly empty: ComponentChildren;
}

/** As in page.css. */
const heights = { row: 38, card: 68 };
const cardsBelow = 560;
const spare = 10;

/**
 * A table of any length that has elements only for visible rows; cards on a narrow screen. Arrow keys, Page, Home and
 * End move the selection, which is in the address.
 */
export function Table<T>({ label, rows, columns, empty }: TableProps<T>): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const view = useSignal({ top: 0, width: 1000, height: 800 });
  const { at, sort } = route.value;
  const sorted = useMemo(() => sortRows(rows, columns.filter(isOrder), sort), [rows, sort]);
  const isCards = view.value.width < cardsBelow;
  const height = isCards ? heights.card : heights.row;
  const shown = isCards ? columns : columns.filter(({ from = 0 }) => view.value.width >= from);
  const chosen = sorted.findIndex(({ key }) => key === at);
  useView(box, view);
  const moved = useRef(false);
  useLayoutEffect(() => {
    if (chosen >= 0 && box.current) scrollTo(box.current, chosen * height, height);
  }, [at, height]);
  useLayoutEffect(() => {
    if (moved.current) box.current?.querySelector<HTMLElement>('[aria-current] a')?.focus({ preventScroll: true });
    moved.current = false;
  });
  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(view.value.height / height) - 1);
    const to = moveSelection(event.key, { from: chosen, count: sorted.length, page });
    const next = to === undefined ? undefined : sorted[Math.max(0, Math.min(sorted.length - 1, to))];
    if (next === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    moved.current = true;
    go({ ...route.value, at: next.key }, { replace: true });
  };
  const first = Math.max(0, Math.floor(view.value.top / height) - spare);
  const last = Math.min(sorted.length, Math.ceil((view.value.top + view.value.height) / height) + spare);
  const tracks = { gridTemplateColumns: shown.map(({ width }) => width).join(' ') };
  return (
    <div class={isCards ? 'table cards' : 'table'} role="table" aria-label={label} aria-rowcount={sorted.length + 1}>
      <Head columns={shown} tracks={tracks} />
      <div class="body" role="rowgroup" ref={box} onKeyDown={onKeyDown}>
        {sorted.length === 0 && (
          <div role="row">
            <div class="empty" role="cell">
              {empty}
            </div>
          </div>
        )}
        <div class="space" role="presentation" style={{ height: `${sorted.length * height}px` }} />
        {sorted.slice(first, last).map((row, offset) => (
          <TableRow
            key={row.key}
            row={row}
            columns={shown}
            index={first + offset}
            chosen={chosen}
            place={{ ...(isCards ? {} : tracks), top: `${(first + offset) * height}px` }}
          />
        ))}
      </div>
    </div>
  );
}

interface RowProps<T> {
  readonly row: Row<T>;
  readonly columns: readonly Column<T>[];
  readonly index: number;
  readonly chosen: number;
  readonly place: Readonly<Record<string, string>>;
}

/** A row. Only one of all rows is a stop of the Tab key: the chosen one, or the first. */
const TableRow = <T,>({ row, columns, index, chosen, place }: RowProps<T>): JSX.Element => (
  <div
    role="row"
    class={`row ${row.severity ?? ''}`}
    aria-rowindex={index + 2}
    aria-current={index === chosen ? 'true' : undefined}
    style={place}
  >
    {columns.map((column, position) => (
      <div key={column.id} role="cell" class={`cell ${column.id}`}>
        {position === 0 ? (
          <a href={linkTo({ ...route.value, at: row.key })} tabIndex={index === Math.max(0, chosen) ? 0 : -1}>
            {column.cell(row)}
          </a>
        ) : (
          column.cell(row)
        )}
      </div>
    ))}
  </div>
);

const isOrder = <T,>(column: Column<T>): column is Column<T> & Order<T> => column.by !== undefined;

interface HeadProps<T> {
  readonly columns: readonly Column<T>[];
  readonly tracks: Readonly<Record<string, string>>;
}

/** The titles; each orders the table, and once more for the reverse order. */
function Head<T>({ columns, tracks }: HeadProps<T>): JSX.Element {
  const { sort } = route.value;
  return (
    <div class="head" role="rowgroup">
      <div role="row" class="titles" aria-rowindex={1} style={tracks}>
        {columns.map(({ id, title, by }) => {
          const direction = sort === id ? 'ascending' : sort === `-${id}` ? 'descending' : 'none';
          return (
            <div key={id} role="columnheader" {...(by !== undefined && { 'aria-sort': direction })}>
              {by === undefined ? (
                title
              ) : (
                <button
                  type="button"
                  class="order"
                  onClick={() =>
                    go(
                      { ...route.value, sort: sort === id ? `-${id}` : sort === `-${id}` ? '' : id },
                      { replace: true },
                    )
                  }
                >
                  {title}
                  <span aria-hidden="true">{{ ascending: ' ↑', descending: ' ↓', none: '' }[direction]}</span>
                </button>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function moveSelection(
  key: string,
  { from, count, page }: { readonly from: number; readonly count: number; readonly page: number },
): number | undefined {
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: from + 1,
    ArrowUp: from - 1,
    PageDown: from + page,
    PageUp: from - page,
    Home: 0,
    End: count - 1,
  };
  return moves[key];
}

function scrollTo(box: HTMLElement, top: number, height: number): void {
  if (top < box.scrollTop) box.scrollTop = top;
  if (top + height > box.scrollTop + box.clientHeight) box.scrollTop = top + height - box.clientHeight;
}
