import type { OperationInfo, RecordedOperation, Report, Step } from '../report/index.ts';
import { type Kept, type KeptStep, type OperationStep, recordedOperation } from './recorded-operation.ts';

/**
 * Limits of what is kept. Bytes count what plugins read and wrote, a share for each JSON value in it, and a little for
 * each step.
 */
export interface RecentLimits {
  readonly operations: number;
  readonly bytes: number;
  /** Limit per operation; the rest is omitted, so that one operation cannot evict all others. */
  readonly bytesOfOne: number;
  readonly stepsOfOne: number;
}
/** Selects operations. */
export interface RecentQuery {
  /** namespace/name. */
  readonly pod?: string;
  /** Container ID, or a prefix of it. */
  readonly sandbox?: string;
  readonly last?: number;
}
/** Recent operations in this process's memory; a restart clears them. */
export interface RecentOperations {
  readonly report: Report;
  /** Newest last, with masked secrets. */
  readonly find: (query: RecentQuery) => readonly RecordedOperation[];
  /** Current number of operations and bytes. */
  readonly size: () => { readonly operations: number; readonly bytes: number };
}

const usual: RecentLimits = { operations: 256, bytes: 4 * 1024 * 1024, bytesOfOne: 1024 * 1024, stepsOfOne: 300 };
const bytesOfStep = 400;
// An answer decodes all texts at once, and a value takes some hundred bytes of memory, also one that takes two bytes in
// its text. With this share, the largest answer has fewer values than the commands read (json-limits.ts).
const bytesOfValue = 16;

/**
 * Keeps the last operations and evicts the oldest first. Steps are kept unchanged: nothing is copied or formatted
 * before it is requested.
 */
export function recentOperations(
  now: () => number,
  secretNames: () => readonly string[],
  limits: RecentLimits = usual,
): RecentOperations {
  const kept: Kept[] = [];
  const running = new WeakMap<OperationInfo, Kept>();
  const dropped = new WeakSet<Kept>(); // Operations that still ran when they were dropped.
  let bytes = 0;
  const keep = (info: OperationInfo, background: boolean): Kept => {
    const entry: Kept = { info, background, steps: [], bytes: 0, leftOut: 0, end: undefined };
    kept.push(entry);
    running.set(info, entry);
    return entry;
  };
  const dropOldest = (): void => {
    while (kept.length > limits.operations || (bytes > limits.bytes && kept.length > 1)) {
      const oldest = kept.shift();
      if (oldest === undefined) return;
      dropped.add(oldest);
      bytes -= oldest.bytes;
    }
  };
  const report: Report = (step, operation) => {
    // Called every few seconds, and not about a pod.
    if (operation?.command === 'STATUS' || !isOfOperation(step)) return;
    const entry =
      operation === undefined
        ? (backgroundOf(step, kept, now()) ?? keep(backgroundInfo(step, now()), true))
        : (running.get(operation) ?? keep(operation, false));
    if (dropped.has(entry)) return;
    if (step.kind === 'operation-finished' || step.kind === 'reclaimed') entry.end = step;
    else bytes += add(entry, { step, at: now() }, limits);
    dropOldest();
  };
  return {
    report,
    find: ({ pod, sandbox, last }) => {
      const found = kept.filter(
        ({ info }) =>
          (pod === undefined || info.pod === pod) && (sandbox === undefined || info.sandbox.startsWith(sandbox)),
      );
      return found.slice(last === undefined ? 0 : -last).map((entry) => recordedOperation(entry, secretNames()));
    },
    size: () => ({ operations: kept.length, bytes }),
  };
}

const kinds: readonly Step['kind'][] = [
  'plugin-finished',
  'phase-finished',
  'status-published',
  'warning',
  'problem',
  'abandoned',
  'reclaimed',
  'operation-finished',
];

const isOfOperation = (step: Step): step is OperationStep =>
  kinds.includes(step.kind) && 'sandbox' in step && step.sandbox !== undefined;

function sizeOf(step: OperationStep): number {
  if (step.kind !== 'plugin-finished') return bytesOfStep;
  const { input, output, stderr } = step;
  return bytesOfStep + stderr.length + sizeOfText(input) + sizeOfText(output);
}

function sizeOfText(text: string): number {
  let values = 0; // Also counts inside strings: it is an estimate.
  for (let at = 0; at < text.length; at++) if (',[{'.includes(text.charAt(at))) values++;
  return text.length + bytesOfValue * values;
}

/** Returns the number of added bytes. */
function add(entry: Kept, kept: KeptStep, { bytesOfOne, stepsOfOne }: RecentLimits): number {
  const bytes = sizeOf(kept.step);
  if (entry.bytes + bytes > bytesOfOne || entry.steps.length >= stepsOfOne) {
    entry.leftOut += 1;
    return 0;
  }
  entry.steps.push(kept);
  entry.bytes += bytes;
  return bytes;
}

// ── background work has no caller: consecutive steps about one sandbox form one operation ──────────────

const togetherMs = 60_000;

const backgroundOf = (step: OperationStep, kept: readonly Kept[], now: number): Kept | undefined =>
  kept.findLast(({ info, background, end, steps }) => {
    const last = steps.at(-1)?.at ?? info.startedAt;
    return background && end === undefined && info.sandbox === step.sandbox && now - last < togetherMs;
  });

function backgroundInfo(step: OperationStep, now: number): OperationInfo {
  const { pod, sandbox } = step;
  const command = step.kind === 'plugin-finished' || step.kind === 'operation-finished' ? step.command : 'DEL';
  const startedAt = 'startedAt' in step ? step.startedAt : 'ms' in step ? now - step.ms : now;
  return { command, sandbox, startedAt, ...(pod !== undefined && { pod }) };
}
