import type { IncomingMessage, ServerResponse } from 'node:http';
import { refuseUnauthorized, reviewAccess } from './access-review.ts';
import {
  methodNotAllowed,
  NoSuchPath,
  resourceNotFound,
  tooLarge,
  badRequest,
  unsupportedMediaType,
} from './api-error.ts';
import { type ApiState, servedTypes } from './api-state.ts';
import { applyObject, isApplied } from './apply.ts';
import { deleteCollection, deleteObject } from './delete.ts';
import { discoveryDocument, serverVersion } from './discovery.ts';
import type { Fault } from './faults.ts';
import type { JsonObject, KubeObject } from './json.ts';
import { listObjects } from './list.ts';
import { openApiDocument } from './openapi.ts';
import { applyPatch, refusePatchType } from './patch.ts';
import { reply, replyJson } from './reply.ts';
import { readRepresentation, type Representation, representList, representObject } from './representation.ts';
import { isLogRequest, podLog } from './pod-log.ts';
import type { LoggedRequest } from './request-log.ts';
import type { RequestInfo } from './request-info.ts';
import type { ResourceType } from './resource-type.ts';
import { serveWatch } from './watch.ts';
import { createObject, currentObject, type Target, updateObject } from './write.ts';

const bodyLimit = 3 * 1024 * 1024;
const healthPaths = ['/healthz', '/readyz', '/livez'];

export interface Exchange {
  readonly state: ApiState;
  readonly info: RequestInfo;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly entry: LoggedRequest;
  readonly faults: readonly Fault[];
}

/** Paths that a real server answers without a token. */
export const isPublic = (path: string): boolean => path === '/version' || healthPaths.includes(path);

/** Answers one request that passed authentication. Throws ApiError. */
export async function route(exchange: Exchange): Promise<void> {
  const { state, info, request, response, faults } = exchange;
  const accept = request.headers.accept ?? '';
  if (info.method === 'GET' && healthPaths.includes(info.path)) {
    return reply(response, { code: 200, bytes: Buffer.from('ok'), contentType: 'text/plain; charset=utf-8', faults });
  }
  if (info.method === 'GET' && info.path === '/openapi/v2') {
    return reply(response, { code: 200, ...openApiDocument(accept), faults });
  }
  if (info.resource === 'selfsubjectaccessreviews' && info.method === 'POST') {
    return replyJson(response, {
      code: 201,
      body: reviewAccess(state, await readJson(exchange), { kind: 'SelfSubjectAccessReview', user: info.user }),
      faults,
    });
  }
  if (info.resource === 'subjectaccessreviews' && info.method === 'POST') {
    refuseUnauthorized(state, info);
    return replyJson(response, {
      code: 201,
      body: reviewAccess(state, await readJson(exchange), { kind: 'SubjectAccessReview', user: info.user }),
      faults,
    });
  }
  if (isLogRequest(state, info)) {
    refuseUnauthorized(state, info);
    const target = findTarget({ ...exchange, info: { ...info, subresource: '' } });
    return reply(response, { code: 200, ...podLog(state, currentObject(target), info.query), faults });
  }
  if (info.resource === '') return replyJson(response, { code: 200, body: documentAt(exchange), faults });
  return routeResource(exchange, readRepresentation(accept, info.query));
}

function documentAt({ state, info, request }: Exchange): JsonObject {
  if (info.path === '/version') return serverVersion;
  const address = request.headers.host ?? '';
  const document = discoveryDocument(info.path.replace(/\/$/, ''), servedTypes(state.store), address);
  if (!document) throw notFoundAt(state, info);
  if (info.method !== 'GET') throw methodNotAllowed();
  return document;
}

async function routeResource(exchange: Exchange, how: Representation): Promise<void> {
  const { response, faults } = exchange;
  const target = findTarget(exchange);
  refuseUnauthorized(target.state, target.request);
  const { type } = target;
  const answer = (code: number, body: JsonObject): void => replyJson(response, { code, body, faults });
  const one = (code: number, object: KubeObject): void => answer(code, representObject(type, object, how));
  const list = (objects: readonly KubeObject[]): void => {
    const resourceVersion = String(target.state.store.version());
    answer(200, representList(type, { objects, metadata: { resourceVersion } }, how));
  };
  switch (target.request.verb) {
    case 'get':
      return one(200, currentObject(target));
    case 'list':
      return answer(200, representList(type, listObjects(target), how));
    case 'watch':
      return serveWatch({ ...target, response, how, faults });
    case 'create':
      return one(201, await createObject(target, await readJson(exchange)));
    case 'update': {
      const body = await readJson(exchange);
      return one(200, await updateObject(target, 'update', () => body));
    }
    case 'patch': {
      if (isApplied(target, mediaType(exchange)))
        return one(200, await applyObject(target, parseJson(await readText(exchange))));
      refusePatchType(type, mediaType(exchange));
      const patch = parseJson(await readText(exchange));
      return one(
        200,
        await updateObject(target, 'patch', (current) => applyPatch(mediaType(exchange), current, patch)),
      );
    }
    case 'delete': {
      const body = await deleteObject(target, await readJson(exchange));
      return body['kind'] === 'Status' ? answer(200, body) : one(200, body as KubeObject);
    }
    case 'deletecollection':
      await readText(exchange);
      return list(await deleteCollection(target));
    case undefined:
      throw methodNotAllowed();
  }
}

/** The resource type of the path. Throws 404, 405. */
function findTarget({ state, info, response }: Exchange): Target {
  const type = servedTypes(state.store).find(
    (served) => served.group === info.group && served.version === info.version && served.plural === info.resource,
  );
  if (!type || !isServedPath(type, info)) throw notFoundAt(state, info);
  if (!isAllowedMethod(type, info)) throw methodNotAllowed();
  const warn = (text: string): void => {
    const quoted = text.replaceAll(/[\\"]/g, String.raw`\$&`);
    // A real server sends UTF-8, which Node accepts only as one character for each byte.
    response.appendHeader('Warning', Buffer.from(`299 - "${quoted}"`).toString('latin1'));
  };
  return { state, type, request: info, warn };
}

/** Only built-in API groups answer with a Status; other paths do not. */
function notFoundAt({ store }: ApiState, { path, group }: RequestInfo): Error {
  const isBuiltIn =
    path.startsWith('/api/') ||
    (group !== '' && servedTypes(store).some((type) => !type.custom && type.group === group));
  return isBuiltIn ? resourceNotFound() : new NoSuchPath();
}

function isServedPath(type: ResourceType, info: RequestInfo): boolean {
  if (!type.namespaced && info.namespace !== '') return false;
  return info.subresource === '' || (info.subresource === 'status' && type.status !== 'none');
}

function isAllowedMethod(type: ResourceType, info: RequestInfo): boolean {
  const isOne = info.name !== '';
  // Across all namespaces, only lists and watches exist.
  if (type.namespaced && info.namespace === '') return info.method === 'GET' && !isOne;
  if (info.method === 'POST') return !isOne;
  return isOne || !['PUT', 'PATCH'].includes(info.method);
}

async function readJson(exchange: Exchange): Promise<unknown> {
  const text = await readText(exchange);
  if (text === '') return {};
  if (!['application/json', ''].includes(mediaType(exchange))) throw unsupportedMediaType(['application/json']);
  return parseJson(text);
}

async function readText({ request, entry }: Exchange): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk);
    entry.requestBytes += chunk.length;
    if (entry.requestBytes > bodyLimit) throw tooLarge(bodyLimit);
  }
  return Buffer.concat(chunks).toString();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequest(`the object provided is unrecognized (must be of type json): ${String(error)}`);
  }
}

const mediaType = ({ request }: Exchange): string =>
  (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
