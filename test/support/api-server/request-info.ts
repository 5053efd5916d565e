import type { IncomingHttpHeaders } from 'node:http';

/** A user as authenticated, or as an access review names it. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

/** The verbs of Kubernetes authorization. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** The target of a request, derived from method and URL alone. */
export interface RequestInfo {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly userAgent: string;
  readonly user: User;
  /** Undefined for paths that are not resources: discovery, health, … */
  readonly verb: Verb | undefined;
  readonly group: string;
  readonly version: string;
  /** plural, "" if none */
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

const admin: User = { name: 'plexus-test', groups: ['system:masters', 'system:authenticated'] };

/** The user of a request: the administrator, whose token every client has, or whom it impersonates. */
export function userOf(headers: IncomingHttpHeaders): User {
  const { 'impersonate-user': name, 'impersonate-group': groups = '' } = headers;
  if (typeof name !== 'string') return admin;
  const [, , namespace = '', account] = name.split(':');
  const given = [groups].flat().flatMap((each) => each.split(', ').filter((group) => group !== ''));
  const ofAccount =
    account === undefined || !name.startsWith('system:serviceaccount:')
      ? []
      : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
  return { name, groups: [...(given.length > 0 ? given : ofAccount), 'system:authenticated'] };
}

export function readRequestInfo(method: string, url: string, userAgent: string, user = admin): RequestInfo {
  const { pathname, searchParams } = new URL(url, 'https://localhost');
  const parts = pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decode);
  const [group, version, ...rest] = parts[0] === 'api' ? ['', ...parts.slice(1)] : parts.slice(1);
  const isApi = parts[0] === 'api' || parts[0] === 'apis';
  const target = isApi && group !== undefined && version !== undefined ? readTarget(rest) : nowhere;
  return {
    method,
    path: pathname,
    query: searchParams,
    userAgent,
    user,
    verb: target.resource === '' ? undefined : verbOf(method, target.name, searchParams),
    group: isApi ? (group ?? '') : '',
    version: isApi ? (version ?? '') : '',
    ...target,
  };
}

interface Target {
  readonly namespace: string;
  readonly resource: string;
  readonly name: string;
  readonly subresource: string;
}

const nowhere: Target = { namespace: '', resource: '', name: '', subresource: '' };

function readTarget(rest: readonly string[]): Target {
  const [first = '', second = '', third = ''] = rest;
  // /namespaces/x and its subresources refer to the namespace itself; /namespaces/x/pods does not.
  const inNamespace = first === 'namespaces' && rest.length > 2 && !['status', 'finalize'].includes(third);
  const [resource = '', name = '', subresource = ''] = inNamespace ? rest.slice(2) : rest;
  return { namespace: inNamespace ? second : '', resource, name, subresource };
}

function verbOf(method: string, name: string, query: URLSearchParams): Verb | undefined {
  const watching = ['1', 'true'].includes(query.get('watch') ?? '');
  const verbs: Record<string, Verb> = {
    GET: readVerb(name, watching),
    POST: 'create',
    PUT: 'update',
    PATCH: 'patch',
    DELETE: name === '' ? 'deletecollection' : 'delete',
  };
  return verbs[method];
}

const readVerb = (name: string, watching: boolean): Verb => {
  if (watching) return 'watch';
  return name === '' ? 'list' : 'get';
};

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A malformed escape is not a valid name: the path as written will be answered with 404.
    return part;
  }
}
