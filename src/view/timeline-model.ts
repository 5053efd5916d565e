import type { RecordedError, RecordedOperation, RecordedStep } from '../report/index.ts';

/** An operation for a terminal or a page: texts, and positions for bars. */
export interface Timeline {
  /** "ADD", or "DEL (by the daemon)". */
  readonly command: string;
  readonly pod?: string;
  /** The first characters of the container ID. */
  readonly sandbox: string;
  readonly startedAt: string;
  readonly outcome: RecordedOperation['outcome'];
  /** "success after 41 ms". */
  readonly ended: string;
  readonly steps: readonly TimelineStep[];
  /** Each error once; the operation's error repeats the one of its plugin. */
  readonly errors: readonly TimelineError[];
  /** What was omitted because of the size limit. */
  readonly leftOut?: string;
}
export interface TimelineStep {
  readonly kind: RecordedStep['kind'];
  /** "ADD bridge: shop/storage (net1)". */
  readonly name: string;
  readonly offsetMs: number;
  readonly ms: number;
  /** Start and length of its bar: fractions of the operation's duration, 0 to 1. */
  readonly from: number;
  readonly share: number;
  readonly outcome: string;
  readonly failed: boolean;
  /** What a plugin read and wrote, if anything. */
  readonly texts: readonly { readonly what: 'input' | 'output' | 'stderr'; readonly text: string }[];
}
interface TimelineError {
  readonly id: string;
  readonly code: number;
  readonly message: string;
  /** The place of the error, then its causes, one line each. */
  readonly details: readonly string[];
  readonly fix: string;
}

export function timelineOf(operation: RecordedOperation): Timeline {
  const { sandbox, pod, startedAt, ms, outcome, steps, error, leftOut } = operation;
  const total = Math.max(1, ms ?? 0, ...steps.map((step) => step.offsetMs + step.ms));
  return {
    command: commandOf(operation),
    ...(pod !== undefined && { pod }),
    sandbox: shortId(sandbox),
    startedAt,
    outcome,
    ended: ms === undefined ? (outcome === 'running' ? 'runs' : outcome) : `${outcome} after ${ms} ms`,
    steps: steps.map((step) => stepOf(step, total)),
    errors: errorsOf(steps, error),
    ...(leftOut !== undefined && { leftOut }),
  };
}

export const commandOf = ({ command, background }: RecordedOperation): string =>
  background ? `${command} (by the daemon)` : command;

export const shortId = (sandbox: string): string => sandbox.slice(0, 13);

function stepOf(step: RecordedStep, total: number): TimelineStep {
  const { kind, offsetMs, ms, outcome, error } = step;
  const texts = kind === 'plugin' ? textsOf(step) : [];
  return {
    kind,
    name: stepName(step),
    offsetMs,
    ms,
    from: offsetMs / total,
    share: ms / total,
    outcome: oneLine(outcome),
    failed: error !== undefined,
    texts,
  };
}

const phases = new Map([
  ['lock', 'wait for the sandbox'],
  ['readiness', 'wait for the default network'],
  ['inputs', 'read pod and networks'],
  ['plan', 'decide'],
  ['journal', 'write the journal'],
]);

function stepName({ kind, name, command, network, interface: interfaceName }: RecordedStep): string {
  if (kind === 'plugin') return oneLine(`${command ?? ''} ${name}: ${network ?? ''} (${interfaceName ?? ''})`);
  return oneLine(kind === 'phase' ? (phases.get(name) ?? name) : name);
}

// Text from a plugin may contain line breaks and control characters.
const oneLine = (text: string): string => text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();

const textsOf = ({ input, output, stderr }: RecordedStep): TimelineStep['texts'] =>
  [
    { what: 'input' as const, text: shown(input) },
    { what: 'output' as const, text: shown(output) },
    { what: 'stderr' as const, text: stderr ?? '' },
  ].filter(({ text }) => text !== '');

const shown = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value, null, 2);

function errorsOf(steps: readonly RecordedStep[], last: RecordedError | undefined): readonly TimelineError[] {
  const all = [
    ...steps.flatMap(({ error }) => (error === undefined ? [] : [error])),
    ...(last === undefined ? [] : [last]),
  ];
  return [...new Map(all.map((error) => [`${error.id} ${error.message}`, error])).values()].map((error) => ({
    ...error,
    message: oneLine(error.message),
    details: error.details
      .split('; ')
      .filter((each) => each !== '')
      .map(oneLine),
  }));
}
