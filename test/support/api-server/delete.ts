import { admitDelete } from './admission.ts';
import { conflict } from './api-error.ts';
import { asObject, asText, type JsonObject, type KubeObject } from './json.ts';
import { readSelector } from './selectors.ts';
import type { Store } from './store.ts';
import { currentObject, isDryRun, type Target, timestamp } from './write.ts';

/**
 * DELETE: removes the object at once, whatever the grace period, because there is no kubelet to wait for, unless it has
 * finalizers. Returns the body of the answer. Throws 404, 409 (preconditions), and what admission
 * rejects.
 */
export async function deleteObject(target: Target, options: unknown): Promise<JsonObject> {
  const { type, request } = target;
  const current = currentObject(target);
  refusePreconditions(target, current, asObject(asObject(options)['preconditions']));
  await admitDelete({ ...target, operation: 'DELETE', object: null, oldObject: current });
  const last = isDryRun(request) ? current : removeOrMark(target, current);
  if (type.returnsDeleted) return last;
  const { name, uid } = last.metadata;
  const details = { name, ...(type.group !== '' && { group: type.group }), kind: type.plural, uid };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}

/** DELETE on a collection: removes every object that the selectors match. Returns the removed objects. */
export async function deleteCollection(target: Target): Promise<KubeObject[]> {
  const { state, type, request } = target;
  const matches = readSelector(type, request);
  const doomed = state.store.list(type.storage).filter(matches);
  for (const oldObject of doomed) {
    const one = { ...request, name: oldObject.metadata.name };
    await admitDelete({ ...target, request: one, operation: 'DELETE', object: null, oldObject });
  }
  return isDryRun(request) ? doomed : doomed.map((object) => removeOrMark(target, object));
}

function refusePreconditions({ type }: Target, current: KubeObject, preconditions: JsonObject): void {
  const { name, uid, resourceVersion } = current.metadata;
  if ((preconditions['uid'] ?? uid) !== uid) {
    throw conflict(
      type,
      name,
      `Precondition failed: UID in precondition: ${String(preconditions['uid'])}, UID in object meta: ${uid}`,
    );
  }
  const version = asText(preconditions['resourceVersion'], resourceVersion);
  if (version === resourceVersion) return;
  const why = `Precondition failed: ResourceVersion in precondition: ${version}, ResourceVersion in object meta: ${resourceVersion}`;
  throw conflict(type, name, why);
}

function removeOrMark(target: Target, object: KubeObject): KubeObject {
  const { store } = target.state;
  const { metadata } = object;
  if ((metadata.finalizers ?? []).length > 0) {
    if (metadata.deletionTimestamp !== undefined) return object;
    return store.write(target.type.storage, marked(object));
  }
  const doomed = target.type.isDeletedGracefully ? store.write(target.type.storage, marked(object)) : object;
  const last = store.remove(target.type.storage, doomed);
  if (target.type.storage === 'namespaces') emptyNamespace(store, metadata.name);
  if (target.type.storage === 'customresourcedefinitions') emptyStorage(store, metadata.name);
  return last;
}

const marked = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, deletionTimestamp: timestamp(), deletionGracePeriodSeconds: 0 },
});

function emptyNamespace(store: Store, namespace: string): void {
  for (const storage of store.storages()) {
    const inside = store.list(storage).filter((object) => object.metadata.namespace === namespace);
    for (const object of inside) store.remove(storage, object);
  }
}

// A definition has the name of its objects' storage: plural.group.
function emptyStorage(store: Store, storage: string): void {
  for (const object of store.list(storage)) store.remove(storage, object);
}
