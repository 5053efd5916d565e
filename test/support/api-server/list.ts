import { badRequest, expired, failure } from './api-error.ts';
import type { KubeObject } from './json.ts';
import type { ListMeta } from './representation.ts';
import { readSelector } from './selectors.ts';
import type { Target } from './write.ts';

interface Page {
  readonly objects: KubeObject[];
  readonly metadata: ListMeta;
}

/**
 * GET on a collection: selectors, limit and continue (all pages show one version), resourceVersion with
 * resourceVersionMatch. Throws 400, 410 (an expired version), 504 (a future version).
 */
export function listObjects(target: Target): Page {
  const { state, type, request } = target;
  const token = readContinue(request.query.get('continue'));
  const version = token?.version ?? exactVersion(target) ?? state.store.version();
  if (version < state.store.oldest()) throw expired(token ? tooOldToken : tooOldVersion(version, state.store.oldest()));
  const all = state.store.list(type.storage, version).filter(readSelector(type, request));
  const rest = token ? all.filter((object) => sortKey(object) > token.after) : all;
  return cut(rest, Number(request.query.get('limit') ?? '0'), version);
}

/** The resourceVersion parameter as a number; undefined if absent. Throws 400. */
export function versionParameter(query: URLSearchParams): number | undefined {
  const text = query.get('resourceVersion') ?? '';
  if (text === '') return undefined;
  if (!/^\d+$/.test(text))
    throw badRequest(`resourceVersion: Invalid value: ${JSON.stringify(text)}: must be a number`);
  return Number(text);
}

export const tooOldVersion = (version: number, oldest: number): string =>
  `too old resource version: ${version} (${oldest})`;

const tooOldToken =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.';

function exactVersion({ state, request }: Target): number | undefined {
  const version = versionParameter(request.query);
  if (version === undefined || version === 0) return undefined;
  if (version > state.store.version()) throw notYet(version, state.store.version());
  const match = request.query.get('resourceVersionMatch') ?? '';
  const limited = Number(request.query.get('limit') ?? '0') > 0;
  // Without resourceVersionMatch, a limited list means exactly this version (API concepts, "Resource versions").
  return match === 'Exact' || (match === '' && limited) ? version : undefined;
}

const notYet = (version: number, current: number): Error =>
  failure({
    code: 504,
    reason: 'Timeout',
    message: `Too large resource version: ${version}, current: ${current}`,
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  });

function cut(objects: KubeObject[], limit: number, version: number): Page {
  const resourceVersion = String(version);
  const last = objects[limit - 1];
  if (!(limit > 0) || last === undefined || objects.length === limit) return { objects, metadata: { resourceVersion } };
  const metadata = {
    resourceVersion,
    continue: writeContinue({ version, after: sortKey(last) }),
    remainingItemCount: objects.length - limit,
  };
  return { objects: objects.slice(0, limit), metadata };
}

interface Continue {
  readonly version: number;
  readonly after: string;
}

const writeContinue = (token: Continue): string => Buffer.from(JSON.stringify(token)).toString('base64url');

function readContinue(text: string | null): Continue | undefined {
  if (text === null || text === '') return undefined;
  try {
    const { version, after }: Partial<Continue> = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (typeof version === 'number' && typeof after === 'string') return { version, after };
  } catch {
    // Answered below like any other text that is not a token.
  }
  throw badRequest('continue key is not valid');
}

const sortKey = (object: KubeObject): string => `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
