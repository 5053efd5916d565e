import { type OperationInfo, type Step, maskText } from '../report/index.ts';
import type { OperationNotes } from './log-fields.ts';

type Of<K extends Step['kind']> = Extract<Step, { readonly kind: K }>;

interface Around {
  readonly operation: OperationInfo | undefined;
  readonly notes: OperationNotes | undefined;
}

/** Formats a step as a sentence for people, without secrets. Programs read the fields of the line. */
export const sentenceOf = (step: Step, around: Around, secretNames: readonly string[]): string =>
  maskText((sentences[step.kind] as (step: Step, around: Around) => string)(step, around), secretNames);

const sentences: { readonly [K in Step['kind']]: (step: Of<K>, around: Around) => string } = {
  'operation-finished': (step, { operation, notes }) => {
    const what = `${step.command} ${step.pod ?? operation?.pod ?? step.sandbox}`.trim();
    if (step.error !== undefined) return `${what} failed after ${ms(step)}: ${errorText(step.error)}`;
    return `${what}: ${[...listText('attached', notes?.attached), ...listText('detached', notes?.detached)].join('; ') || 'done'} in ${ms(step)}`;
  },
  'plugin-finished': (step) =>
    `plugin ${step.plugin} ${step.command} for ${step.interfaceName ?? 'the node'} (${step.network}): ${step.error === undefined ? 'done' : errorText(step.error)} in ${ms(step)}`,
  'phase-finished': (step) => `phase ${step.phase} took ${ms(step)}`,
  'debug-asked': () => 'the pod requests debug lines for this operation',
  attached: (step) => `attached ${step.interfaceName} to ${step.network} in ${ms(step)}`,
  detached: (step) => `detached ${step.interfaceName} from ${step.network} in ${ms(step)}`,
  'networks-followed': ({ sandbox, pod = sandbox, attached, detached, problems }) =>
    `the networks of ${pod} follow its annotation: ${
      [
        ...(attached.length === 0 ? [] : [`attached ${attached.join(', ')}`]),
        ...(detached.length === 0 ? [] : [`detached ${detached.join(', ')}`]),
        ...(problems.length === 0 ? [] : [`remaining problems ${problems.join(', ')}`]),
      ].join('; ') || 'nothing changed'
    }`,
  'check-disregarded': (step) =>
    `disregarded a failed CHECK of plugin ${step.plugin} for ${step.interfaceName} (${step.network}): ${errorText(step.error)}`,
  abandoned: (step) =>
    `abandoned ${step.interfaceName} (${step.network}) after ${step.attempts} attempts: ${step.lastError}`,
  reclaimed: (step) => `reclaimed a lost sandbox (${step.why}): ${step.outcome}, in ${ms(step)}`,
  unattached: ({ pods }) =>
    pods.length === 0
      ? 'no running pod is without its networks any more'
      : `running pods without their networks: ${pods.join(', ')}`,
  'status-published': (step) =>
    `network-status: ${step.error === undefined ? step.outcome : errorText(step.error)}, in ${ms(step)}`,
  problem: ({ error }) => errorText(error),
  warning: ({ text }) => text,
  'api-request': (step) => `${step.verb} ${step.resource}: status ${step.status}, in ${ms(step)}`,
  'api-retried': ({ verb, resource }) => `retrying ${verb} ${resource}`,
  'event-sent': ({ outcome }) => `Event: ${outcome}`,
  'journal-written': (step) => `journal: ${step.operation}, in ${ms(step)}`,
  'work-added': ({ controller, added }) => `controller ${controller}: ${added} more to do`,
  'work-started': ({ controller }) => `controller ${controller} started`,
  'work-finished': (step) => `controller ${step.controller}: ${step.result}, in ${ms(step)}`,
  'watch-state': ({ resource, state, error }) =>
    `watch of ${resource}: ${state}${error === undefined ? '' : `: ${errorText(error)}`}`,
  'configuration-displaced': ({ file, by, fixed }) =>
    `the container runtime does not use ${file}: ${by}${fixed ? ' (restored)' : ''}`,
  daemon: ({ text }) => text,
};

const ms = (step: { readonly ms: number }): string => `${Math.round(step.ms)} ms`;

const errorText = ({ id, message }: { readonly id: string; readonly message: string }): string => `${id}: ${message}`;

const listText = (verb: string, entries: OperationNotes['attached'] = []): readonly string[] =>
  entries.length === 0
    ? []
    : [`${verb} ${entries.map(({ interface: name, network }) => `${name} (${network})`).join(', ')}`];
