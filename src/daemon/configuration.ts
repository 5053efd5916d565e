import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseDocument } from 'yaml';
import { type JsonObject, type JsonValue, isJsonObject } from '../cni/index.ts';
import { type PlexusError, asPlexusError, fileUnusable, manifestInvalid, problemOf } from '../errors/index.ts';
import type { Report } from '../report/index.ts';
import { type DaemonOptions, parseDaemonOptions, startKeys } from './options.ts';

/** Where a daemon's configuration comes from, the strongest last. */
export interface ConfigurationSources {
  /** Absent or missing: only the other two count. */
  readonly file: string | undefined;
  /** Whether the file has to be there. */
  readonly required: boolean;
  readonly env: JsonObject;
  readonly flags: JsonObject;
}
/** The options as they are now. */
export interface LiveConfiguration {
  readonly current: () => DaemonOptions;
  /**
   * Looks at the file now and then, until the signal is aborted; a file that is wrong is reported and changes nothing.
   */
  readonly follow: (report: Report, signal: AbortSignal) => Promise<void>;
}

const lookMs = 5000;

/** Reads the configuration; settingsInvalid, manifestInvalid, fileUnusable. Warnings go to `warn`. */
export async function loadConfiguration(
  sources: ConfigurationSources,
  warn: (text: string) => void,
): Promise<LiveConfiguration> {
  let written = await merged(sources);
  let { options, warnings } = parseDaemonOptions(written);
  for (const { text } of warnings) warn(text);
  let seen = stampOf(sources.file);
  const look = async (report: Report): Promise<void> => {
    const stamp = stampOf(sources.file);
    if (stamp === seen) return;
    seen = stamp;
    const next = await merged(sources);
    ({ options, warnings } = parseDaemonOptions(kept(next, written)));
    for (const text of [...warnings.map((each) => each.text), ...needRestart(next, written)])
      report({ kind: 'warning', text });
    written = kept(next, written);
    report({ kind: 'daemon', text: `${sources.file} changed and is in effect` });
  };
  return {
    current: () => options,
    follow: async (report, signal) => {
      while (!signal.aborted) {
        await delay(lookMs, undefined, { signal }).catch(() => {}); // the loop's condition says what an abort means
        await look(report).catch((thrown: unknown) => report({ kind: 'problem', error: asPlexusError(thrown) }));
      }
    },
  };
}

const isStartKey = (key: string): boolean => startKeys.includes(key);
const text = (value: JsonValue | undefined): string => JSON.stringify(value) ?? 'not set';

/** The new values, but those that are read at start only as they were. */
const kept = (next: JsonObject, before: JsonObject): JsonObject => ({
  ...Object.fromEntries(Object.entries(next).filter(([key]) => !isStartKey(key))),
  ...Object.fromEntries(Object.entries(before).filter(([key]) => isStartKey(key))),
});

const needRestart = (next: JsonObject, before: JsonObject): readonly string[] =>
  startKeys
    .filter((key) => text(next[key]) !== text(before[key]))
    .map((key) => `${key} changed to ${text(next[key])}; restart the daemon to apply it (now: ${text(before[key])})`);

async function merged({ file, required, env, flags }: ConfigurationSources): Promise<JsonObject> {
  return { ...(await fileContent(file, required)), ...env, ...flags };
}

async function fileContent(file: string | undefined, required: boolean): Promise<JsonObject> {
  if (file === undefined) return {};
  const content = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && !required) return '';
    throw fileUnusable({ file, action: 'read', problem: problemOf(error) }, { cause: error });
  });
  return decode(content, file);
}

// YAML holds JSON as well
function decode(content: string, file: string): JsonObject {
  const document = parseDocument(content);
  const [error] = document.errors;
  if (error !== undefined)
    throw notAnObject(file, `line ${error.linePos?.[0].line ?? '?'}: ${error.message.split('\n')[0] ?? ''}`);
  const value: unknown = document.toJS() ?? {};
  if (isJsonObject(value)) return value;
  throw notAnObject(file, 'it is not a list of keys and values');
}

const notAnObject = (file: string, problem: string): PlexusError => manifestInvalid({ file, problem });

// a ConfigMap is changed by replacing links: the file itself is always another one
function stampOf(file: string | undefined): string {
  if (file === undefined) return '';
  try {
    const { ino, mtimeMs, size } = statSync(file); // synchronous: this runs every few seconds, and the thread pool would wake more threads
    return `${ino} ${mtimeMs} ${size}`;
  } catch {
    return 'missing';
  }
}
