import { type ApiAnswer, sendIfThere } from './api-request.ts';
import type { ApiConnection } from './http-exchange.ts';

export interface Collection {
  readonly path: string;
  readonly resource: string;
  readonly api: ApiConnection;
  /** Objects of one page. */
  readonly page: number;
}
/** Everything in a collection, or the status that was expected in its place. */
export type Listed<T> = { readonly items: readonly T[] } | { readonly status: number };

interface ListBody {
  readonly metadata?: { readonly continue?: string };
  readonly items?: readonly unknown[];
}

const answerMs = 30_000;

/**
 * Reads a collection page by page; of each object only what `keep` makes of it stays in memory. A list that expires
 * between its pages is read again in one piece. apiUnavailable, apiRefused, unless the status is one of `expected`.
 */
export async function listAll<T>(collection: Collection, keep: (object: unknown) => T, expected: readonly number[], signal: AbortSignal): Promise<Listed<T>> {
  let items: T[] = [];
  for (let [token, page] = ['', collection.page]; ;) {
    const { status, body } = await getPage(collection, pageQuery(page, token), [...expected, 410], signal);
    if (status === 410 && page > 0) {
      [items, token, page] = [[], '', 0];
      continue;
    }
    if (status !== 200) return { status };
    const { metadata = {}, items: found = [] } = (body ?? {}) as ListBody;
    for (const object of found) items.push(keep(object));
    token = metadata.continue ?? '';
    if (token === '') return { items };
  }
}

const getPage = ({ path, resource, api }: Collection, query: string, expected: readonly number[], signal: AbortSignal): Promise<ApiAnswer> =>
  sendIfThere(
    { verb: 'list', resource, path: `${path}${query === '' ? '' : '?'}${query}`, what: `list ${resource}` },
    expected,
    api,
    AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
  );

/** limit: none when 0. */
export const pageQuery = (limit: number, token: string): string =>
  [...(limit > 0 ? [`limit=${limit}`] : []), ...(token === '' ? [] : [`continue=${encodeURIComponent(token)}`])].join('&');
