import { type PlexusError, detailsOf } from '../errors/index.ts';
import { type OperationInfo, type Step, maskDocument, maskText } from '../report/index.ts';

/** What the line of an operation tells beside its end. */
export interface OperationNotes {
  /** The pod asks for debug lines. */
  debug: boolean;
  readonly attachments: { readonly network: string; readonly interface: string; readonly ms: number }[];
  readonly plugins: { readonly plugin: string; readonly interface: string; readonly ms: number; readonly failed?: string; readonly stderr?: string }[];
}

/** The notes of an operation, made with its first step. */
export function notesOf(all: WeakMap<OperationInfo, OperationNotes>, operation: OperationInfo): OperationNotes {
  const known = all.get(operation);
  if (known !== undefined) return known;
  const made: OperationNotes = { debug: false, attachments: [], plugins: [] };
  all.set(operation, made);
  return made;
}

/** Keeps what the line of the operation will tell. */
export function noteStep(notes: OperationNotes, step: Step): void {
  if (step.kind === 'debug-asked') notes.debug = true;
  if (step.kind === 'attached' || step.kind === 'detached') notes.attachments.push({ network: step.network, interface: step.interfaceName, ms: step.ms });
  if (step.kind !== 'plugin-finished') return;
  const { plugin, interfaceName, ms, error, stderr } = step;
  const said = error === undefined ? '' : stderr.trim().slice(-longestStderr); // what a plugin says there counts most when it fails (CNI-64)
  notes.plugins.push({ plugin, interface: interfaceName, ms, ...(error !== undefined && { failed: error.id }), ...(said !== '' && { stderr: said }) });
}

const longestStderr = 2000;

export interface About {
  readonly operation: OperationInfo | undefined;
  readonly notes: OperationNotes | undefined;
  readonly secretNames: readonly string[];
}

/** A step as log fields, secrets masked: an error as its identifier, sentence, fix and causes. */
export function fieldsOf(step: Step, about: About): object {
  const { kind: _message, ...fields } = step;
  const pod = about.operation?.pod;
  const shown = { ...(pod !== undefined && { pod }), ...fields, ...particular(step, about) };
  return 'error' in fields && fields.error !== undefined ? { ...shown, error: errorFields(fields.error, about.secretNames) } : shown;
}

function particular(step: Step, { notes, secretNames }: About): object {
  const show = (text: string): string => maskText(text, secretNames);
  if (step.kind === 'plugin-finished') {
    return { input: maskDocument(step.input, secretNames), output: maskDocument(step.output, secretNames), stderr: show(step.stderr) };
  }
  if (step.kind === 'operation-finished') {
    return { outcome: step.error === undefined ? 'success' : 'failure', ...(notes !== undefined && operationFields(notes, secretNames)) };
  }
  if (step.kind === 'warning' || step.kind === 'daemon') return { text: show(step.text) };
  return step.kind === 'abandoned' ? { lastError: show(step.lastError) } : {};
}

const operationFields = ({ attachments, plugins }: OperationNotes, secretNames: readonly string[]): object => ({
  attachments,
  plugins: plugins.map((each) => (each.stderr === undefined ? each : { ...each, stderr: maskText(each.stderr, secretNames) })),
});

const errorFields = (error: PlexusError, secretNames: readonly string[]): object => ({
  id: error.id,
  code: error.code,
  message: maskText(error.message, secretNames),
  details: maskText(detailsOf(error), secretNames),
  fix: error.kind.fix,
});
