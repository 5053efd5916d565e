import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { ApiState } from './api-state.ts';
import { failure, unauthorized } from './api-error.ts';
import { makeCertificates } from './certificates.ts';
import { answerExec, type ExecHandler } from './exec.ts';
import type { LogRequest } from './pod-log.ts';
import { type Fault, type Faults, makeFaults } from './faults.ts';
import { kubeconfigText } from './kubeconfig.ts';
import { makeListener } from './listener.ts';
import { replyError } from './reply.ts';
import { isAllowedByRbac } from './rbac.ts';
import { readRequestInfo, type RequestInfo, userOf } from './request-info.ts';
import { logRequest, type LoggedRequest } from './request-log.ts';
import { isPublic, route } from './route.ts';
import { seed, storeAccess, type StoreAccess } from './seed.ts';
import { makeStore, type Store } from './store.ts';
import { makeWatches } from './watches.ts';

export interface ApiServerOptions {
  /** 0 or absent: a free port. */
  readonly port?: number;
  readonly token?: string;
  /** false: NetworkAttachmentDefinitions are unknown until their definition is created. */
  readonly nadCrd?: boolean;
  /** Interval of bookmarks for a watch that requested them. */
  readonly bookmarkMs?: number;
  /** Number of changes kept for watches; older versions are answered with 410. */
  readonly historyLimit?: number;
  /** Returning false answers the request with 403. */
  readonly authorize?: (request: RequestInfo) => boolean;
  /**
   * The answer to a SubjectAccessReview for a user; absent: everything is allowed. `rbac`: the roles and bindings of
   * the cluster decide, also for a SelfSubjectAccessReview.
   */
  readonly authorizeAs?: ((user: string, request: RequestInfo) => boolean) | 'rbac';
  /** The log of a container of a pod that exists; absent: pods have no logs. */
  readonly logs?: (request: LogRequest) => string;
  /** Runs the commands of pods/exec; absent: pods have no exec. */
  readonly exec?: ExecHandler;
}

/** The interface of every API server for tests, embedded or real. */
export interface ClusterAccess {
  readonly url: string;
  /** PEM */
  readonly caCert: string;
  readonly token: string;
  /** The text of a kubeconfig; with tokenFile it names that file instead of containing the token. */
  readonly kubeconfig: (options?: { tokenFile?: string }) => string;
  readonly writeKubeconfig: (path: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** An API server in this process, in memory. It uses the real protocol, and tests can inject faults. */
export interface ApiServer extends ClusterAccess, StoreAccess {
  /** Every request since the start, or since the test cleared the list, in order of arrival. */
  readonly requests: LoggedRequest[];
  readonly faults: Faults;
  /**
   * Drops the history. An existing watch ends with an ERROR event; a new one from an old version is rejected with
   * status 410.
   */
  compact(answer?: 'event' | 'status'): void;
  endWatches(): void;
  /** Sends an ERROR event with 410 to every open watch, and ends it. */
  expireWatches(): void;
  /** Ends every open watch in the middle of a line. */
  truncateWatches(): void;
  sendBookmarks(): void;
  openWatches(): number;
  /** Accepts only this token from now on. */
  setToken(token: string): void;
  /** Closes the port and all connections, as if the API server were down; comeBack listens on the same port again. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
}

/** Starts an API server on 127.0.0.1 with its own certificate authority. */
export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const certificates = await makeCertificates();
  const store = makeStore(options.historyLimit ?? 10_000);
  const state: ApiState = {
    store,
    faults: makeFaults(),
    watches: makeWatches(),
    bookmarkMs: options.bookmarkMs ?? 1_000,
    token: options.token ?? randomUUID(),
    staleWatch: 'event',
    authorize: options.authorize ?? (() => true),
    ...(options.logs && { logs: options.logs }),
    ...authorizersOf(options, store),
  };
  const access = storeAccess(state);
  await seed(access, options.nadCrd ?? true);
  const requests: LoggedRequest[] = [];
  const listener = makeListener(
    certificates,
    (request, response) => void handle(state, requests, { request, response }),
    (request, socket) => void answerExec(request, socket, { run: options.exec, isAllowed: mayUpgrade(state, request) }),
  );
  const port = await listener.listen(options.port ?? 0);
  const url = `https://127.0.0.1:${port}`;
  const { caCert } = certificates;
  const kubeconfig: ApiServer['kubeconfig'] = (more = {}) =>
    kubeconfigText({ url, caCert, token: state.token, ...more });
  return {
    url,
    caCert,
    get token() {
      return state.token;
    },
    kubeconfig,
    writeKubeconfig: (path) => writeFile(path, kubeconfig(), { mode: 0o600 }),
    requests,
    faults: state.faults,
    ...access,
    ...watchSwitches(state),
    setToken(token) {
      state.token = token;
    },
    goAway: () => listener.close(),
    async comeBack() {
      await listener.listen(port);
    },
    close: () => listener.close(),
  };
}

function authorizersOf(
  { authorize = () => true, authorizeAs = () => true }: ApiServerOptions,
  store: Store,
): Pick<ApiState, 'authorizeSelf' | 'authorizeAs'> {
  const byRbac: ApiState['authorizeAs'] = (user, request) => isAllowedByRbac(store, user, request);
  return authorizeAs === 'rbac'
    ? { authorizeSelf: byRbac, authorizeAs: byRbac }
    : {
        authorizeSelf: (_user, request) => authorize(request),
        authorizeAs: ({ name }, request) => authorizeAs(name, request),
      };
}

type WatchSwitches = Pick<
  ApiServer,
  'compact' | 'endWatches' | 'expireWatches' | 'truncateWatches' | 'sendBookmarks' | 'openWatches'
>;

function watchSwitches(state: ApiState): WatchSwitches {
  return {
    compact(answer = 'event') {
      state.staleWatch = answer;
      state.store.compact();
    },
    endWatches: () => state.watches.each((watch) => watch.end()),
    expireWatches: () => state.watches.each((watch) => watch.expire()),
    truncateWatches: () => state.watches.each((watch) => watch.truncate()),
    sendBookmarks: () => state.watches.each((watch) => watch.bookmark()),
    openWatches: () => state.watches.open.size,
  };
}

interface Pair {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function handle(state: ApiState, log: LoggedRequest[], { request, response }: Pair): Promise<void> {
  const info = readRequestInfo(
    request.method ?? 'GET',
    request.url ?? '/',
    request.headers['user-agent'] ?? '',
    userOf(request.headers),
  );
  const entry = logRequest(log, info, { request, response });
  const faults = state.faults.take(info);
  try {
    if (await preempt(response, faults)) return;
    authenticate(state, info, request);
    await route({ state, info, request, response, entry, faults });
  } catch (error) {
    if (!response.destroyed) replyError(response, error, faults);
  }
}

/** Applies the faults that precede any work. Returns true if the request ends here. */
async function preempt(response: ServerResponse, faults: readonly Fault[]): Promise<boolean> {
  for (const fault of faults) {
    if (fault.kind === 'hang') return true;
    if (fault.kind === 'delay') await delay(response, fault.ms);
    if (fault.kind === 'status') throw faultyAnswer(fault);
    if (fault.kind === 'drop' && (fault.when ?? 'before') === 'before') response.destroy();
  }
  return response.destroyed;
}

async function delay(response: ServerResponse, ms: number): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  // After a client disconnects, nobody waits for the answer.
  await wait(ms, undefined, { signal: gone.signal }).catch(() => undefined);
}

const reasons: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

function faultyAnswer(fault: Extract<Fault, { kind: 'status' }>): Error {
  const { code, retryAfterSeconds } = fault;
  if (code === 401) return unauthorized();
  return failure({
    code,
    reason: fault.reason ?? reasons[code] ?? '',
    message: fault.message ?? `fault put in by the test: ${code}`,
    ...(retryAfterSeconds !== undefined && {
      details: { retryAfterSeconds },
      headers: { 'Retry-After': String(retryAfterSeconds) },
    }),
  });
}

function mayUpgrade(state: ApiState, request: IncomingMessage): boolean {
  const info = readRequestInfo(request.method ?? 'GET', request.url ?? '/', request.headers['user-agent'] ?? '');
  return request.headers.authorization === `Bearer ${state.token}` && state.authorize(info);
}

function authenticate(state: ApiState, info: RequestInfo, request: IncomingMessage): void {
  if (isPublic(info.path) || request.headers.authorization === `Bearer ${state.token}`) return;
  throw unauthorized();
}
