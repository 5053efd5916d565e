import { make } from './dom.ts';
import type { Item } from './items.ts';

/** As in page.css. */
const rowHeight = 46;
const spare = 8;

export interface List {
  /** Shows these items; the selected one stays selected while it is among them. */
  readonly show: (items: readonly Item[], empty: string) => void;
  readonly choose: (key: string) => void;
}

/**
 * Creates a list of any length that has elements only for visible rows. Arrow keys, Page, Home and End move the
 * selection; Enter opens it.
 */
export function makeList(
  box: HTMLElement,
  rows: HTMLElement,
  on: { readonly choose: (item: Item | undefined) => void; readonly open: () => void },
): List {
  let items: readonly Item[] = [];
  let key = '';
  let empty = '';
  const indexOf = (): number => items.findIndex((item) => item.key === key);
  const draw = (): void => drawRows(box, rows, { items, chosen: indexOf(), empty });
  const choose = (index: number): void => {
    const item = items[Math.max(0, Math.min(items.length - 1, index))];
    if (item === undefined) return;
    key = item.key;
    scrollTo(box, items.indexOf(item));
    draw();
    on.choose(item);
  };
  box.addEventListener('keydown', (event) => {
    const to = moveSelection(event.key, {
      from: indexOf(),
      count: items.length,
      page: Math.max(1, Math.floor(box.clientHeight / rowHeight) - 1),
    });
    if (to !== undefined) choose(to);
    else if (event.key === 'Enter') on.open();
    else return;
    event.preventDefault();
  });
  box.addEventListener('scroll', draw);
  box.addEventListener('focus', () => {
    if (indexOf() < 0 && box.matches(':focus-visible')) choose(0);
  });
  // A change may redraw the rows between press and release, and then no click follows; assistive technology only
  // clicks.
  for (const kind of ['pointerup', 'click']) {
    rows.addEventListener(kind, ({ target }) => {
      const row = (target as Element).closest('[role=option]');
      if (row !== null) choose(Number(row.getAttribute('data-index')));
    });
  }
  new ResizeObserver(draw).observe(box);
  return {
    show: (next, text) => {
      [items, empty] = [next, text];
      draw();
      on.choose(items[indexOf()]);
    },
    choose: (wanted) => {
      key = wanted;
      choose(Math.max(0, indexOf()));
    },
  };
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

function scrollTo(box: HTMLElement, index: number): void {
  const top = index * rowHeight;
  if (top < box.scrollTop) box.scrollTop = top;
  if (top + rowHeight > box.scrollTop + box.clientHeight) box.scrollTop = top + rowHeight - box.clientHeight;
}

interface Drawn {
  readonly items: readonly Item[];
  readonly chosen: number;
  readonly empty: string;
}

function drawRows(box: HTMLElement, rows: HTMLElement, { items, chosen, empty }: Drawn): void {
  rows.style.height = `${items.length * rowHeight}px`;
  const first = Math.max(0, Math.floor(box.scrollTop / rowHeight) - spare);
  const last = Math.min(items.length, Math.ceil((box.scrollTop + box.clientHeight) / rowHeight) + spare);
  const shown = items
    .slice(first, last)
    .map((item, offset) =>
      rowFor(item, { index: first + offset, count: items.length, isChosen: first + offset === chosen }),
    );
  rows.replaceChildren(...(items.length === 0 ? [make('p', { class: 'empty' }, empty)] : shown));
  if (chosen >= first && chosen < last) box.setAttribute('aria-activedescendant', `row-${chosen}`);
  else box.removeAttribute('aria-activedescendant');
}

const signs = { error: '▲ error', warning: '△ warning' } as const;

function rowFor(
  { first, second, severity }: Item,
  { index, count, isChosen }: { readonly index: number; readonly count: number; readonly isChosen: boolean },
): HTMLElement {
  const mark =
    severity === undefined
      ? []
      : [make('span', { class: severity === 'error' ? 'bad' : 'warn' }, ` ${signs[severity]}`)];
  const row = make(
    'div',
    {
      role: 'option',
      id: `row-${index}`,
      'data-index': String(index),
      'aria-selected': String(isChosen),
      'aria-setsize': String(count),
      'aria-posinset': String(index + 1),
    },
    make('div', {}, first, ...mark),
    make('div', { class: 'second' }, second),
  );
  row.style.top = `${index * rowHeight}px`;
  return row;
}
