import type { RecordedOperation } from '../report/index.ts';
import { table } from './table.ts';
import { type Timeline, type TimelineStep, commandOf, shortId, timelineOf } from './timeline-model.ts';

/** Formats one line per operation: command, time and outcome. */
export const operationsText = (operations: readonly RecordedOperation[]): string =>
  table(
    ['STARTED', 'COMMAND', 'POD', 'SANDBOX', 'TIME', 'OUTCOME'],
    operations.map((each) => [
      each.startedAt,
      commandOf(each),
      each.pod ?? '',
      shortId(each.sandbox),
      timeOf(each),
      each.error?.id ?? each.outcome,
    ]),
  );

const timeOf = ({ ms }: RecordedOperation): string => (ms === undefined ? '' : `${ms} ms`);

/** Formats operations as timelines, newest last. `verbose` adds what each plugin read and wrote. */
export const timelinesText = (operations: readonly RecordedOperation[], verbose: boolean): string =>
  operations.map((operation) => timelineText(timelineOf(operation), verbose)).join('\n\n');

function timelineText(timeline: Timeline, verbose: boolean): string {
  const { command, pod, sandbox, startedAt, ended, steps, errors, leftOut } = timeline;
  const rows = steps.map((step) => [`${step.offsetMs} ms`, `${step.ms} ms`, bar(step), step.name, step.outcome]);
  return [
    [`${command} ${pod ?? 'of no pod'}`, `sandbox ${sandbox}`, startedAt, ended].join(', '),
    ...(steps.length === 0 ? [] : [indent(table(['START', 'TIME', 'WHEN', 'STEP', 'OUTCOME'], rows), 2)]),
    ...(leftOut === undefined ? [] : [`  ${leftOut}`]),
    ...(verbose ? steps.filter(({ kind }) => kind === 'plugin').map(textsOf) : []),
    ...errors.map(errorText),
  ].join('\n');
}

const width = 24;

/** Draws the position of a step within its operation: a bar of at least one character in a column of fixed width. */
function bar({ from, share }: TimelineStep): string {
  const start = Math.min(width - 1, Math.floor(from * width));
  const length = Math.max(1, Math.min(width - start, Math.round(share * width)));
  return `│${' '.repeat(start)}${'█'.repeat(length)}${' '.repeat(width - start - length)}│`;
}

const textsOf = ({ name, texts }: TimelineStep): string =>
  [`\n  ── ${name}`, ...texts.map(({ what, text }) => `  ${what}:\n${indent(text, 4)}`)].join('\n');

const indent = (text: string, by: number): string => text.replaceAll(/^/gm, ' '.repeat(by));

const errorText = ({ id, code, message, details, fix }: Timeline['errors'][number]): string =>
  [`\n  ${id} (code ${code}): ${message}`, ...details.map((each) => `    ${each}`), `    fix: ${fix}`].join('\n');
