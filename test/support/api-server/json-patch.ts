import { badRequest, failure } from './api-error.ts';
import { isObject, type JsonObject, sameJson } from './json.ts';

/** RFC 6902. Throws 400 for an invalid patch, 422 for one that does not fit the document. */
export function applyJsonPatch(document: JsonObject, patch: unknown): JsonObject {
  if (!Array.isArray(patch)) throw badRequest('a JSON patch is a list of operations');
  // The root is one level down, so that an operation can also target the whole document.
  const holder: JsonObject = { root: structuredClone(document) };
  for (const operation of patch) applyOperation(holder, operation);
  const { root } = holder;
  if (!isObject(root)) throw rejected('the document is no object any more');
  return root;
}

function applyOperation(holder: JsonObject, operation: unknown): void {
  if (!isObject(operation) || typeof operation['path'] !== 'string') throw badRequest('invalid JSON patch operation');
  const path = pointer(operation['path']);
  const from = typeof operation['from'] === 'string' ? pointer(operation['from']) : undefined;
  switch (operation['op']) {
    case 'add':
      return add(holder, path, operation['value']);
    case 'remove':
      return void remove(holder, path);
    case 'replace':
      remove(holder, path);
      return add(holder, path, operation['value']);
    case 'move':
      return add(holder, path, remove(holder, needed(from)));
    case 'copy':
      return add(holder, path, structuredClone(read(holder, needed(from))));
    case 'test':
      if (!sameJson(read(holder, path), operation['value']))
        throw rejected(`testing value ${operation['path']} failed`);
      return undefined;
    default:
      throw badRequest(`unexpected kind of JSON patch operation: ${JSON.stringify(operation['op'])}`);
  }
}

const pointer = (text: string): string[] => [
  'root',
  ...text
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')),
];

function add(holder: JsonObject, path: readonly string[], value: unknown): void {
  const parent = read(holder, path.slice(0, -1));
  const key = path.at(-1) ?? '';
  if (Array.isArray(parent)) parent.splice(key === '-' ? parent.length : indexIn(parent, key, 0), 0, value);
  else if (isObject(parent)) parent[key] = value;
  else throw missing(path);
}

function remove(holder: JsonObject, path: readonly string[]): unknown {
  const old = read(holder, path);
  const parent = read(holder, path.slice(0, -1));
  const key = path.at(-1) ?? '';
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else if (isObject(parent)) delete parent[key];
  return old;
}

function read(holder: JsonObject, path: readonly string[]): unknown {
  let value: unknown = holder;
  for (const key of path) {
    if (Array.isArray(value)) value = value[indexIn(value, key, 1)];
    else if (isObject(value) && Object.hasOwn(value, key)) value = value[key];
    else throw missing(path);
  }
  return value;
}

function indexIn(list: readonly unknown[], key: string, atMostBelow: number): number {
  const index = Number(key);
  if (!/^\d+$/.test(key) || index > list.length - atMostBelow) throw rejected(`invalid index ${key}`);
  return index;
}

function needed(from: string[] | undefined): string[] {
  if (!from) throw badRequest('a move or copy operation needs from');
  return from;
}

const missing = (path: readonly string[]): Error =>
  rejected(`path /${path.slice(1).join('/')} is missing in the document`);

const rejected = (why: string): Error =>
  failure({
    code: 422,
    reason: 'Invalid',
    message: `the server rejected our request due to an error in our request: ${why}`,
    details: {},
  });
