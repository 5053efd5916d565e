import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One call of a recording delegate. */
export interface RecordedCall {
  readonly plugin: string;
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: Record<string, unknown>;
}
/** The behaviour of a recording delegate for one command; by default it answers like a well-behaved plugin. */
export interface Behaviour {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
  /** Starts a child and never ends. */
  readonly hang?: boolean;
  /** Writes a file first, like plugins that report their device. */
  readonly write?: { readonly file: string; readonly text: string };
  /** Answers once this file exists. */
  readonly until?: string;
}
export interface RecordingDelegate {
  readonly calls: () => Promise<readonly RecordedCall[]>;
  /**
   * Sets its behaviour by command; a list has one entry per call of the command (counted from the start or from
   * `forget`), and the last one applies to all further calls.
   */
  readonly set: (behaviour: Readonly<Record<string, Behaviour | readonly Behaviour[]>>) => Promise<void>;
  /** Start and end of each call, in milliseconds of one clock. */
  readonly spans: () => Promise<readonly { readonly start: number; readonly end: number }[]>;
  readonly forget: () => Promise<void>;
}

/**
 * Creates an executable CNI plugin in a folder. It records every call (in one order for all recording delegates of the
 * folder) and answers ADD with prevResult, or with one interface and address. With `passTo`, the real plugin of that
 * name in that folder answers.
 */
export async function recordingDelegate(dir: string, type: string, passTo?: string): Promise<RecordingDelegate> {
  const state = join(dir, 'recorded');
  await mkdir(state, { recursive: true });
  await writeFile(join(dir, type), program(state, type, passTo));
  await chmod(join(dir, type), 0o755);
  const log = join(state, 'calls.jsonl');
  return {
    calls: () => lines(log),
    set: (behaviour) => writeFile(join(state, `${type}.json`), JSON.stringify(behaviour)),
    spans: async () => lines(join(state, 'spans.jsonl')),
    forget: async () => {
      for (const file of [log, join(state, 'spans.jsonl')]) await rm(file, { force: true });
    },
  };
}

const lines = async <T>(file: string): Promise<T[]> =>
  (await readFile(file, 'utf8').catch(() => ''))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T);

// CommonJS, so that it needs no package.json beside it. Its behaviour comes from a file, because the environment is
// under test.
const program = (state: string, type: string, passTo = '/nowhere'): string => `#!${process.execPath}
const fs = require('node:fs');
const start = performance.timeOrigin + performance.now();
process.on('exit', () => fs.appendFileSync('${state}/spans.jsonl', JSON.stringify({ start, end: performance.timeOrigin + performance.now() }) + '\\n'));
const stdin = fs.readFileSync(0, 'utf8');
const config = JSON.parse(stdin || '{}');
const { CNI_COMMAND: command, CNI_IFNAME: name, CNI_NETNS: sandbox } = process.env;
fs.appendFileSync('${state}/calls.jsonl', JSON.stringify({ plugin: '${type}', command, env: process.env, stdin: config }) + '\\n');
let behaviour = {};
try { behaviour = JSON.parse(fs.readFileSync('${state}/${type}.json', 'utf8'))[command] ?? {}; } catch {}
if (Array.isArray(behaviour)) {
  const calls = fs.readFileSync('${state}/calls.jsonl', 'utf8').split('\\n').filter(Boolean).map((line) => JSON.parse(line));
  const nth = calls.filter((call) => call.plugin === '${type}' && call.command === command).length;
  behaviour = behaviour[Math.min(nth, behaviour.length) - 1] ?? {};
}
const real = '${passTo}/${type}';
if (fs.existsSync(real)) {
  const { status, stdout, stderr } = require('node:child_process').spawnSync(real, { input: stdin });
  fs.writeSync(1, stdout);
  fs.writeSync(2, stderr);
  process.exit(status ?? 1);
}
if (behaviour.write) fs.writeFileSync(behaviour.write.file, behaviour.write.text);
if (behaviour.stderr) process.stderr.write(behaviour.stderr);
while (behaviour.until && !fs.existsSync(behaviour.until)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
if (behaviour.hang) {
  require('node:child_process').spawn('sleep', ['1000'], { stdio: 'inherit', argv0: '${state}/child' });
  setInterval(() => {}, 1000);
} else {
  const cniVersion = config.cniVersion;
  const result = config.prevResult ?? { cniVersion, interfaces: [{ name, sandbox }], ips: [{ version: '4', address: '10.0.0.5/24', interface: 0 }] };
  if (!config.prevResult && !cniVersion.startsWith('0.')) delete result.ips[0].version;
  process.stdout.write(behaviour.stdout ?? (command === 'ADD' ? JSON.stringify(result) : ''));
  process.exitCode = behaviour.exitCode ?? 0;
}
`;
