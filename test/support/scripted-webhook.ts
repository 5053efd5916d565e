import { once } from 'node:events';
import { createServer } from 'node:https';
import { json } from 'node:stream/consumers';
import { type JsonObject, makeCertificates } from './api-server/index.ts';

/** The request of an AdmissionReview, as far as tests read it. */
export interface ReviewedRequest extends JsonObject {
  readonly uid: string;
  readonly operation: string;
  readonly name: string;
  readonly dryRun: boolean;
  readonly object: JsonObject | null;
  readonly oldObject: JsonObject | null;
}

/** A webhook whose answers a test determines. */
export interface ScriptedWebhook {
  readonly url: string;
  /** base64, for clientConfig.caBundle */
  readonly caBundle: string;
  readonly received: ReviewedRequest[];
  readonly close: () => Promise<void>;
}

/** Starts a webhook on 127.0.0.1. A response of undefined is never sent. */
export async function scriptedWebhook(
  answer: (request: ReviewedRequest) => JsonObject | undefined,
): Promise<ScriptedWebhook> {
  const { caCert, cert, key } = await makeCertificates();
  const received: ReviewedRequest[] = [];
  const server = createServer({ cert, key }, (incoming, outgoing) => {
    void json(incoming).then((review) => {
      const { request } = review as { readonly request: ReviewedRequest };
      received.push(request);
      const response = answer(request);
      if (response === undefined) return;
      outgoing.setHeader('Content-Type', 'application/json');
      outgoing.end(
        JSON.stringify({
          kind: 'AdmissionReview',
          apiVersion: 'admission.k8s.io/v1',
          response: { uid: request.uid, ...response },
        }),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `https://127.0.0.1:${address.port}/review`,
    caBundle: Buffer.from(caCert).toString('base64'),
    received,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A response that allows the request and changes its object. */
export const patchResponse = (patch: readonly JsonObject[]): JsonObject => ({
  allowed: true,
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
});
