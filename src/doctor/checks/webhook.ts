import { X509Certificate } from 'node:crypto';
import type { ApiReader } from '../../kube/index.ts';
import type { ApiObject } from '../api-objects.ts';
import type { Check, Seen } from '../check.ts';
import type { ClusterScene } from '../cluster-scene.ts';
import { podRefused } from './webhook-dry-run.ts';

interface Webhook {
  readonly name?: string;
  readonly failurePolicy?: string;
  readonly matchConditions?: readonly unknown[];
  readonly clientConfig?: {
    readonly caBundle?: string;
    readonly service?: { readonly namespace?: string; readonly name?: string };
  };
}
interface Configuration extends ApiObject {
  readonly webhooks?: readonly Webhook[];
}
interface EndpointSlice extends ApiObject {
  readonly endpoints?: readonly { readonly conditions?: { readonly ready?: boolean } }[];
}

const kinds = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'] as const;
const name = 'plexus';
const group = '/apis/admissionregistration.k8s.io/v1';
const weekMs = 7 * 24 * 60 * 60_000;

/** Whether the API server can call the admission webhook, and only for objects about networks. */
export const webhook: Check<ClusterScene> = {
  id: 'PLX-D-WEBHOOK',
  good: 'the admission webhook, if it is installed, can be called',
  finds:
    'the admission webhook is installed, but has no ready endpoint, no CA bundle, an authority that expires soon, or no matchConditions; or the API server accepts a pod that the webhook must reject (dry run)',
  fix: 'Check the pods and the log of the Deployment plexus-webhook, and apply its manifests again (docs/admission.md).',
  place: () => `webhook configurations ${name}`,
  look: async ({ api, now }, signal) => {
    const found = await Promise.all(kinds.map((kind) => configurationOf(api, kind, signal)));
    const webhooks = found.flatMap((configuration, index) =>
      (configuration?.webhooks ?? []).map((each) => ({ each, where: `${kinds[index]} ${name}, ${each.name ?? ''}` })),
    );
    const services = new Set(webhooks.flatMap(({ each }) => serviceOf(each) ?? []));
    const unserved = await Promise.all([...services].map((service) => withoutEndpoint(api, service, signal)));
    const problems: readonly Seen[] = [
      ...(webhooks.length > 0 && found.includes(undefined)
        ? [{ severity: 'error', what: `${kinds[found.indexOf(undefined)]} ${name} is missing` } as const]
        : []),
      ...unserved.flat(),
      ...webhooks.flatMap(({ each, where }) => problemsOf(each, now()).map((seen) => ({ ...seen, where }))),
    ];
    const isCallable = webhooks.length > 0 && !problems.some(({ severity }) => severity === 'error');
    return isCallable ? [...problems, ...(await podRefused(api, [...services][0], signal))] : problems;
  },
};

const configurationOf = async (api: ApiReader, kind: string, signal: AbortSignal): Promise<Configuration | undefined> =>
  (await api.get(`get ${kind} ${name}`, `${group}/${kind.toLowerCase()}s/${name}`, signal)) as
    | Configuration
    | undefined;

function serviceOf({ clientConfig }: Webhook): string | undefined {
  const { namespace, name: service } = clientConfig?.service ?? {};
  return namespace === undefined || service === undefined ? undefined : `${namespace}/${service}`;
}

async function withoutEndpoint(api: ApiReader, service: string, signal: AbortSignal): Promise<readonly Seen[]> {
  const [namespace, serviceName = ''] = service.split('/');
  const selector = encodeURIComponent(`kubernetes.io/service-name=${serviceName}`);
  const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?labelSelector=${selector}`;
  const slices = ((await api.list(`list EndpointSlices of ${service}`, path, signal)) ??
    []) as readonly EndpointSlice[];
  const ready = slices
    .flatMap(({ endpoints = [] }) => endpoints)
    .filter(({ conditions }) => conditions?.ready !== false);
  return ready.length > 0
    ? []
    : [{ severity: 'error', what: 'no replica of the webhook is ready', where: `Service ${service}` }];
}

function problemsOf({ clientConfig, failurePolicy, matchConditions = [] }: Webhook, now: number): readonly Seen[] {
  const isStrict = (failurePolicy ?? 'Fail') === 'Fail';
  return [
    ...bundleProblems(clientConfig?.caBundle ?? '', now),
    ...(isStrict && matchConditions.length === 0
      ? [
          {
            severity: 'warning',
            what: 'it has failurePolicy Fail and no matchConditions: an outage stops objects without networks, too',
          } as const,
        ]
      : []),
  ];
}

function bundleProblems(caBundle: string, now: number): readonly Seen[] {
  const pem = Buffer.from(caBundle, 'base64').toString();
  const parts = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (parts.length === 0)
    return [{ severity: 'error', what: 'it has no CA bundle, so the API server does not trust the webhook' }];
  const expires = Math.max(...parts.map(expiryOf));
  const date = new Date(expires).toISOString().slice(0, 10);
  if (expires <= now)
    return [{ severity: 'error', what: `all authorities of its CA bundle expired, the last on ${date}` }];
  return expires - now < weekMs
    ? [{ severity: 'warning', what: `the last authority of its CA bundle expires on ${date}` }]
    : [];
}

function expiryOf(pem: string): number {
  try {
    return new X509Certificate(pem).validToDate.getTime();
  } catch {
    return 0;
  }
}
