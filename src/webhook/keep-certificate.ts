import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject } from '../cni/index.ts';
import { asPlexusError, fileUnusable, problemOf, webhookSecretMissing } from '../errors/index.ts';
import { type ApiConnection, pathSegment, sendRequest } from '../kube/index.ts';
import { type CertificateTiming, type KeyPair, type StoredCertificates, afterStep, nextStep } from './certificate.ts';
import { objectAt, objectsAt, stringAt } from './pod-parts.ts';

/** Where the certificate comes from. */
export type CertificateSource =
  /** Another program writes and renews the files, for example cert-manager. */
  | { readonly kind: 'files'; readonly cert: string; readonly key: string }
  /** The webhook creates it, and publishes the authority in its configurations. */
  | {
      readonly kind: 'self-signed';
      readonly names: readonly string[];
      readonly namespace: string;
      readonly secret: string;
      /** The name of the MutatingWebhookConfiguration and of the ValidatingWebhookConfiguration. */
      readonly configuration: string;
    };

export interface KeeperOptions {
  readonly source: CertificateSource;
  readonly api: ApiConnection;
  readonly timing: CertificateTiming;
  readonly pollMs: number;
  /** Called with the first certificate, and with each new one. */
  readonly serve: (pair: KeyPair) => void;
}

/** Keeps the certificate and its publication up to date until the signal is aborted. Never rejects. */
export async function keepCertificate(options: KeeperOptions, signal: AbortSignal): Promise<void> {
  const { source, api, pollMs, serve } = options;
  let served = '';
  let reported = '';
  let published: string | undefined;
  while (!signal.aborted) {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(attemptMs)]);
    try {
      const step: Partial<Step> =
        source.kind === 'files'
          ? { pair: await readFiles(source) }
          : await oneStep(options, source, { published, signal: limit });
      if (step.pair !== undefined && step.pair.cert !== served) {
        serve(step.pair);
        served = step.pair.cert;
      }
      published = await step.publish?.();
      reported = '';
    } catch (thrown) {
      const error = asPlexusError(thrown);
      if (!signal.aborted && error.message !== reported) api.report({ kind: 'problem', error });
      reported = error.message;
    }
    await delay(pollMs * (1 + Math.random() / 5), undefined, { signal }).catch(() => {}); // the loop condition handles an abort
  }
}

const attemptMs = 15_000;

async function readFiles({ cert, key }: CertificateSource & { readonly kind: 'files' }): Promise<KeyPair> {
  const read = (file: string): Promise<string> =>
    readFile(file, 'utf8').catch((error: unknown) => {
      throw fileUnusable({ file, action: 'read', problem: problemOf(error) }, { cause: error });
    });
  return { cert: await read(cert), key: await read(key) };
}

type SelfSigned = CertificateSource & { readonly kind: 'self-signed' };

interface Step {
  readonly pair: KeyPair | undefined;
  /** Puts the bundle into the webhook configurations. Returns the bundle if they all contain it. */
  readonly publish: () => Promise<string | undefined>;
}

/** Reads the Secret, and takes the next step if this replica is the first to write it. */
async function oneStep(
  { api, timing }: KeeperOptions,
  source: SelfSigned,
  { published, signal }: { readonly published: string | undefined; readonly signal: AbortSignal },
): Promise<Step> {
  const { names, namespace, secret } = source;
  const path = `/api/v1/namespaces/${pathSegment(namespace)}/secrets/${pathSegment(secret)}`;
  const what = `Secret ${namespace}/${secret}`;
  for (;;) {
    const { status, body } = await sendRequest(
      { verb: 'get', resource: 'secrets', path, what: `get ${what}` },
      [404],
      api,
      signal,
    );
    if (status === 404) throw webhookSecretMissing({ secret: `${namespace}/${secret}` });
    const stored = storedIn(body);
    const now = Date.now();
    const step = nextStep(stored, timing, { now, names, isPublished: published === stored.bundle });
    if (step === 'keep') return { pair: stored.current, publish: () => publish(api, source, stored.bundle, signal) };
    const isNew = step === 'create' || step === 'prepare';
    const { makeGeneration } = await import('./make-certificate.ts');
    const next = afterStep(stored, step, isNew ? await makeGeneration(names, timing.lifetimeMs, now) : undefined, now);
    const written = await sendRequest(
      {
        verb: 'patch',
        resource: 'secrets',
        path,
        contentType: 'application/merge-patch+json',
        body: { metadata: { resourceVersion: objectAt(body, 'metadata')['resourceVersion'] }, data: dataOf(next) },
        what: `write ${what}`,
      },
      [409], // another replica was first
      api,
      signal,
    );
    if (written.status !== 409) api.report({ kind: 'daemon', text: stepTexts[step] });
  }
}

const stepTexts = {
  create: 'created a certificate',
  prepare: 'prepared the next certificate',
  promote: 'serves the next certificate',
};

const encoded = (text: string): string => Buffer.from(text).toString('base64');

const dataOf = ({ bundle, current, next }: StoredCertificates): object => ({
  'ca.crt': encoded(bundle),
  'tls.crt': encoded(current?.cert ?? ''),
  'tls.key': encoded(current?.key ?? ''),
  'next.crt': next === undefined ? null : encoded(next.cert),
  'next.key': next === undefined ? null : encoded(next.key),
});

function storedIn(secret: unknown): StoredCertificates {
  const data: JsonObject = objectAt(secret, 'data');
  const text = (key: string): string => Buffer.from(stringAt(data, key), 'base64').toString();
  const pair = (name: string): KeyPair | undefined =>
    text(`${name}.crt`) === '' ? undefined : { cert: text(`${name}.crt`), key: text(`${name}.key`) };
  const [current, next] = [pair('tls'), pair('next')];
  return { bundle: text('ca.crt'), ...(current !== undefined && { current }), ...(next !== undefined && { next }) };
}

const group = '/apis/admissionregistration.k8s.io/v1';

async function publish(
  api: ApiConnection,
  source: SelfSigned,
  bundle: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const kinds = ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'];
  const published = await Promise.all(
    kinds.map((kind) => publishIn(api, `${kind}/${pathSegment(source.configuration)}`, bundle, signal)),
  );
  return published.every(Boolean) ? bundle : undefined;
}

/** A configuration that does not exist needs no bundle. */
async function publishIn(api: ApiConnection, name: string, bundle: string, signal: AbortSignal): Promise<boolean> {
  const [resource = ''] = name.split('/');
  const path = `${group}/${name}`;
  const { status, body } = await sendRequest({ verb: 'get', resource, path, what: `get ${name}` }, [404], api, signal);
  if (status === 404) return true;
  const caBundle = encoded(bundle);
  const stale = objectsAt(body, 'webhooks').flatMap((webhook, index) =>
    objectAt(webhook, 'clientConfig')['caBundle'] === caBundle ? [] : [index],
  );
  if (stale.length === 0) return true;
  const patch = [
    { op: 'test', path: '/metadata/resourceVersion', value: objectAt(body, 'metadata')['resourceVersion'] },
    ...stale.map((index) => ({ op: 'add', path: `/webhooks/${index}/clientConfig/caBundle`, value: caBundle })),
  ];
  const contentType = 'application/json-patch+json';
  const answer = await sendRequest(
    { verb: 'patch', resource, path, body: patch, contentType, what: `patch ${name}` },
    [409, 422],
    api,
    signal,
  );
  return answer.status < 300;
}
