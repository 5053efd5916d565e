import type { JsonObject } from './json.ts';
import { apiVersionOf, type ResourceType } from './resource-type.ts';

const resourceVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

// Served without stored objects: POST only, which returns an answer.
const accessReviews = {
  group: 'authorization.k8s.io',
  version: 'v1',
  resource: {
    name: 'selfsubjectaccessreviews',
    singularName: 'selfsubjectaccessreview',
    namespaced: false,
    kind: 'SelfSubjectAccessReview',
    verbs: ['create'],
  },
};

export const serverVersion: JsonObject = {
  major: '1',
  minor: '30',
  gitVersion: 'v1.30.0-plexus-test',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2024-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: 'linux/amd64',
};

/** The discovery document at a path (/api, /apis, /api/v1, /apis/GROUP[/VERSION]); undefined for other paths. */
export function discoveryDocument(
  path: string,
  types: readonly ResourceType[],
  address: string,
): JsonObject | undefined {
  const groups = groupsOf(types);
  if (path === '/api') {
    const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress: address }];
    return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs };
  }
  if (path === '/apis')
    return { kind: 'APIGroupList', apiVersion: 'v1', groups: [...groups].map(([g, v]) => groupDocument(g, v)) };
  const [, root, group = '', version] = path.split('/');
  if (root === 'api' && group === 'v1' && version === undefined) return resourceList('v1', types);
  const versions = groups.get(group);
  if (root !== 'apis' || !versions) return undefined;
  if (version === undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...groupDocument(group, versions) };
  return versions.includes(version) ? resourceList(`${group}/${version}`, types) : undefined;
}

function groupsOf(types: readonly ResourceType[]): Map<string, string[]> {
  const groups = new Map<string, string[]>([[accessReviews.group, [accessReviews.version]]]);
  for (const { group, version } of types) {
    if (group !== '') groups.set(group, [...new Set([...(groups.get(group) ?? []), version])]);
  }
  return groups;
}

function groupDocument(name: string, versions: readonly string[]): JsonObject {
  const entries = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: entries, preferredVersion: entries[0] };
}

function resourceList(groupVersion: string, types: readonly ResourceType[]): JsonObject {
  const served = types.filter((type) => apiVersionOf(type) === groupVersion);
  const isReviews = groupVersion === apiVersionOf(accessReviews);
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion,
    resources: isReviews ? [accessReviews.resource] : served.flatMap((type) => resourceEntries(type)),
  };
}

function resourceEntries(type: ResourceType): JsonObject[] {
  const { plural, singular, namespaced, kind, shortNames } = type;
  const entry = { name: plural, singularName: singular, namespaced, kind, verbs: resourceVerbs, shortNames };
  if (type.status === 'none') return [entry];
  const status = { name: `${plural}/status`, singularName: '', namespaced, kind, verbs: ['get', 'patch', 'update'] };
  return [entry, status];
}
