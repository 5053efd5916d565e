import type { Logger, destination as makeDestination } from 'pino';
import { type PlexusError, detailsOf, problemOf } from '../errors/index.ts';
import type { Report, Step } from '../report/index.ts';

export interface LogOptions {
  readonly level: 'silent' | 'error' | 'warn' | 'info' | 'debug';
  readonly toStderr: boolean;
  /** Appended to; its folder is made. */
  readonly file?: string;
}
/** A listener that writes steps as JSON lines, and the way to be sure that all are written. */
export interface Log {
  readonly report: Report;
  readonly flush: () => Promise<void>;
}

/** A log. pino is loaded with the first line that passes the level, so that a quiet call does not pay for it. */
export function createLog(options: LogOptions): Log {
  let written = Promise.resolve();
  let logger: Promise<Logger> | undefined;
  return {
    report: (step) => {
      const level = levelOf(step);
      if (!passes(level, options)) return;
      logger ??= load(options);
      const loading = logger;
      written = written.then(async () => (await loading)[level](fieldsOf(step), step.kind));
    },
    flush: () => written,
  };
}

type Level = 'error' | 'warn' | 'info' | 'debug';
const order = ['silent', 'error', 'warn', 'info', 'debug'];
const passes = (level: Level, options: LogOptions): boolean =>
  order.indexOf(level) <= order.indexOf(options.level) && (options.toStderr || options.file !== undefined);

async function load(options: LogOptions): Promise<Logger> {
  const { pino, destination, multistream, stdTimeFunctions } = (await import('pino')).default;
  const stderr = options.toStderr ? [destination({ dest: 2, sync: true })] : [];
  const { stream, problem } = fileStream(options.file, destination);
  const streams = [...stderr, ...(stream === undefined ? [] : [stream])].map((each) => ({ stream: each, level: 'debug' as const }));
  const base = { name: 'plexus', pid: process.pid };
  const layout = { base, timestamp: stdTimeFunctions.isoTime, formatters: { level: (label: string) => ({ level: label }) } };
  const logger = pino({ level: options.level, ...layout }, multistream(streams));
  if (problem !== undefined) logger.warn({ file: options.file, problem }, 'the log file cannot be used');
  return logger;
}

interface FileStream {
  readonly stream?: ReturnType<typeof makeDestination>;
  readonly problem?: string;
}

const mostWaitingBytes = 1024 * 1024;

// No log is worth a pod: lines that a full disk does not take wait in memory, up to a limit, and a file that cannot be opened is left out.
function fileStream(file: string | undefined, destination: typeof makeDestination): FileStream {
  if (file === undefined) return {};
  try {
    const stream = destination({ dest: file, sync: true, append: true, mkdir: true, maxLength: mostWaitingBytes });
    stream.on('error', () => {}); // without a listener it would end the process
    return { stream };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

// what has gone wrong is more serious than the same thing going right
const levels: Readonly<Record<Step['kind'], readonly [right: Level, wrong: Level]>> = {
  problem: ['error', 'error'],
  warning: ['warn', 'warn'],
  'operation-finished': ['info', 'error'],
  'status-published': ['info', 'warn'],
  abandoned: ['error', 'error'],
  reclaimed: ['warn', 'warn'],
  unattached: ['warn', 'warn'],
  attached: ['info', 'info'],
  detached: ['info', 'info'],
  'plugin-finished': ['debug', 'warn'],
  'api-request': ['debug', 'debug'],
  'watch-state': ['info', 'warn'],
  'configuration-displaced': ['warn', 'warn'],
  daemon: ['info', 'info'],
};

/** How serious a step is. */
function levelOf(step: Step): Level {
  const [right, wrong] = levels[step.kind];
  return 'error' in step && step.error !== undefined ? wrong : right;
}

/** A step as log fields: an error as its identifier, sentence, fix and causes. */
function fieldsOf(step: Step): object {
  const { kind: _message, ...fields } = step;
  return 'error' in fields && fields.error !== undefined ? { ...fields, error: errorFields(fields.error) } : fields;
}

const errorFields = (error: PlexusError): object => ({
  id: error.id,
  code: error.code,
  message: error.message,
  details: detailsOf(error),
  fix: error.kind.fix,
});
