import type { Timeline, TimelineStep } from '../../view/index.ts';
import { make } from './dom.ts';

/** One operation that unfolds: its steps with bars, its errors, and on demand what plugins read and wrote. */
export function timelineElement(timeline: Timeline, isOpen: boolean): HTMLElement {
  const { command, startedAt, ended, outcome, errors, steps, leftOut } = timeline;
  const isBad = outcome === 'failure';
  const words = [isBad ? `▲ ${ended}` : ended, ...new Set(errors.map(({ id }) => id))].join(', ');
  const summary = make(
    'summary',
    {},
    make('strong', {}, command),
    ' ',
    make('time', { class: 'mono', datetime: startedAt }, startedAt),
    ' ',
    make('span', isBad ? { class: 'bad' } : {}, words),
  );
  return make(
    'details',
    { class: 'operation', ...(isOpen && { open: '' }) },
    summary,
    ...(steps.length === 0 ? [] : [stepsTable(`Steps of ${command} ${startedAt}`, steps)]),
    ...(leftOut === undefined ? [] : [make('p', { class: 'second' }, leftOut)]),
    ...errors.map(errorElement),
    ...steps.filter(({ texts }) => texts.length > 0).map(textsElement),
  );
}

function stepsTable(label: string, steps: readonly TimelineStep[]): HTMLElement {
  const heading = ['Start', 'Time', 'When', 'Step', 'Outcome'].map((text) => make('th', { scope: 'col' }, text));
  return make(
    'table',
    { 'aria-label': label },
    make('thead', {}, make('tr', {}, ...heading)),
    make('tbody', {}, ...steps.map(stepRow)),
  );
}

const stepRow = (step: TimelineStep): HTMLElement =>
  make(
    'tr',
    step.kind === 'plugin' ? {} : { class: 'minor' },
    make('td', { class: 'mono' }, `${step.offsetMs} ms`),
    make('td', { class: 'mono' }, `${step.ms} ms`),
    make('td', {}, bar(step)),
    make('td', {}, step.name),
    make('td', step.failed ? { class: 'bad' } : {}, step.failed ? `▲ ${step.outcome}` : step.outcome),
  );

/** Shows Start and Time as a bar. */
function bar({ from, share, failed }: TimelineStep): HTMLElement {
  const filled = make('div', failed ? { class: 'failed' } : {});
  filled.style.marginLeft = `${(from * 100).toFixed(2)}%`;
  filled.style.width = `${(share * 100).toFixed(2)}%`;
  return make('div', { class: 'bar', 'aria-hidden': 'true' }, filled);
}

const errorElement = ({ id, code, message, details, fix }: Timeline['errors'][number]): HTMLElement =>
  make(
    'div',
    { class: 'error' },
    make('p', {}, make('span', { class: 'bad' }, `▲ ${id}`), ` (code ${code}): ${message}`),
    ...details.map((each) => make('p', { class: 'second' }, each)),
    make('p', {}, make('strong', {}, 'fix: '), fix),
  );

/** What a plugin read and wrote. It may be long, so it is added to the page only on demand. */
function textsElement({ name, texts }: TimelineStep): HTMLElement {
  const element = make(
    'details',
    { class: 'texts' },
    make('summary', {}, `${texts.map(({ what }) => what).join(', ')} of ${name}`),
  );
  const show = (): void =>
    element.append(...texts.flatMap(({ what, text }) => [make('h4', {}, what), make('pre', {}, text)]));
  element.addEventListener('toggle', show, { once: true });
  return element;
}
