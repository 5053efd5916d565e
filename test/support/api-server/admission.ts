import { randomUUID } from 'node:crypto';
import { callWebhook, type WebhookAnswer } from './admission-call.ts';
import { type AdmittedWrite, matches } from './admission-match.ts';
import { type Webhook, webhooksOf } from './admission-objects.ts';
import type { ApiState } from './api-state.ts';
import { type JsonObject, sameJson } from './json.ts';
import type { RequestInfo } from './request-info.ts';
import type { ResourceType } from './resource-type.ts';

// Admission by webhooks, as in a real server: mutating webhooks one after the other, in the order of their
// configurations' names, some of them a second time if a later one changed the object; validating webhooks together,
// after the schema. Not supported: clientConfig.service (tests use a URL), matchPolicy, subjects other than the one
// token.

/** A write that admission may change or reject. */
export interface Write {
  readonly state: ApiState;
  readonly type: ResourceType;
  readonly request: RequestInfo;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly object: JsonObject | null;
  readonly oldObject: JsonObject | null;
  /** Receives the warnings for the client. */
  readonly warn: (text: string) => void;
}

/** Calls the mutating webhooks. Returns the object as they changed it; throws the first rejection. */
export async function mutate<T extends JsonObject>(write: Write & { readonly object: T }): Promise<T> {
  let object: T = write.object;
  const seenBy = new Map<string, JsonObject>();
  const webhooks = configured(write, 'mutatingwebhookconfigurations');
  for (const round of [1, 2]) {
    for (const webhook of webhooks) {
      const seen = seenBy.get(webhook.key);
      const isDue =
        round === 1 || (webhook.reinvocationPolicy === 'IfNeeded' && seen !== undefined && !sameJson(seen, object));
      if (!isDue) continue;
      const answer = await ask(webhook, { ...write, object }, true);
      if (answer === undefined) continue;
      if (answer.denial !== undefined) throw answer.denial;
      object = (answer.object ?? object) as T;
      seenBy.set(webhook.key, object);
    }
  }
  return object;
}

/** Calls the validating webhooks. Throws the first rejection. */
export async function validate(write: Write): Promise<void> {
  const webhooks = configured(write, 'validatingwebhookconfigurations');
  const answers = await Promise.all(webhooks.map((webhook) => ask(webhook, write, false)));
  const denied = answers.find((answer) => answer?.denial !== undefined);
  if (denied?.denial !== undefined) throw denied.denial;
}

/** Admission of a DELETE, which nothing can change. */
export async function admitDelete(write: Write): Promise<void> {
  for (const webhook of configured(write, 'mutatingwebhookconfigurations')) {
    const answer = await ask(webhook, write, false);
    if (answer?.denial !== undefined) throw answer.denial;
  }
  await validate(write);
}

/** No webhook may reject a change of webhook configurations. */
const configured = ({ state, type }: Write, storage: string): Webhook[] =>
  type.group === 'admissionregistration.k8s.io'
    ? []
    : state.store.list(storage).flatMap((configuration) => webhooksOf(configuration));

/** Undefined if the webhook does not apply, or failed with failurePolicy Ignore. */
async function ask(webhook: Webhook, write: Write, mutating: boolean): Promise<WebhookAnswer | undefined> {
  const admitted = admittedWrite(write);
  try {
    if (!matches(webhook, admitted)) return undefined;
    const { object, oldObject } = admitted;
    const request = { ...admitted.request, object, oldObject };
    const review = { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', request };
    const answer = await callWebhook(webhook, review, mutating);
    for (const text of answer.warnings) write.warn(text);
    return answer;
  } catch (error) {
    if (webhook.failurePolicy === 'Ignore') return undefined;
    throw error;
  }
}

function admittedWrite({ state, type, request, operation, object, oldObject }: Write): AdmittedWrite {
  const { group, version, plural, kind } = type;
  const metadata = (object ?? oldObject)?.['metadata'] as { readonly name?: string } | undefined;
  const isDryRun = request.query.get('dryRun') === 'All';
  return {
    operation,
    type,
    subresource: request.subresource,
    namespace: request.namespace,
    object,
    oldObject,
    namespaceObject: type.namespaced ? state.store.get('namespaces', '', request.namespace) : undefined,
    request: {
      uid: randomUUID(),
      kind: { group, version, kind },
      resource: { group, version, resource: plural },
      requestKind: { group, version, kind },
      requestResource: { group, version, resource: plural },
      ...(request.subresource !== '' && { subResource: request.subresource, requestSubResource: request.subresource }),
      name: metadata?.name ?? request.name,
      ...(type.namespaced && { namespace: request.namespace }),
      operation,
      userInfo: { username: request.user.name, groups: request.user.groups },
      dryRun: isDryRun,
      options: {
        kind: `${{ CREATE: 'Create', UPDATE: 'Update', DELETE: 'Delete' }[operation]}Options`,
        apiVersion: 'meta.k8s.io/v1',
      },
    },
  };
}
