import type { FieldError } from './api-error.ts';
import { asObject, type JsonObject, type KubeObject } from './json.ts';
import { requiredField } from './metadata-rules.ts';

// events.k8s.io/v1 and core/v1 show the same stored objects with different field names.
const coreNames: readonly (readonly [string, string])[] = [
  ['regarding', 'involvedObject'],
  ['note', 'message'],
  ['reportingController', 'reportingComponent'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
];

export const toCoreEvent = (event: JsonObject): JsonObject => ({
  ...renamed(event, new Map(coreNames)),
  apiVersion: 'v1',
});

export const fromCoreEvent = (event: KubeObject): KubeObject => ({
  ...renamed(event, new Map(coreNames.map(([shown, core]) => [core, shown]))),
  apiVersion: 'events.k8s.io/v1',
  kind: event.kind,
  metadata: event.metadata,
});

/** core/v1: an Event is in the namespace of its object. */
export function validateCoreEvent(event: KubeObject): FieldError[] {
  const about = asObject(event['involvedObject'])['namespace'] ?? '';
  const expected = about === '' ? 'default' : about;
  if (event.metadata.namespace === expected) return [];
  const value = JSON.stringify(about);
  return [
    {
      field: 'involvedObject.namespace',
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${value}: does not match event.namespace`,
    },
  ];
}

/** events.k8s.io/v1 is stricter about new events. */
export function validateNewEvent(event: KubeObject, before: KubeObject | undefined): FieldError[] {
  const namespace = validateCoreEvent(event);
  if (before !== undefined) return namespace;
  const needed = ['eventTime', 'reportingController', 'reportingInstance', 'action', 'reason'];
  const shownEvent: JsonObject = fromCoreEvent(event);
  const missing = needed.filter((key) => !shownEvent[key]).map((key) => requiredField(key));
  const typeIsFine = ['Normal', 'Warning'].includes(String(shownEvent['type']));
  return [...namespace, ...missing, ...(typeIsFine ? [] : [requiredField('type', 'has invalid value')])];
}

const renamed = (object: JsonObject, names: ReadonlyMap<string, string>): JsonObject =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [names.get(key) ?? key, value]));
