import type { Logger } from 'pino';
import { type OperationInfo, type Report, type Step, escapeInvisible, maskText } from '../report/index.ts';
import { type Rotation, openLogFile } from './log-file.ts';
import { sentenceOf } from './log-sentence.ts';
import { type OperationNotes, logFields, isNoted, notesOf, noteStep } from './log-fields.ts';

export interface LogOptions {
  readonly level: 'silent' | 'error' | 'warn' | 'info' | 'debug';
  readonly toStderr: boolean;
  /** json: one object per line; text: time, level and sentence. Default: json. */
  readonly format?: 'json' | 'text';
  /** Appended to; its folder is created. */
  readonly file?: string;
  readonly rotation?: Rotation;
  /** Keys whose values are secret, besides those with a name that indicates a secret. */
  readonly secretNames?: readonly string[];
}
/** A sink that writes steps as JSON lines, and a way to flush them. */
export interface Log {
  readonly report: Report;
  readonly flush: () => Promise<void>;
  /** Loads all modules that writing needs, because later the process may be out of file descriptors. */
  readonly prepare: () => Promise<void>;
}

/**
 * Creates a log: one line for the outcome of each command, and other steps at their level. pino is loaded with the
 * first line that passes the level, or with `prepare`, so that a quiet call does not pay for it. A line that cannot be
 * written is lost and has no other effect.
 */
export function createLog(options: LogOptions): Log {
  const notes = new WeakMap<OperationInfo, OperationNotes>();
  const secretNames = options.secretNames ?? [];
  let written = Promise.resolve();
  let logger: Promise<Logger> | undefined;
  const loaded = (): Promise<Logger> => (logger ??= load(options));
  return {
    report: (step, operation) => {
      const known = operation === undefined ? undefined : notesOf(notes, operation);
      if (known !== undefined) noteStep(known, step);
      const level = levelOf(step, known);
      if (!passes(level, options, known?.debug === true)) return;
      const loading = loaded();
      const write = async (): Promise<void> =>
        (await loading)[level](
          { step: step.kind, ...logFields(step, { operation, notes: known, secretNames }) },
          sentenceOf(step, { operation, notes: known }, secretNames),
        );
      written = written.then(write).catch(() => void (logger = undefined)); // The next line retries.
    },
    flush: () => written,
    prepare: async () => void (await loaded()),
  };
}

type Level = 'error' | 'warn' | 'info' | 'debug';
const order = ['silent', 'error', 'warn', 'info', 'debug'];
const passes = (level: Level, options: LogOptions, isDebugged: boolean): boolean =>
  (isDebugged || order.indexOf(level) <= order.indexOf(options.level)) &&
  (options.toStderr || options.file !== undefined);

const usualRotation: Rotation = { maxSizeMegabytes: 100, maxBackups: 5, maxAgeDays: 5 };

async function load({ toStderr, file, rotation = usualRotation, format = 'json' }: LogOptions): Promise<Logger> {
  const { pino, destination, multistream, stdTimeFunctions } = (await import('pino')).default;
  const opened = file === undefined ? undefined : openLogFile(file, rotation, destination);
  const streams = [
    ...(toStderr ? [destination({ dest: 2, sync: true })] : []),
    ...(opened !== undefined && 'stream' in opened ? [opened.stream] : []),
  ].map((stream) => ({
    stream: { write: (line: string) => stream.write(escapeInvisible(format === 'text' ? textLine(line) : line)) },
    level: 'debug' as const,
  }));
  const base = { name: 'plexus', pid: process.pid };
  const layout = {
    base,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const logger = pino({ level: 'debug', ...layout }, multistream(streams)); // The level was already checked.
  if (opened !== undefined && 'problem' in opened)
    logger.warn({ file, problem: maskText(opened.problem) }, 'the log file cannot be used');
  return logger;
}

function textLine(line: string): string {
  const { time, level, msg } = JSON.parse(line) as {
    readonly time: string;
    readonly level: string;
    readonly msg: string;
  };
  return `${time} ${level.padEnd(5)} ${msg.replaceAll('\n', ' ')}\n`;
}

// A failure is more serious than a success of the same kind.
const levels: Readonly<Record<Step['kind'], readonly [right: Level, wrong: Level]>> = {
  problem: ['error', 'error'],
  warning: ['warn', 'warn'],
  'operation-finished': ['info', 'error'],
  'status-published': ['info', 'warn'],
  'check-disregarded': ['warn', 'warn'],
  abandoned: ['error', 'error'],
  reclaimed: ['warn', 'warn'],
  'networks-followed': ['info', 'info'],
  unattached: ['warn', 'warn'],
  attached: ['info', 'info'],
  detached: ['info', 'info'],
  'plugin-finished': ['debug', 'warn'],
  'phase-finished': ['debug', 'debug'],
  'debug-asked': ['debug', 'debug'],
  'api-request': ['debug', 'debug'],
  'api-retried': ['debug', 'debug'],
  'event-sent': ['debug', 'debug'],
  'journal-written': ['debug', 'debug'],
  'work-added': ['debug', 'debug'],
  'work-started': ['debug', 'debug'],
  'work-finished': ['debug', 'debug'],
  'watch-state': ['info', 'warn'],
  'configuration-displaced': ['warn', 'warn'],
  daemon: ['info', 'info'],
};

// The operation's log line contains these steps.
const toldAtTheEnd: readonly Step['kind'][] = ['attached', 'detached', 'plugin-finished'];

/** Returns the severity of a step. */
function levelOf(step: Step, notes: OperationNotes | undefined): Level {
  const [right, wrong] = levels[step.kind];
  const isWrong = 'error' in step && step.error !== undefined;
  if (
    notes !== undefined &&
    (isNoted(notes, step) || toldAtTheEnd.includes(step.kind) || (step.kind === 'status-published' && !isWrong))
  )
    return 'debug';
  return isWrong ? wrong : right;
}
