import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { Webhook } from './admission-objects.ts';
import { type ApiError, failure } from './api-error.ts';
import { applyJsonPatch } from './json-patch.ts';
import { asObject, asText, type JsonObject } from './json.ts';

/** What a webhook answered. */
export interface WebhookAnswer {
  /** The rejection; undefined if the webhook allows the write. */
  readonly denial: ApiError | undefined;
  /** The object after the webhook's patch. */
  readonly object: JsonObject | null;
  readonly warnings: readonly string[];
}

/** Sends an AdmissionReview over HTTPS. Throws 500 as a real server does if the webhook gives no valid answer. */
export async function callWebhook(webhook: Webhook, review: JsonObject, mutating: boolean): Promise<WebhookAnswer> {
  try {
    const response = asObject(asObject(await post(webhook, review))['response']);
    const sent = asObject(review['request']);
    if (response['uid'] !== sent['uid']) throw new Error(`expected response.uid ${JSON.stringify(sent['uid'])}`);
    const warnings = Array.isArray(response['warnings']) ? response['warnings'].map(String) : [];
    const object = (sent['object'] ?? null) as JsonObject | null;
    if (response['allowed'] !== true)
      return { denial: denialOf(webhook, asObject(response['status'])), object, warnings };
    return { denial: undefined, object: mutating ? patched(object, response) : object, warnings };
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw failure({
      code: 500,
      reason: 'InternalError',
      message: `Internal error occurred: failed calling webhook "${webhook.name}": failed to call webhook: Post "${webhook.url}": ${cause}`,
      details: {},
    });
  }
}

function patched(object: JsonObject | null, response: JsonObject): JsonObject | null {
  const patch = asText(response['patch']);
  if (patch === '' || object === null) return object;
  if (response['patchType'] !== 'JSONPatch') throw new Error('webhook returned an invalid response.patchType');
  return applyJsonPatch(object, JSON.parse(Buffer.from(patch, 'base64').toString()));
}

function denialOf({ name }: Webhook, status: JsonObject): ApiError {
  const by = `admission webhook "${name}" denied the request`;
  const text = asText(status['message']) || asText(status['reason']);
  const code = Number(status['code'] ?? 0);
  return failure({
    code: code < 400 ? 400 : code,
    reason: asText(status['reason']),
    message: text === '' ? `${by} without explanation` : `${by}: ${text}`,
    ...(status['details'] !== undefined && { details: asObject(status['details']) }),
  });
}

async function post({ url, caBundle, timeoutSeconds }: Webhook, review: JsonObject): Promise<unknown> {
  const address = new URL(url);
  address.searchParams.set('timeout', `${timeoutSeconds}s`);
  const outgoing = request(address, {
    method: 'POST',
    ca: caBundle,
    agent: false,
    headers: { 'Content-Type': 'application/json', Accept: 'application/json, */*' },
    signal: AbortSignal.timeout(timeoutSeconds * 1000),
  });
  outgoing.end(JSON.stringify(review));
  const [response]: IncomingMessage[] = await once(outgoing, 'response');
  if (!response) throw new Error('no response');
  const body = await text(response);
  if (response.statusCode !== 200)
    throw new Error(`the server responded with status ${response.statusCode}: ${body.slice(0, 200)}`);
  return JSON.parse(body);
}
