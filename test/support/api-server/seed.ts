import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { type ApiState, servedTypes } from './api-state.ts';
import { asObject, asText, type JsonObject, type KubeObject } from './json.ts';
import { apiVersionOf, type ResourceType } from './resource-type.ts';
import { timestamp } from './write.ts';

export const nadCrdFile = new URL('../../../crds/network-attachment-definition.yaml', import.meta.url);

/** Direct access for tests, without a request and without validation. A resource is identified by its plural. */
export interface StoreAccess {
  /** Creates or replaces an object unchanged; sets uid, namespace and times if missing. */
  put(resource: string, object: JsonObject): KubeObject;
  get(resource: string, namespace: string, name: string): KubeObject | undefined;
  all(resource: string): KubeObject[];
  remove(resource: string, namespace: string, name: string): void;
}

export function storeAccess({ store }: Pick<ApiState, 'store'>): StoreAccess {
  const typeOf = (plural: string): ResourceType => {
    const type = servedTypes(store).find((served) => served.plural === plural);
    if (!type) throw new Error(`the embedded API server does not serve ${plural}`);
    return type;
  };
  return {
    put(resource, object) {
      const type = typeOf(resource);
      return structuredClone(store.write(type.storage, completed(type, object)));
    },
    get: (resource, namespace, name) => structuredClone(store.get(typeOf(resource).storage, namespace, name)),
    all: (resource) => structuredClone(store.list(typeOf(resource).storage)),
    remove(resource, namespace, name) {
      const { storage } = typeOf(resource);
      const object = store.get(storage, namespace, name);
      if (object) store.remove(storage, object);
    },
  };
}

/** Creates the namespaces that every cluster has, and the definition of NetworkAttachmentDefinitions if requested. */
export async function seed(access: StoreAccess, withNadCrd: boolean): Promise<void> {
  for (const name of ['default', 'kube-node-lease', 'kube-public', 'kube-system']) {
    access.put('namespaces', { metadata: { name } });
  }
  if (withNadCrd) access.put('customresourcedefinitions', asObject(parse(await readFile(nadCrdFile, 'utf8'))));
}

function completed(type: ResourceType, object: JsonObject): KubeObject {
  const given = asObject(object['metadata']);
  const full: KubeObject = {
    ...structuredClone(object),
    apiVersion: apiVersionOf(type),
    kind: type.kind,
    metadata: {
      ...structuredClone(given),
      name: String(given['name']),
      ...(type.namespaced && { namespace: asText(given['namespace'], 'default') }),
      uid: asText(given['uid'], randomUUID()),
      resourceVersion: '',
      creationTimestamp: asText(given['creationTimestamp'], timestamp()),
    },
  };
  return full['status'] === undefined ? (type.prepare?.(full) ?? full) : full;
}
