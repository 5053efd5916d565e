import type { ApiState } from './api-state.ts';
import { forbidden } from './api-error.ts';
import { asObject, asText, type JsonObject } from './json.ts';
import { readRequestInfo, type RequestInfo, type Verb } from './request-info.ts';

/** Throws 403 if the server's authorize option refuses the request. */
export function refuseUnauthorized(state: ApiState, request: RequestInfo): void {
  if (request.verb === undefined || state.authorize(request)) return;
  const { verb, group, resource, subresource, namespace, name } = request;
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? ' at the cluster scope' : ` in the namespace "${namespace}"`;
  const why = `User "plexus-test" cannot ${verb} resource "${what}" in API group "${group}"${where}`;
  throw forbidden({ group, plural: resource, kind: resource }, name, why);
}

/** What the authorize option would say (SelfSubjectAccessReview), or authorizeAs of another user (SubjectAccessReview). */
export function reviewAccess(state: ApiState, body: unknown, kind: 'SelfSubjectAccessReview' | 'SubjectAccessReview'): JsonObject {
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
    status: { allowed: kind === 'SubjectAccessReview' ? state.authorizeAs(asText(spec['user']), request) : state.authorize(request) },
  };
}
