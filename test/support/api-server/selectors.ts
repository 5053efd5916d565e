import { badRequest } from './api-error.ts';
import { type KubeObject, valueAt } from './json.ts';
import type { RequestInfo } from './request-info.ts';
import { type ResourceType, shown } from './resource-type.ts';

/** Whether a request selects a stored object by namespace, name, labels and fields. */
export type Selector = (object: KubeObject) => boolean;

/** Reads labelSelector, fieldSelector, namespace and name. Throws 400 if one is malformed or unsupported. */
export function readSelector(type: ResourceType, request: RequestInfo): Selector {
  const labels = parseLabelSelector(request.query.get('labelSelector') ?? '');
  const fields = parseFieldSelector(request.query.get('fieldSelector') ?? '', type.fields);
  return (object) =>
    (request.namespace === '' || object.metadata.namespace === request.namespace) &&
    (request.name === '' || object.metadata.name === request.name) &&
    labels.every((matches) => matches(object.metadata.labels ?? {})) &&
    fields.every((matches) => matches(shown(type, object)));
}

type LabelTest = (labels: Record<string, string>) => boolean;

const setRequirement = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/;
const equalityRequirement = /^([^\s!=]+)\s*(==|=|!=)\s*([^\s!=]*)$/;
const existsRequirement = /^(!?)\s*([^\s!=()]+)$/;

function parseLabelSelector(text: string): LabelTest[] {
  return splitOutsideParentheses(text).map((requirement) => parseLabelRequirement(requirement));
}

function parseLabelRequirement(text: string): LabelTest {
  const [, setKey, operator, list] = setRequirement.exec(text) ?? [];
  if (setKey !== undefined && list !== undefined) {
    const values = list.split(',').map((value) => value.trim());
    const isIn: LabelTest = (labels) => values.includes(labels[setKey] ?? '\0');
    return operator === 'in' ? isIn : (labels) => !isIn(labels);
  }
  const [, key, sign, value] = equalityRequirement.exec(text) ?? [];
  if (key !== undefined) return (labels) => (labels[key] === value) === (sign !== '!=');
  const [, not, name] = existsRequirement.exec(text) ?? [];
  if (name !== undefined) return (labels) => Object.hasOwn(labels, name) === (not === '');
  throw badRequest(`unable to parse requirement: found '${text}', expected: identifier, in, notin, =, ==, != or !`);
}

const splitOutsideParentheses = (text: string): string[] =>
  text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');

function parseFieldSelector(text: string, known: readonly string[]): Selector[] {
  return text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => parseFieldRequirement(part, known));
}

function parseFieldRequirement(text: string, known: readonly string[]): Selector {
  const [, path, sign, value = ''] = /^([^!=]+)(==|=|!=)(.*)$/.exec(text) ?? [];
  if (path === undefined) {
    throw badRequest(`invalid selector: '${text}'; can't understand '${text}'`);
  }
  if (!known.includes(path)) throw badRequest(`field label not supported: ${path}`);
  const keys = path === 'source' ? ['source', 'component'] : path.split('.'); // As for Events in Kubernetes.
  return (object) => (fieldText(valueAt(object, keys)) === value) === (sign !== '!=');
}

const fieldText = (value: unknown): string => {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : JSON.stringify(value);
};
