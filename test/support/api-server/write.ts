import { randomInt, randomUUID } from 'node:crypto';
import { refuseForeignDevices } from './access-review.ts';
import { mutate, validate, type Write } from './admission.ts';
import type { ApiState } from './api-state.ts';
import {
  alreadyExists,
  badRequest,
  conflict,
  type FieldError,
  invalid,
  objectNotFound,
  staleVersion,
} from './api-error.ts';
import {
  asObject,
  asText,
  isObject,
  type JsonObject,
  type KubeObject,
  type ObjectMeta,
  sameJson,
  withoutKeys,
} from './json.ts';
import { checkImmutable, checkMetadata, checkMetadataShape, requiredField } from './metadata-rules.ts';
import type { RequestInfo } from './request-info.ts';
import { apiVersionOf, type ResourceType, shown } from './resource-type.ts';
import { check, prune } from './schema.ts';

/** A request for one resource type. */
export interface Target {
  readonly state: ApiState;
  readonly type: ResourceType;
  readonly request: RequestInfo;
  /** The field owners after the write; absent: unchanged. */
  readonly managedFields?: readonly JsonObject[];
  /** Receives warnings for the client. */
  readonly warn: (text: string) => void;
}

/** POST: returns the stored object. Throws 400, 404 (namespace), 409 (exists), 422, and what admission rejects. */
export async function createObject(target: Target, body: unknown): Promise<KubeObject> {
  const { state, type, request } = target;
  const given = readBody(type, body);
  if (type.namespaced) {
    refuseOtherNamespace(request, given);
    refuseMissingNamespace(state, request.namespace);
  }
  const { namespace } = request;
  const placed = { ...given, metadata: { ...asObject(given['metadata']), ...(type.namespaced && { namespace }) } };
  const object = await mutate({ ...writeOf(target, 'CREATE', null), object: placed });
  const metadata = newMetadata(type, request, asObject(object['metadata']));
  const stored = asStored(type, { ...object, metadata });
  const prepared = type.prepare?.(stored) ?? (type.status === 'none' ? stored : withStatus(stored, undefined));
  if (metadata.name === '')
    throw invalid(type, '', [requiredField('metadata.name', 'name or generateName is required')]);
  refuseInvalid(type, prepared, undefined);
  await validate({ ...writeOf(target, 'CREATE', null), object: prepared });
  if (state.store.get(type.storage, metadata.namespace ?? '', metadata.name)) throw alreadyExists(type, metadata.name);
  return isDryRun(request) ? prepared : state.store.write(type.storage, prepared);
}

/**
 * PUT and PATCH: returns the stored object after `change`, which receives the current one as the client sees it. Throws
 * 400, 404, 409 (stale version, other UID), 422, and what admission rejects. A write that changes nothing creates no new
 * version. If another write comes between, the change is applied to its result.
 */
export async function updateObject(
  target: Target,
  kind: 'update' | 'patch',
  change: (current: JsonObject) => unknown,
): Promise<KubeObject> {
  const { state, type, request } = target;
  for (let attempts = 0; attempts < mostAttempts; attempts++) {
    const current = currentObject(target);
    const next = await admittedUpdate(target, { kind, change, current });
    if (state.store.get(type.storage, request.namespace, request.name) !== current) continue;
    if (sameJson(next, current)) return current;
    refuseForeignDevices(target, kind, next, current);
    if (isDryRun(request)) return next;
    const done = next.metadata.deletionTimestamp !== undefined && (next.metadata.finalizers ?? []).length === 0;
    return done
      ? state.store.remove(type.storage, next)
      : state.store.write(type.storage, withGeneration(type, next, current));
  }
  throw staleVersion(type, request.name);
}

const mostAttempts = 5;

interface Update {
  readonly kind: 'update' | 'patch';
  readonly change: (current: JsonObject) => unknown;
  readonly current: KubeObject;
}

async function admittedUpdate(target: Target, { kind, change, current }: Update): Promise<KubeObject> {
  const { type, request } = target;
  const body = readBody(type, change(shown(type, current)));
  const meta = asObject(body['metadata']);
  refuseOtherTarget(type, request, meta);
  refuseStale({ type, kind, meta, current });
  const written = asStored(type, {
    ...body,
    metadata: { ...carriedMetadata(meta, current), ...ownership(target, current) },
  });
  const write = writeOf(target, 'UPDATE', current);
  const next = await mutate({ ...write, object: restrict(type, request.subresource, written, current) });
  refuseInvalid(type, next, current);
  await validate({ ...write, object: next });
  return next;
}

const writeOf = (
  { state, type, request, warn }: Target,
  operation: 'CREATE' | 'UPDATE',
  oldObject: KubeObject | null,
): Omit<Write, 'object'> => ({ state, type, request, warn, operation, oldObject });

/** The object that a request names. Throws 404. */
export function currentObject({ state, type, request }: Target): KubeObject {
  const found = state.store.get(type.storage, request.namespace, request.name);
  if (!found) throw objectNotFound(type, request.name);
  return found;
}

export const isDryRun = (request: RequestInfo): boolean => request.query.get('dryRun') === 'All';

export const timestamp = (): string => new Date().toISOString().replace(/\.\d+Z$/, 'Z');

function readBody(type: ResourceType, body: unknown): JsonObject {
  if (!isObject(body)) throw badRequest('the body of the request is not a JSON object');
  checkMetadataShape(body);
  const expected = { apiVersion: apiVersionOf(type), kind: type.kind };
  for (const key of ['apiVersion', 'kind'] as const) {
    const given = body[key] ?? expected[key];
    if (given !== expected[key]) {
      throw badRequest(
        `the ${key} in the data (${JSON.stringify(given)}) does not match the expected ${key} (${expected[key]})`,
      );
    }
  }
  return { ...body, ...expected };
}

function refuseOtherNamespace(request: RequestInfo, object: JsonObject): void {
  const namespace = asText(asObject(object['metadata'])['namespace']) || request.namespace;
  if (namespace === request.namespace) return;
  throw badRequest(
    `the namespace of the provided object does not match the namespace sent on the request (${namespace} != ${request.namespace})`,
  );
}

function newMetadata(type: ResourceType, request: RequestInfo, given: JsonObject): ObjectMeta {
  const name = asText(given['name']) || generated(asText(given['generateName']));
  if (asText(given['resourceVersion']) !== '')
    throw badRequest('resourceVersion should not be set on objects to be created');
  return {
    ...withoutKeys(given, ['namespace', 'deletionTimestamp', 'managedFields', 'selfLink']),
    name,
    ...(type.namespaced && { namespace: request.namespace }),
    uid: randomUUID(),
    resourceVersion: '',
    creationTimestamp: timestamp(),
    ...(type.custom && { generation: 1 }),
  };
}

/** Five characters without vowels, as a real server appends them. */
const generated = (prefix: string): string =>
  prefix === ''
    ? ''
    : prefix + Array.from({ length: 5 }, () => suffixLetters[randomInt(suffixLetters.length)]).join('');
const suffixLetters = 'bcdfghjklmnpqrstvwxz2456789';

function refuseMissingNamespace(state: ApiState, namespace: string): void {
  if (state.store.get('namespaces', '', namespace)) return;
  throw objectNotFound({ group: '', plural: 'namespaces', kind: 'Namespace' }, namespace);
}

interface Carried extends JsonObject {
  readonly metadata: ObjectMeta;
}

function asStored(type: ResourceType, object: Carried): KubeObject {
  const kept = type.schema ? asObject(prune(object, type.schema)) : object;
  const stored = type.toStored?.(kept) ?? kept;
  const apiVersion = type.toStored ? asText(stored['apiVersion']) : apiVersionOf(type);
  return { ...stored, apiVersion, kind: type.kind, metadata: object.metadata };
}

function refuseInvalid(type: ResourceType, object: KubeObject, before: KubeObject | undefined): void {
  const errors: FieldError[] = [
    ...(before ? checkImmutable(object, before) : []),
    ...checkMetadata(type, object),
    ...(type.schema ? check(withoutKeys(object, ['metadata']), withoutRequiredMetadata(type.schema), '') : []),
    ...(type.validate?.(object, before) ?? []),
  ];
  if (errors.length > 0) throw invalid(type, object.metadata.name, errors);
}

const withoutRequiredMetadata = (schema: NonNullable<ResourceType['schema']>): typeof schema => ({
  ...schema,
  required: (schema.required ?? []).filter((key) => key !== 'metadata'),
});

function refuseOtherTarget(type: ResourceType, request: RequestInfo, meta: JsonObject): void {
  if (meta['name'] !== request.name) {
    throw badRequest(
      `the name of the object (${asText(meta['name'])}) does not match the name on the URL (${request.name})`,
    );
  }
  const namespace = meta['namespace'] ?? request.namespace;
  if (type.namespaced && namespace !== request.namespace) {
    throw badRequest('the namespace of the object does not match the namespace on the URL');
  }
}

function refuseStale(update: {
  type: ResourceType;
  kind: 'update' | 'patch';
  meta: JsonObject;
  current: KubeObject;
}): void {
  const { type, kind, meta, current } = update;
  const { name, uid, resourceVersion } = current.metadata;
  const version = asText(meta['resourceVersion']);
  if (version === '' && type.custom && kind === 'update') {
    throw invalid(type, name, [
      {
        field: 'metadata.resourceVersion',
        reason: 'FieldValueInvalid',
        message: 'Invalid value: 0x0: must be specified for an update',
      },
    ]);
  }
  // In an update, another UID is a failed precondition; in a patch, it changes an immutable field.
  if (kind === 'update' && (meta['uid'] ?? uid) !== uid) {
    throw conflict(
      type,
      name,
      `Precondition failed: UID in precondition: ${asText(meta['uid'])}, UID in object meta: ${uid}`,
    );
  }
  if (version !== '' && version !== resourceVersion) throw staleVersion(type, name);
}

/** The client's metadata without the fields that only the server sets. */
function carriedMetadata(meta: JsonObject, current: KubeObject): ObjectMeta {
  const { name, uid, resourceVersion, creationTimestamp, generation, namespace, deletionTimestamp } = current.metadata;
  return {
    ...withoutKeys(meta, ['managedFields', 'selfLink', 'deletionTimestamp', 'generation']),
    name,
    ...(namespace !== undefined && { namespace }),
    uid: asText(meta['uid']) || uid,
    resourceVersion,
    creationTimestamp,
    ...(generation !== undefined && { generation }),
    ...(deletionTimestamp !== undefined && { deletionTimestamp }),
  };
}

function ownership({ managedFields }: Target, { metadata }: KubeObject): JsonObject {
  const owners = managedFields ?? metadata['managedFields'];
  return owners === undefined ? {} : { managedFields: owners };
}

/** A write to /status changes nothing else, and other writes do not change the status. */
function restrict(type: ResourceType, subresource: string, written: KubeObject, current: KubeObject): KubeObject {
  if (type.status === 'none') return written;
  if (subresource !== 'status') return withStatus(written, current['status']);
  const metadata = type.status === 'alone' ? { ...current.metadata, uid: written.metadata.uid } : written.metadata;
  return withStatus({ ...current, metadata }, written['status']);
}

const withStatus = (object: KubeObject, status: unknown): KubeObject => {
  const { apiVersion, kind, metadata } = object;
  return { ...withoutKeys(object, ['status']), apiVersion, kind, metadata, ...(status !== undefined && { status }) };
};

function withGeneration(type: ResourceType, next: KubeObject, current: KubeObject): KubeObject {
  if (!type.custom || sameJson(next['spec'], current['spec'])) return next;
  return { ...next, metadata: { ...next.metadata, generation: (current.metadata.generation ?? 1) + 1 } };
}
