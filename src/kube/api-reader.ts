import { apiRefused, apiUnavailable } from '../errors/index.ts';
import { quiet } from '../report/index.ts';
import type { CredentialSource } from './credential-source.ts';
import type { Shape } from './json-scan.ts';
import { continueIn, listShape } from './list-all.ts';
import { metadataList } from './metadata-only.ts';

/** The status of an access review. */
export interface ReviewStatus {
  readonly allowed?: boolean;
  /** Why, in the words of the authorizer. */
  readonly reason?: string;
}

/** Reads any object of the API, for diagnosis. Sends each request once, without retries. */
export interface ApiReader {
  /**
   * Undefined if object or kind does not exist. `shape`: what to keep of the object; everything if absent. Rejects with
   * apiUnavailable, apiRefused, kubeconfigUnusable.
   */
  get(what: string, path: string, signal: AbortSignal, shape?: Shape): Promise<unknown>;
  /** Reads text, such as the log of a container. Rejects like `get`. */
  text(what: string, path: string, signal: AbortSignal): Promise<string | undefined>;
  /**
   * Lists all objects, in pages; undefined if the kind does not exist. `metadataOnly`: reads only metadata. Rejects
   * with the same errors.
   */
  list(
    what: string,
    path: string,
    signal: AbortSignal,
    how?: { readonly metadataOnly?: boolean },
  ): Promise<readonly unknown[] | undefined>;
  /**
   * Creates a review with `spec` and returns its status; undefined without permission. Rejects with the same errors.
   */
  review(
    kind: 'SelfSubjectAccessReview' | 'SubjectAccessReview',
    spec: object,
    signal: AbortSignal,
  ): Promise<ReviewStatus | undefined>;
  /**
   * Asks the API server whether it would accept the creation of an object, with admission; nothing is stored. Returns
   * any answer. Rejects with apiUnavailable (no answer) and kubeconfigUnusable.
   */
  tryCreate(what: string, path: string, object: object, signal: AbortSignal): Promise<TriedCreation>;
}
/** What the API server answered to a creation as dry run. */
export interface TriedCreation {
  readonly isAccepted: boolean;
  readonly status: number;
  /** Why it was not accepted, in the words of the API server. */
  readonly problem: string;
}

const pageSize = 500;
const mostObjectBytes = 16 * 1024 * 1024;

interface Question {
  readonly what: string;
  readonly path: string;
  readonly body?: object;
  readonly accept?: string;
  readonly shape?: () => Shape;
  readonly isText?: boolean;
}
interface Answered {
  readonly status: number;
  readonly body: unknown;
}

/** Creates a reader. The first request loads the Kubernetes client. */
export function apiReader(source: CredentialSource): ApiReader {
  let loaded: ReturnType<typeof load> | undefined;
  const send = async (question: Question, signal: AbortSignal) => {
    const { tryRequest, problemIn, api } = await (loaded ??= load(source));
    const { what, body } = question;
    const request = { ...question, verb: body === undefined ? 'get' : 'create', resource: '' } as const;
    const outcome = await tryRequest(request, api, signal);
    const problem = outcome.kind === 'no-answer' && signal.aborted ? 'no answer in time' : problemIn(outcome);
    if (outcome.kind === 'no-answer') throw apiUnavailable({ request: what, problem });
    return { ...outcome, problem };
  };
  const ask = async (question: Question, expected: readonly number[], signal: AbortSignal): Promise<Answered> => {
    const { what: request } = question;
    const { status, body, problem } = await send(question, signal);
    if (status >= 500 || status === 429)
      throw apiUnavailable({ request, problem: signal.aborted ? 'no answer in time' : problem });
    if (status < 300 || expected.includes(status)) return { status, body };
    throw apiRefused({ request, status, problem });
  };
  return {
    get: async (what, path, signal, shape) => {
      const question = { what, path, ...(shape !== undefined && { shape: () => shape }) };
      const { status, body } = await ask(question, [404], signal);
      return status === 404 ? undefined : body;
    },
    text: async (what, path, signal) => {
      const { status, body } = await ask({ what, path, isText: true, accept: '*/*' }, [404], signal);
      return status === 404 ? undefined : String(body);
    },
    list: async (what, path, signal, { metadataOnly = false } = {}) => {
      const all: unknown[] = [];
      for (let next = ''; ;) {
        const page = `${path}${path.includes('?') ? '&' : '?'}limit=${pageSize}${next === '' ? '' : `&continue=${encodeURIComponent(next)}`}`;
        // Used once, because nothing is retried.
        const shape = (): Shape => listShape({ wholeBytes: mostObjectBytes }, (object) => void all.push(object));
        const { status, body } = await ask(
          { what, path: page, shape, ...(metadataOnly && { accept: metadataList }) },
          [404],
          signal,
        );
        if (status === 404) return undefined;
        next = continueIn(body);
        if (next === '') return all;
      }
    },
    review: async (kind, spec, signal) => {
      const path = `/apis/authorization.k8s.io/v1/${kind.toLowerCase()}s`;
      const body = { apiVersion: 'authorization.k8s.io/v1', kind, spec };
      const answer = await ask({ what: `create a ${kind}`, path, body }, [403, 404], signal);
      return answer.status >= 400 ? undefined : (answer.body as { readonly status?: ReviewStatus }).status;
    },
    tryCreate: async (what, path, object, signal) => {
      const { status, problem } = await send({ what, path: `${path}?dryRun=All`, body: object }, signal);
      return { status, problem, isAccepted: status < 300 };
    },
  };
}

async function load(source: CredentialSource) {
  const [{ problemIn, tryRequest }, { credentialProvider }] = await Promise.all([
    import('./api-request.ts'),
    import('./credentials.ts'),
  ]);
  return { tryRequest, problemIn, api: { credentials: credentialProvider(source), report: quiet } };
}
