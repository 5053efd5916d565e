import type { RecordedError, RecordedOperation, RecordedStep } from '../report/index.ts';
import { table } from './table.ts';

/** One line for each operation: what was done, when, and how it ended. */
export const operationsText = (operations: readonly RecordedOperation[]): string =>
  table(
    ['STARTED', 'COMMAND', 'POD', 'SANDBOX', 'TIME', 'OUTCOME'],
    operations.map((each) => [each.startedAt, commandOf(each), each.pod ?? '', shortId(each.sandbox), timeOf(each), each.error?.id ?? each.outcome]),
  );

/** Operations as timelines, the newest last. `verbose`: also what each plugin read and wrote. */
export const timelinesText = (operations: readonly RecordedOperation[], verbose: boolean): string =>
  operations.map((operation) => timelineText(operation, verbose)).join('\n\n');

function timelineText(operation: RecordedOperation, verbose: boolean): string {
  const { steps, error, leftOut } = operation;
  const total = Math.max(1, operation.ms ?? 0, ...steps.map(({ offsetMs, ms }) => offsetMs + ms));
  const rows = steps.map((step) => [`${step.offsetMs} ms`, `${step.ms} ms`, bar(step, total), nameOf(step), oneLine(step.outcome)]);
  return [
    headingOf(operation),
    ...(steps.length === 0 ? [] : [indented(table(['START', 'TIME', 'WHEN', 'STEP', 'OUTCOME'], rows), 2)]),
    ...(leftOut === undefined ? [] : [`  ${leftOut}`]),
    ...(verbose ? steps.filter(({ kind }) => kind === 'plugin').map(textsOf) : []),
    ...errorsOf(steps, error).map((each) => errorText(each)),
  ].join('\n');
}

const headingOf = (operation: RecordedOperation): string => {
  const { sandbox, pod, startedAt, ms, outcome } = operation;
  const ended = ms === undefined ? (outcome === 'running' ? 'runs' : outcome) : `${outcome} after ${ms} ms`;
  return [`${commandOf(operation)} ${pod ?? 'of no pod'}`, `sandbox ${shortId(sandbox)}`, startedAt, ended].join(', ');
};

const commandOf = ({ command, background }: RecordedOperation): string => (background ? `${command} (by the daemon)` : command);

const shortId = (sandbox: string): string => sandbox.slice(0, 13);

const timeOf = ({ ms }: RecordedOperation): string => (ms === undefined ? '' : `${ms} ms`);

const phases = new Map([
  ['lock', 'wait for the sandbox'],
  ['readiness', 'wait for the default network'],
  ['inputs', 'read pod and networks'],
  ['plan', 'decide'],
  ['journal', 'write the journal'],
]);

function nameOf({ kind, name, command, network, interface: interfaceName }: RecordedStep): string {
  if (kind === 'plugin') return oneLine(`${command ?? ''} ${name}: ${network ?? ''} (${interfaceName ?? ''})`);
  return oneLine(kind === 'phase' ? (phases.get(name) ?? name) : name);
}

// what came from a plugin may hold line breaks and control characters
const oneLine = (text: string): string => text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();

const width = 24;

/** Where in the operation a step lies: a bar in a column of fixed width, one character at least. */
function bar({ offsetMs, ms }: RecordedStep, total: number): string {
  const start = Math.min(width - 1, Math.floor((offsetMs / total) * width));
  const length = Math.max(1, Math.min(width - start, Math.round((ms / total) * width)));
  return `│${' '.repeat(start)}${'█'.repeat(length)}${' '.repeat(width - start - length)}│`;
}

function textsOf(step: RecordedStep): string {
  const parts = [
    ['input', shown(step.input)],
    ['output', shown(step.output)],
    ['stderr', step.stderr ?? ''],
  ].filter(([, text]) => text !== '');
  return [`\n  ── ${nameOf(step)}`, ...parts.map(([what, text]) => `  ${what}:\n${indented(text ?? '', 4)}`)].join('\n');
}

const shown = (value: unknown): string => (value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value, null, 2));

const indented = (text: string, by: number): string => text.replaceAll(/^/gm, ' '.repeat(by));

/** Each error once: that of the operation names its plugin's again. */
function errorsOf(steps: readonly RecordedStep[], last: RecordedError | undefined): readonly RecordedError[] {
  const all = [...steps.flatMap(({ error }) => (error === undefined ? [] : [error])), ...(last === undefined ? [] : [last])];
  return [...new Map(all.map((error) => [`${error.id} ${error.message}`, error])).values()];
}

const errorText = ({ id, code, message, details, fix }: RecordedError): string => {
  const lines = details.split('; ').filter((each) => each !== '');
  return [`\n  ${id} (code ${code}): ${oneLine(message)}`, ...lines.map((each) => `    ${oneLine(each)}`), `    fix: ${fix}`].join('\n');
};
