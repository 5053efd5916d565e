import { type PlexusError, detailsOf } from '../errors/index.ts';
import { type OperationInfo, type Step, maskDocument, maskText } from '../report/index.ts';

/** Details of an operation's log line besides its outcome. */
export interface OperationNotes {
  /** Whether the pod requests debug lines. */
  debug: boolean;
  readonly attached: NotedAttachment[];
  readonly detached: NotedAttachment[];
  readonly plugins: NotedPlugin[];
}
interface NotedAttachment {
  readonly network: string;
  readonly interface: string;
  readonly ms: number;
}
interface NotedPlugin {
  readonly command: string;
  readonly plugin: string;
  readonly interface?: string;
  readonly ms: number;
  /** ID and message of its error, and its stderr. */
  readonly failed?: string;
  readonly message?: string;
  readonly stderr?: string;
}

/** Returns the notes of an operation; its first step creates them. */
export function notesOf(all: WeakMap<OperationInfo, OperationNotes>, operation: OperationInfo): OperationNotes {
  const known = all.get(operation);
  if (known !== undefined) return known;
  const made: OperationNotes = { debug: false, attached: [], detached: [], plugins: [] };
  all.set(operation, made);
  return made;
}

/** Stores what the operation's log line will contain. */
export function noteStep(notes: OperationNotes, step: Step): void {
  if (step.kind === 'debug-asked') notes.debug = true;
  if (step.kind === 'attached' || step.kind === 'detached')
    notes[step.kind].push({ network: step.network, interface: step.interfaceName, ms: step.ms });
  if (step.kind === 'plugin-finished') notes.plugins.push({ ...notedFailure(step), ...pluginOf(step) });
}

type PluginStep = Extract<Step, { kind: 'plugin-finished' }>;

const pluginOf = ({ command, plugin, interfaceName, ms }: PluginStep) => ({
  command,
  plugin,
  ...(interfaceName !== undefined && { interface: interfaceName }),
  ms,
});

// A plugin's stderr matters most when it fails (CNI-64).
function notedFailure({ error, stderr }: PluginStep): Partial<NotedPlugin> {
  if (error === undefined) return {};
  const output = stderr.trim().slice(-longestStderr);
  return { failed: error.id, message: error.message, ...(output !== '' && { stderr: output }) };
}

/** Whether the operation's log line will contain this problem: a plugin that fails during an undo. */
export const isNoted = ({ plugins }: OperationNotes, step: Step): boolean =>
  step.kind === 'problem' && plugins.some(({ message }) => message === step.error.message);

const longestStderr = 2000;

export interface About {
  readonly operation: OperationInfo | undefined;
  readonly notes: OperationNotes | undefined;
  readonly secretNames: readonly string[];
}

/** Formats a step as log fields with masked secrets; an error as its ID, message, fix and causes. */
export function logFields(step: Step, about: About): object {
  const { kind: _message, ...fields } = step;
  const pod = about.operation?.pod;
  const shown = { ...(pod !== undefined && { pod }), ...fields, ...fieldsOfKind(step, about) };
  return 'error' in fields && fields.error !== undefined
    ? { ...shown, error: errorFields(fields.error, about.secretNames) }
    : shown;
}

function fieldsOfKind(step: Step, { notes, secretNames }: About): object {
  const show = (text: string): string => maskText(text, secretNames);
  if (step.kind === 'plugin-finished') {
    return {
      input: maskDocument(step.input, secretNames),
      output: maskDocument(step.output, secretNames),
      stderr: show(step.stderr),
    };
  }
  if (step.kind === 'operation-finished') {
    return {
      outcome: step.error === undefined ? 'success' : 'failure',
      ...(notes !== undefined && operationFields(notes, secretNames)),
    };
  }
  if (step.kind === 'warning' || step.kind === 'daemon') return { text: show(step.text) };
  return step.kind === 'abandoned' ? { lastError: show(step.lastError) } : {};
}

function operationFields({ attached, detached, plugins }: OperationNotes, secretNames: readonly string[]): object {
  const shown = plugins.map(({ message, stderr, ...rest }) => ({
    ...rest,
    ...(message !== undefined && { message: maskText(message, secretNames) }),
    ...(stderr !== undefined && { stderr: maskText(stderr, secretNames) }),
  }));
  return { ...(attached.length > 0 && { attached }), ...(detached.length > 0 && { detached }), plugins: shown };
}

const errorFields = (error: PlexusError, secretNames: readonly string[]): object => ({
  id: error.id,
  code: error.code,
  message: maskText(error.message, secretNames),
  details: maskText(detailsOf(error), secretNames),
  fix: error.kind.fix,
});
