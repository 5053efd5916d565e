import { createHash } from 'node:crypto';
import { apiRefused, apiUnavailable } from '../errors/index.ts';
import {
  type NadRef,
  type PodRef,
  configMirrorKey,
  nadGroup,
  nadKey,
  nadPlural,
  nadVersion,
  podKey,
} from '../npwg/index.ts';
import { type ApiConnection, type Shape, pathSegment, sendRequest } from '../kube/index.ts';
import { keptAnswers } from './kept-answers.ts';

/** Who a pod acts as in the cluster. */
export interface PodAccount {
  readonly uid?: string;
  /** The name of its ServiceAccount. */
  readonly serviceAccount: string;
  /**
   * The UID by which kubelet knows a static pod, if the object is its mirror. kubelet never runs a pod with this
   * annotation, and the API server does not let it be added later.
   */
  readonly mirrorOf?: string;
}
/** A user as the API server knows it. */
export interface ApiUser {
  readonly user: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}
export interface UseVerdict {
  readonly allowed: boolean;
  /** The reason that the authorizer states; may be ''. */
  readonly reason: string;
}

/** Questions to the API server's authorizer. Both reject with apiUnavailable or apiRefused. */
export interface Permissions {
  /** Undefined if the pod does not exist. */
  podAccount(ref: PodRef, signal: AbortSignal): Promise<PodAccount | undefined>;
  /** Whether a user has the verb `use` on a NetworkAttachmentDefinition. */
  mayUse(user: ApiUser, nad: NadRef, signal: AbortSignal): Promise<UseVerdict>;
}

/** The ServiceAccount of a pod as a user, with the groups that the API server gives it. */
export const serviceAccountUser = (namespace: string, name: string): ApiUser => ({
  user: `system:serviceaccount:${namespace}:${name}`,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
});

/** The attributes of an access review for the verb `use`. */
export const useAttributes = ({ namespace, name }: NadRef) => ({
  group: nadGroup,
  version: nadVersion,
  resource: nadPlural,
  verb: 'use',
  namespace,
  name,
});

const accountShape: Shape = {
  keys: {
    metadata: { keys: { uid: 256, annotations: { keys: { [configMirrorKey]: 1024 } } } },
    spec: { keys: { serviceAccountName: 1024 } },
  },
};
interface AccountPod {
  readonly metadata?: { readonly uid?: string; readonly annotations?: Readonly<Record<string, unknown>> };
  readonly spec?: { readonly serviceAccountName?: unknown };
}

/** The Permissions of a Kubernetes API server, with one request per method. `within` limits its duration. */
export function apiPermissions(
  api: ApiConnection,
  within: (signal: AbortSignal) => AbortSignal = (signal) => signal,
): Permissions {
  return {
    podAccount: async (ref, signal) => {
      const path = `/api/v1/namespaces/${pathSegment(ref.namespace)}/pods/${pathSegment(ref.name)}`;
      const what = `get pod ${podKey(ref)}`;
      const request = { verb: 'get', resource: 'pods', path, shape: () => accountShape, what } as const;
      const { status, body } = await sendRequest(request, [404], api, within(signal));
      return status === 404 ? undefined : accountOf(body as AccountPod);
    },
    mayUse: async ({ user, uid, groups, extra }, nad, signal) => {
      const spec = { user, ...(uid !== undefined && { uid }), groups, ...(extra && { extra }) };
      const what = `check the permission to use NetworkAttachmentDefinition ${nadKey(nad)}`;
      const { status, body } = await sendRequest(
        {
          verb: 'create',
          resource: 'subjectaccessreviews',
          path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
          body: {
            apiVersion: 'authorization.k8s.io/v1',
            kind: 'SubjectAccessReview',
            spec: { ...spec, resourceAttributes: useAttributes(nad) },
          },
          what,
        },
        [404],
        api,
        within(signal),
      );
      if (status === 404) throw apiRefused({ request: what, status, problem: 'it serves no SubjectAccessReview' });
      return verdictOf(body, what);
    },
  };
}

function accountOf({ metadata = {}, spec = {} }: AccountPod): PodAccount {
  const { uid, annotations = {} } = metadata;
  const { [configMirrorKey]: mirrorOf } = annotations;
  const name = typeof spec.serviceAccountName === 'string' ? spec.serviceAccountName : '';
  return {
    serviceAccount: name === '' ? 'default' : name,
    ...(uid !== undefined && { uid }),
    ...(typeof mirrorOf === 'string' && { mirrorOf }),
  };
}

// An evaluation error means that a part of the authorizers could not answer; their `allowed` still holds.
function verdictOf(body: unknown, request: string): UseVerdict {
  const { status } = Object(body) as {
    readonly status?: { readonly allowed?: unknown; readonly reason?: unknown; readonly evaluationError?: unknown };
  };
  if (typeof status?.allowed !== 'boolean') throw apiUnavailable({ request, problem: 'the answer contains no status' });
  const { allowed, reason, evaluationError } = status;
  if (!allowed && typeof evaluationError === 'string' && evaluationError !== '')
    throw apiUnavailable({ request, problem: evaluationError });
  return { allowed, reason: typeof reason === 'string' ? reason : '' };
}

const allowedMs = 30_000;
const deniedMs = 5000;

/** Keeps a permission for 30 seconds and a denial for 5 (keptAnswers). `permissions` must limit its duration. */
export function cachedPermissions(permissions: Permissions, now?: () => number): Permissions {
  const answer = keptAnswers<UseVerdict>(({ allowed }) => (allowed ? allowedMs : deniedMs), now);
  return {
    podAccount: (ref, signal) => permissions.podAccount(ref, signal),
    mayUse: (user, nad, signal) => {
      // Any pod can send the webhook users with long names.
      const question = JSON.stringify([user.user, user.uid, user.groups, user.extra, nadKey(nad)]);
      const key = createHash('sha256').update(question).digest('base64');
      return answer(key, (limit) => permissions.mayUse(user, nad, limit), signal);
    },
  };
}
