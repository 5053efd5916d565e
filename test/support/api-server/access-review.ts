import type { ApiState } from './api-state.ts';
import { forbidden } from './api-error.ts';
import { changedDrivers } from './claim-rules.ts';
import { asObject, asText, type JsonObject, type KubeObject } from './json.ts';
import { readRequestInfo, type RequestInfo, type User, type Verb } from './request-info.ts';

/** Throws 403 if the server's authorize option rejects the request. */
export function refuseUnauthorized(state: ApiState, request: RequestInfo): void {
  if (request.verb === undefined || state.authorize(request)) return;
  const { verb, group, resource, subresource, namespace, name } = request;
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? ' at the cluster scope' : ` in the namespace "${namespace}"`;
  const why = `User "plexus-test" cannot ${verb} resource "${what}" in API group "${group}"${where}`;
  throw forbidden({ group, plural: resource, kind: resource }, name, why);
}

/**
 * Throws 403 for a change of what drivers publish in a ResourceClaim, unless resourceclaims/driver is allowed for each
 * driver's name: on the node of the claim (associated-node) or any (Kubernetes 1.36,
 * DRAResourceClaimGranularStatusAuthorization).
 */
export function refuseForeignDevices(
  { state, request }: { state: ApiState; request: RequestInfo },
  verb: 'update' | 'patch',
  next: KubeObject,
  current: KubeObject,
): void {
  if (request.resource !== 'resourceclaims') return;
  for (const driver of changedDrivers(next, current)) {
    const requestFor = (scope: 'associated-node' | 'arbitrary-node'): RequestInfo => ({
      ...request,
      verb: `${scope}:${verb}` as Verb,
      subresource: 'driver',
      name: driver,
    });
    if (!state.authorize(requestFor('associated-node')) && !state.authorize(requestFor('arbitrary-node')))
      refuseUnauthorized({ ...state, authorize: () => false }, requestFor('associated-node'));
  }
}

/**
 * The decision about the user who sent the review (SelfSubjectAccessReview), or about another one
 * (SubjectAccessReview).
 */
export function reviewAccess(
  state: ApiState,
  body: unknown,
  { kind, user }: { kind: 'SelfSubjectAccessReview' | 'SubjectAccessReview'; user: User },
): JsonObject {
  const review = asObject(body);
  const spec = asObject(review['spec']);
  const attributes = asObject(spec['resourceAttributes']);
  const text = (key: string): string => asText(attributes[key]);
  const request: RequestInfo = {
    ...readRequestInfo('GET', '/', ''),
    verb: text('verb') as Verb,
    group: text('group'),
    version: text('version'),
    resource: text('resource'),
    subresource: text('subresource'),
    namespace: text('namespace'),
    name: text('name'),
  };
  return {
    kind,
    apiVersion: 'authorization.k8s.io/v1',
    metadata: { creationTimestamp: null },
    spec,
    status: {
      allowed:
        kind === 'SubjectAccessReview'
          ? state.authorizeAs({ name: asText(spec['user']), groups: groupsIn(spec) }, request)
          : state.authorizeSelf(user, request),
    },
  };
}

const groupsIn = ({ groups }: JsonObject): string[] =>
  Array.isArray(groups) ? groups.map((each) => asText(each)) : [];
