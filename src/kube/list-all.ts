import { type ApiAnswer, sendIfThere } from './api-request.ts';
import type { ApiConnection } from './http-exchange.ts';
import type { Shape } from './json-scan.ts';

export interface Collection {
  readonly path: string;
  readonly resource: string;
  readonly api: ApiConnection;
  /** Objects per page. */
  readonly page: number;
  /** Selectors, for example `fieldSelector=…`. */
  readonly query?: string;
  readonly accept?: string;
}
/** Everything in a collection, or an expected status in its place. */
export type Listed<T> = { readonly items: readonly T[] } | { readonly status: number };

interface ListBody {
  readonly metadata?: { readonly continue?: string };
}

const answerMs = 30_000;
const usualShape: Shape = { wholeBytes: 16 * 1024 * 1024 };

/**
 * Reads a collection page by page and keeps only what `keep` returns for each object, whatever the length of a page.
 * Reads a list again without pages if its token expires. Rejects with apiUnavailable, and with apiRefused unless the
 * status is one of `expected`.
 */
export async function listAll<T>(
  collection: Collection,
  keep: (object: unknown) => T,
  expected: readonly number[],
  signal: AbortSignal,
): Promise<Listed<T>> {
  let items: T[] = [];
  for (let [token, page] = ['', collection.page]; ;) {
    let found: T[] = [];
    const shape = (): Shape => {
      found = []; // Discard the result of an earlier attempt.
      return listShape(usualShape, (object) => void found.push(keep(object)));
    };
    const { status, body } = await getPage(
      collection,
      { query: pageQuery(page, token), shape },
      [...expected, 410],
      signal,
    );
    if (status === 410 && page > 0) {
      [items, token, page] = [[], '', 0];
      continue;
    }
    if (status !== 200) return { status };
    items.push(...found);
    token = continueIn(body);
    if (token === '') return { items };
  }
}

/** The shape of a list whose objects are passed on one by one. */
export const listShape = (object: Shape, take: (object: unknown) => void): Shape => ({
  keys: { metadata: { keys: { resourceVersion: 256, continue: 64 * 1024 } }, items: { each: object, take } },
});

/** Token of the next page; '' after the last one. */
export const continueIn = (body: unknown): string => (body as ListBody | null)?.metadata?.continue ?? '';

interface Page {
  readonly query: string;
  readonly shape: () => Shape;
}

const getPage = (
  { path, resource, api, query: selectors = '', accept }: Collection,
  { query: paging, shape }: Page,
  expected: readonly number[],
  signal: AbortSignal,
): Promise<ApiAnswer> =>
  sendIfThere(
    {
      verb: 'list',
      resource,
      path: withQuery(path, [selectors, paging].filter((each) => each !== '').join('&')),
      shape,
      what: `list ${resource}`,
      ...(accept !== undefined && { accept }),
    },
    expected,
    api,
    AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
  );

/** Adds a query to a path that may have one, such as a field selector. */
export const withQuery = (path: string, query: string): string =>
  query === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${query}`;

/** A limit of 0 means no limit. */
export const pageQuery = (limit: number, token: string): string =>
  [...(limit > 0 ? [`limit=${limit}`] : []), ...(token === '' ? [] : [`continue=${encodeURIComponent(token)}`])].join(
    '&',
  );
