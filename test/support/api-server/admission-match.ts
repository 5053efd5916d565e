import { Environment } from '@marcbachmann/cel-js';
import { failure } from './api-error.ts';
import { asObject, asText, isObject, type JsonObject, type KubeObject } from './json.ts';
import type { Webhook } from './admission-objects.ts';
import type { ResourceType } from './resource-type.ts';

/** A write as admission sees it. */
export interface AdmittedWrite {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly type: ResourceType;
  readonly subresource: string;
  readonly namespace: string;
  readonly object: JsonObject | null;
  readonly oldObject: JsonObject | null;
  /** AdmissionRequest without the objects. */
  readonly request: JsonObject;
  /** The namespace object; undefined for a resource of the cluster. */
  readonly namespaceObject: KubeObject | undefined;
}

/** Whether rules, selectors and matchConditions of a webhook select the write. Throws if a condition fails. */
export const matches = (webhook: Webhook, write: AdmittedWrite): boolean =>
  webhook.rules.some((rule) => matchesRule(rule, write)) &&
  selects(webhook.namespaceSelector, namespaceLabels(write)) &&
  (selects(webhook.objectSelector, labelsOf(write.object)) ||
    selects(webhook.objectSelector, labelsOf(write.oldObject))) &&
  meetsConditions(webhook, write);

const listOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
const names = (value: unknown, name: string): boolean => listOf(value).some((each) => each === '*' || each === name);

function matchesRule(rule: JsonObject, { operation, type, subresource }: AdmittedWrite): boolean {
  const scope = asText(rule['scope'], '*');
  const resources = listOf(rule['resources']);
  const full = subresource === '' ? type.plural : `${type.plural}/${subresource}`;
  const wild = subresource === '' ? ['*', '*/*'] : ['*/*', `*/${subresource}`, `${type.plural}/*`];
  return (
    names(rule['operations'], operation) &&
    names(rule['apiGroups'], type.group) &&
    names(rule['apiVersions'], type.version) &&
    [full, ...wild].some((each) => resources.includes(each)) &&
    (scope === '*' || scope === (type.namespaced ? 'Namespaced' : 'Cluster'))
  );
}

type Labels = Readonly<Record<string, unknown>>;

const labelsOf = (object: JsonObject | null): Labels => asObject(asObject(object?.['metadata'])['labels']);

/** A namespace is selected by its own labels; another resource of the cluster always is. */
const namespaceLabels = ({ type, namespaceObject, object, oldObject }: AdmittedWrite): Labels | undefined => {
  if (type.plural === 'namespaces') return labelsOf(object ?? oldObject);
  return namespaceObject?.metadata.labels ?? (type.namespaced ? {} : undefined);
};

function selects(selector: JsonObject, labels: Labels | undefined): boolean {
  if (labels === undefined) return true;
  const expressions = Array.isArray(selector['matchExpressions']) ? selector['matchExpressions'].filter(isObject) : [];
  return (
    Object.entries(asObject(selector['matchLabels'])).every(([key, value]) => labels[key] === value) &&
    expressions.every((each) => meetsExpression(each, labels))
  );
}

function meetsExpression({ key, operator, values }: JsonObject, labels: Labels): boolean {
  const value = labels[asText(key)];
  switch (operator) {
    case 'In':
      return value !== undefined && listOf(values).includes(asText(value));
    case 'NotIn':
      return value === undefined || !listOf(values).includes(asText(value));
    case 'Exists':
      return value !== undefined;
    default:
      return value === undefined;
  }
}

/** A condition that is false excludes the webhook, whatever the others are; otherwise a failing one is an error. */
function meetsConditions({ name, matchConditions }: Webhook, write: AdmittedWrite): boolean {
  let problem: string | undefined;
  const environment = new Environment({ unlistedVariablesAreDyn: true });
  const { object, oldObject, request } = write;
  const variables = structuredClone({ object, oldObject, request });
  for (const condition of matchConditions) {
    try {
      if (environment.evaluate(condition.expression, variables) !== true) return false;
    } catch (error) {
      problem ??= `match condition "${condition.name}": ${String(error)}`;
    }
  }
  if (problem === undefined) return true;
  throw failure({
    code: 403,
    reason: 'Forbidden',
    message: `matchConditions of webhook "${name}" failed: ${problem}`,
    details: {},
  });
}
