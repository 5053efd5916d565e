import type { FieldError } from './api-error.ts';
import { asObject, asText, isObject, type JsonObject, type KubeObject } from './json.ts';
import { invalidField, requiredField } from './metadata-rules.ts';

/** One webhook of a MutatingWebhookConfiguration or ValidatingWebhookConfiguration, with the defaults of v1. */
export interface Webhook {
  readonly name: string;
  /** The configuration's name and the webhook's position in it: unique, and the order of calls. */
  readonly key: string;
  readonly url: string;
  /** PEM */
  readonly caBundle: string;
  readonly rules: readonly JsonObject[];
  readonly namespaceSelector: JsonObject;
  readonly objectSelector: JsonObject;
  readonly matchConditions: readonly { readonly name: string; readonly expression: string }[];
  readonly failurePolicy: string;
  readonly timeoutSeconds: number;
  readonly reinvocationPolicy: string;
}

const objectsIn = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** The webhooks of a configuration, in the order of their list. */
export const webhooksOf = (configuration: KubeObject): Webhook[] =>
  objectsIn(configuration['webhooks']).map((webhook, index) => {
    const client = asObject(webhook['clientConfig']);
    return {
      name: asText(webhook['name']),
      key: `${configuration.metadata.name}/${index}`,
      url: asText(client['url']),
      caBundle: Buffer.from(asText(client['caBundle']), 'base64').toString(),
      rules: objectsIn(webhook['rules']),
      namespaceSelector: asObject(webhook['namespaceSelector']),
      objectSelector: asObject(webhook['objectSelector']),
      matchConditions: objectsIn(webhook['matchConditions']).map((each) => ({
        name: asText(each['name']),
        expression: asText(each['expression']),
      })),
      failurePolicy: asText(webhook['failurePolicy'], 'Fail'),
      timeoutSeconds: Number(webhook['timeoutSeconds'] ?? 10),
      reinvocationPolicy: asText(webhook['reinvocationPolicy'], 'Never'),
    };
  });

/** The problems of a webhook configuration that a real server rejects. */
export function validateWebhooks(configuration: KubeObject): FieldError[] {
  const webhooks = objectsIn(configuration['webhooks']);
  const names = webhooks.map((webhook) => webhook['name']);
  return webhooks.flatMap((webhook, index) => {
    const path = `webhooks[${index}]`;
    const { url, service } = asObject(webhook['clientConfig']);
    const timeout = Number(webhook['timeoutSeconds'] ?? 10);
    const allowed = ['None', 'NoneOnDryRun'];
    return [
      ...(asText(webhook['name']).split('.').length < 3
        ? [invalidField(`${path}.name`, webhook['name'], 'should be a domain with at least three segments')]
        : []),
      ...(names.indexOf(webhook['name']) < index
        ? [invalidField(`${path}.name`, webhook['name'], 'duplicate name')]
        : []),
      ...(allowed.includes(asText(webhook['sideEffects']))
        ? []
        : [invalidField(`${path}.sideEffects`, webhook['sideEffects'], `must be one of ${allowed.join(', ')}`)]),
      ...(Array.isArray(webhook['admissionReviewVersions']) && webhook['admissionReviewVersions'].includes('v1')
        ? []
        : [requiredField(`${path}.admissionReviewVersions`)]),
      ...((url === undefined) === (service === undefined)
        ? [requiredField(`${path}.clientConfig`, 'exactly one of url or service is required')]
        : []),
      ...(timeout >= 1 && timeout <= 30
        ? []
        : [invalidField(`${path}.timeoutSeconds`, timeout, 'must be between 1 and 30')]),
    ];
  });
}
