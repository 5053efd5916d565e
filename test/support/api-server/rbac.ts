import { asObject, asText, isObject, type JsonObject, type KubeObject } from './json.ts';
import type { RequestInfo, User } from './request-info.ts';
import type { Store } from './store.ts';

const objectsIn = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map((each) => asText(each)) : []);
const covers = (list: unknown, value: string): boolean => ['*', value].some((each) => texts(list).includes(each));

/** Decides as the RBAC authorizer: by the roles and bindings that the store holds. */
export function isAllowedByRbac(store: Store, user: User, request: RequestInfo): boolean {
  if (user.groups.includes('system:masters')) return true;
  const bindings = [
    ...store.list('clusterrolebindings'),
    ...store.list('rolebindings').filter(({ metadata }) => metadata.namespace === request.namespace),
  ];
  return bindings
    .filter((binding) => objectsIn(binding['subjects']).some((subject) => isOf(user, subject)))
    .flatMap((binding) => rulesOf(store, binding))
    .some((rule) => isMatch(rule, request));
}

function isOf({ name, groups }: User, subject: JsonObject): boolean {
  const called = asText(subject['name']);
  switch (subject['kind']) {
    case 'User':
      return called === name;
    case 'Group':
      return groups.includes(called);
    case 'ServiceAccount':
      return name === `system:serviceaccount:${asText(subject['namespace'])}:${called}`;
    default:
      return false;
  }
}

function rulesOf(store: Store, binding: KubeObject): JsonObject[] {
  const { kind, name } = asObject(binding['roleRef']);
  const role =
    kind === 'ClusterRole'
      ? store.get('clusterroles', '', asText(name))
      : store.get('roles', binding.metadata.namespace ?? '', asText(name));
  return objectsIn(role?.['rules']);
}

function isMatch(rule: JsonObject, { verb, group, resource, subresource, name }: RequestInfo): boolean {
  const names = texts(rule['resourceNames']);
  return (
    covers(rule['verbs'], verb ?? '') &&
    covers(rule['apiGroups'], group) &&
    covers(rule['resources'], subresource === '' ? resource : `${resource}/${subresource}`) &&
    (names.length === 0 || names.includes(name))
  );
}
