import { networksKey } from '../../npwg/index.ts';
import type { ApiReader } from '../../kube/index.ts';
import type { DaemonSet } from '../api-objects.ts';
import { type Seen, unknown } from '../check.ts';

const namespace = 'default';
const place = `a pod of namespace ${namespace}`;

/** Valid for every Pod Security level, except that its networks cannot be parsed. */
const invalidPod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'plexus-doctor', namespace, annotations: { [networksKey]: '[{' } },
  spec: {
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'main',
        image: 'registry.k8s.io/pause:3.10',
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        resources: { requests: { cpu: '1m', memory: '1Mi' }, limits: { cpu: '1m', memory: '1Mi' } },
      },
    ],
  },
};

/**
 * Whether the API server rejects a pod that the webhook must reject, by a dry run: this checks the path from the API
 * server to the webhook and the rules in between. `service`: the webhook's, as namespace/name.
 */
export async function podRefused(
  api: ApiReader,
  service: string | undefined,
  signal: AbortSignal,
): Promise<readonly Seen[]> {
  const resourceAttributes = { verb: 'create', resource: 'pods', namespace };
  if ((await api.review('SelfSubjectAccessReview', { resourceAttributes }, signal))?.allowed !== true)
    return [notTried(`the current user may not create pods in namespace ${namespace}`)];
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const { isAccepted, status, problem } = await api.tryCreate('create a pod (dry run)', path, invalidPod, signal);
  if (problem.includes('failed calling webhook'))
    return [{ severity: 'error', what: `the API server cannot call the webhook: ${problem}`, where: place }];
  if (!isAccepted)
    return problem.includes('PLX-') ? [] : [notTried(`the API server rejected the pod for another reason: ${problem}`)];
  if (await isLenient(api, service, signal)) return [];
  const what = `the API server accepts a pod whose annotation ${networksKey} is invalid (dry run, status ${status})`;
  const fix =
    'Set webhook.pods to enforce, and apply the webhook configurations of this version again (docs/admission.md).';
  return [{ severity: 'warning', what, where: place, fix }];
}

const notTried = (why: string): Seen => ({ ...unknown(why), severity: 'note', where: place });

/** Whether the Deployment of the webhook states that pods are not rejected. It has the name of the Service. */
async function isLenient(api: ApiReader, service: string | undefined, signal: AbortSignal): Promise<boolean> {
  const [home = '', name = ''] = service?.split('/') ?? [];
  if (name === '') return false;
  const path = `/apis/apps/v1/namespaces/${home}/deployments/${name}`;
  const deployment = (await api.get(`get Deployment ${service}`, path, signal)) as DaemonSet | undefined;
  const words = (deployment?.spec?.template?.spec?.containers ?? []).flatMap(({ args = [] }) => args);
  return /--pods[= ](warn|off)( |$)/.test(words.join(' '));
}
