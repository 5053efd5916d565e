import { type PlexusError, clip, detailsOf, pluginFailed, summaryOf } from '../errors/index.ts';
import { unnamedLinks } from './host-links.ts';
import type { Command } from './invocation.ts';
import { type JsonObject, isJsonObject, parseJson } from './json.ts';
import { sizeOfJson } from './json-size.ts';

export interface ErrorJsonOptions {
  /** The protocol version of the call. */
  readonly cniVersion: string;
  readonly command: Command | undefined;
  /** Returns the part of a text that may be shown, because runtimes copy the answer into Events. Default: all of it. */
  readonly shown?: (text: string) => string;
}

/** Formats the error object that a plugin prints on stdout. CNI specification, section 5, "Error" (CNI-08). */
export function errorJson(
  error: PlexusError,
  { cniVersion, command, shown = (same) => same }: ErrorJsonOptions,
): JsonObject {
  const text = command === 'DEL' ? neverTakenForSuccess : (same: string) => same;
  const details = text(shown(detailsOf(error)));
  // Mask before shortening: the masking does not recognize half a secret.
  return {
    cniVersion,
    code: error.code,
    msg: text(summaryOf(error, shown(error.message))),
    ...(details !== '' && { details }),
  };
}

// containerd reads these words in a DEL error as "already gone" and forgets the sandbox (K8S-57).
const neverTakenForSuccess = (text: string): string =>
  text.replaceAll(/not found/gi, 'missing').replaceAll(/no such file or directory/gi, 'file is absent');

export interface FailedRun {
  readonly plugin: string;
  readonly command: string;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What the plugin received on stdin. */
  readonly input?: JsonObject;
}

/** Builds the error for a plugin with an exit status other than 0, keeping the plugin's own code (CNI-10, CNI-65). */
export function pluginErrorOf({ plugin, command, exitCode, stdout, stderr, input = {} }: FailedRun): PlexusError {
  const status = exitCode === -1 ? 'ended by a signal' : `exit status ${exitCode}`;
  const refusal = stdout.trim() === '' ? undefined : errorObject(stdout);
  const withLinks = (text: string): string => `${text}${unnamedLinks(input, text)}`;
  if (refusal !== undefined)
    return pluginFailed(
      { plugin, command, message: withLinks(refusal.message) },
      { ...(refusal.code !== undefined && { code: refusal.code }) },
    );
  const output = shorten(stdout.trim() || stderr.trim());
  const message =
    output === '' ? `netplugin failed with no error message (${status})` : `netplugin failed: ${output} (${status})`;
  return pluginFailed({ plugin, command, message: withLinks(message) });
}

/**
 * The message and code of a plugin that answered with a CNI error object; undefined when the plugin succeeded, was
 * killed by a signal, or printed anything else.
 */
export function refusalIn({ exitCode, stdout }: Pick<FailedRun, 'exitCode' | 'stdout'>): string | undefined {
  const answer = exitCode > 0 ? errorObject(stdout) : undefined;
  return answer && `${answer.code ?? 'no code'}: ${answer.message}`;
}

const shorten = (text: string): string => clip(text, 2000);

// Far above the size of an error object; a longer answer is shown as plain text.
const mostErrorLength = 64 * 1024;
const mostErrorElements = 1000;

function errorObject(stdout: string): { readonly code?: number; readonly message: string } | undefined {
  try {
    if (stdout.length > mostErrorLength || sizeOfJson(stdout).elements > mostErrorElements) return undefined;
    const json = parseJson(stdout, 'stdout');
    if (!isJsonObject(json) || typeof json['msg'] !== 'string') return undefined;
    const { code, msg, details } = json as { code?: unknown; msg: string; details?: unknown };
    const message = typeof details === 'string' && details !== '' ? `${msg}; ${details}` : msg;
    return { ...(isCode(code) && { code }), message: shorten(message === '' ? 'empty message' : message) };
  } catch {
    return undefined; // Not JSON: the text itself is the message.
  }
}

const isCode = (code: unknown): code is number =>
  typeof code === 'number' && Number.isInteger(code) && code > 0 && code < 2 ** 32;
