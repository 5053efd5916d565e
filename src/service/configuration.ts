import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseDocument } from 'yaml';
import { type JsonObject, type JsonValue, isJsonObject } from '../cni/index.ts';
import { type PlexusError, asPlexusError, fileUnusable, manifestInvalid, problemOf } from '../errors/index.ts';
import type { Report } from '../report/index.ts';
import { type DaemonOptions, parseDaemonOptions, startKeys } from './options.ts';

/** The sources of a daemon's configuration; later ones override earlier ones. */
export interface ConfigurationSources {
  /** Undefined or missing: only the other two sources count. */
  readonly file: string | undefined;
  /** Whether a missing file is an error. */
  readonly required: boolean;
  readonly env: JsonObject;
  readonly flags: JsonObject;
}
/** The options, kept up to date with the file. */
export interface LiveConfiguration {
  readonly current: () => DaemonOptions;
  /** Checks the file regularly until the signal is aborted. An invalid file is reported and changes nothing. */
  readonly follow: (report: Report, signal: AbortSignal) => Promise<void>;
}

const checkMs = 5000;

/**
 * Reads the configuration and passes warnings to `warn`. Rejects with settingsInvalid, manifestInvalid or fileUnusable.
 */
export async function loadConfiguration(
  sources: ConfigurationSources,
  warn: (jsonText: string) => void,
): Promise<LiveConfiguration> {
  let written = await merged(sources);
  let { options, warnings } = parseDaemonOptions(written);
  for (const { text } of warnings) warn(text);
  let lastStamp = stampOf(sources.file);
  const checkFile = async (report: Report): Promise<void> => {
    const stamp = stampOf(sources.file);
    if (stamp === lastStamp) return;
    lastStamp = stamp;
    const next = await merged(sources);
    ({ options, warnings } = parseDaemonOptions(withStartKeysOf(next, written)));
    for (const text of [...warnings.map((each) => each.text), ...needRestart(next, written)])
      report({ kind: 'warning', text });
    written = withStartKeysOf(next, written);
    report({ kind: 'daemon', text: `${sources.file} changed and is in effect` });
  };
  return {
    current: () => options,
    follow: async (report, signal) => {
      while (!signal.aborted) {
        await delay(checkMs, undefined, { signal }).catch(() => {}); // the loop condition handles an abort
        await checkFile(report).catch((thrown: unknown) => report({ kind: 'problem', error: asPlexusError(thrown) }));
      }
    },
  };
}

const isStartKey = (key: string): boolean => startKeys.includes(key);
const text = (value: JsonValue | undefined): string => JSON.stringify(value) ?? 'not set';

/** Returns the new values, except that keys read only at start keep their old ones. */
const withStartKeysOf = (next: JsonObject, before: JsonObject): JsonObject => ({
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

// YAML includes JSON
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

// Returns a stamp that changes with the file. The inode is part of it, because a ConfigMap is updated by replacing
// symbolic links, so the file itself is replaced.
function stampOf(file: string | undefined): string {
  if (file === undefined) return '';
  try {
    // synchronous: runs every few seconds, and the thread pool would wake more threads
    const { ino, mtimeMs, size } = statSync(file);
    return `${ino} ${mtimeMs} ${size}`;
  } catch {
    return 'missing';
  }
}
