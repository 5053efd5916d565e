import { type PlexusError, detailsOf } from '../errors/index.ts';
import {
  type OperationInfo,
  type RecordedError,
  type RecordedOperation,
  type RecordedStep,
  type Step,
  type StepOf,
  maskDocument,
  maskText,
} from '../report/index.ts';

type Of<K extends Step['kind']> = Extract<Step, { readonly kind: K }>;
/** The steps of an operation that are kept. */
export type OperationStep = Of<
  | 'plugin-finished'
  | 'phase-finished'
  | 'status-published'
  | 'warning'
  | 'problem'
  | 'abandoned'
  | 'reclaimed'
  | 'operation-finished'
> &
  StepOf;
export interface KeptStep {
  readonly step: OperationStep;
  readonly at: number;
}
/** An operation as it is kept, with its steps in order. */
export interface Kept {
  readonly info: OperationInfo;
  readonly background: boolean;
  readonly steps: KeptStep[];
  bytes: number;
  leftOut: number;
  end: Of<'operation-finished' | 'reclaimed'> | undefined;
}

/** Formats a kept operation without secrets. */
export function recordedOperation(
  { info, background, steps, end, leftOut }: Kept,
  secret: readonly string[],
): RecordedOperation {
  const { command, sandbox, pod, startedAt } = info;
  const error = end !== undefined && 'error' in end ? end.error : undefined;
  return {
    command,
    sandbox,
    ...(pod !== undefined && { pod }),
    startedAt: new Date(startedAt).toISOString(),
    ...(end !== undefined && { ms: end.ms }),
    outcome: outcomeOf({ background, steps, end }),
    background,
    ...(error !== undefined && { error: recordedError(error, secret) }),
    steps: withoutRepeated(steps).map((kept) => recordedStep(kept, startedAt, secret)),
    ...(leftOut > 0 && { leftOut: `${leftOut} more steps omitted: too many for one operation` }),
  };
}

// A plugin that fails during an undo is also reported as a step of its own.
const withoutRepeated = (steps: readonly KeptStep[]): readonly KeptStep[] => {
  const pluginErrors = new Set(
    steps.flatMap(({ step }) =>
      step.kind === 'plugin-finished' && step.error !== undefined ? [step.error.message] : [],
    ),
  );
  return steps.filter(({ step }) => step.kind !== 'problem' || !pluginErrors.has(step.error.message));
};

function outcomeOf({
  background,
  steps,
  end,
}: Pick<Kept, 'background' | 'steps' | 'end'>): RecordedOperation['outcome'] {
  if (end === undefined && !background) return 'running';
  const last = end ?? steps.at(-1)?.step;
  const hasFailed =
    last !== undefined &&
    (('error' in last && last.error !== undefined) || ('outcome' in last && last.outcome === 'abandoned'));
  return hasFailed ? 'failure' : 'success';
}

const recordedError = (error: PlexusError, secret: readonly string[]): RecordedError => ({
  id: error.id,
  code: error.code,
  message: maskText(error.message, secret),
  details: maskText(detailsOf(error), secret),
  fix: error.kind.fix,
});

function recordedStep({ step, at }: KeptStep, began: number, secret: readonly string[]): RecordedStep {
  const ms = 'ms' in step ? step.ms : 0;
  const startedAt = 'startedAt' in step ? step.startedAt : at - ms;
  const error =
    'error' in step && step.error !== undefined
      ? { outcome: step.error.id, error: recordedError(step.error, secret) }
      : { outcome: 'ok' };
  const describe = describing[step.kind] as (step: OperationStep, secret: readonly string[]) => Described;
  return { offsetMs: Math.max(0, startedAt - began), ms, ...error, ...describe(step, secret) };
}

type Described = Pick<RecordedStep, 'kind' | 'name'> & Partial<RecordedStep>;

const describing: { readonly [K in OperationStep['kind']]: (step: Of<K>, secret: readonly string[]) => Described } = {
  'plugin-finished': (step, secret) => ({
    kind: 'plugin',
    name: step.plugin,
    command: step.command,
    network: step.network,
    ...(step.interfaceName !== undefined && { interface: step.interfaceName }),
    input: maskDocument(step.input, secret),
    ...(step.output.trim() !== '' && { output: maskDocument(step.output, secret) }),
    ...(step.stderr.trim() !== '' && { stderr: maskText(step.stderr, secret) }),
  }),
  'phase-finished': ({ phase }) => ({ kind: 'phase', name: phase }),
  'status-published': ({ outcome }) => ({ kind: 'status', name: 'network-status', outcome }),
  warning: ({ text }, secret) => ({ kind: 'note', name: maskText(text, secret), outcome: 'warning' }),
  problem: ({ error }, secret) => ({ kind: 'note', name: maskText(error.message, secret) }),
  abandoned: ({ network, interfaceName, lastError }, secret) => ({
    kind: 'note',
    name: `abandoned: ${maskText(lastError, secret)}`,
    network,
    interface: interfaceName,
    outcome: 'abandoned',
  }),
  reclaimed: ({ why, outcome }) => ({ kind: 'note', name: why, outcome }),
  'operation-finished': () => ({ kind: 'note', name: 'operation-finished' }),
};
