import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from '../cluster/index.ts';
import { bootIdNow, deferredCalls, fileJournal, fileLocks, isLargeRecord } from '../journal/index.ts';
import { recentOperations } from '../observe/index.ts';
import { type CallContext, callAnswerer } from './calls.ts';
import type { DaemonDeps } from './deps.ts';
import { serveLink } from './link/link-server.ts';
import { parseDaemonOptions } from '../service/index.ts';
import { runningOperations } from './running-operations.ts';
import { type CallOfNobody, pretendApi, pretendShim } from './warm-up-peers.ts';

// JavaScript that has run some dozen times is compiled, and takes half the time. So that the first pods of a node do
// not pay for that, the daemon makes calls of its own before: ADD and DEL of pods that do not exist, through the same
// host link, engine, journal and API client, between peers inside this process. They use a folder of their own beside
// the daemon's socket, an API server that answers from memory, and a shim that runs no plugin: no pod, no plugin, no
// state and no metric of the node is touched. Calls of the runtime come first: none is begun while one runs.

/** What warm-up needs of the daemon. */
export interface WarmUpDeps extends Pick<DaemonDeps, 'options' | 'peerUid' | 'program'> {
  /** Resolves when no call of the runtime runs. */
  readonly idle: () => Promise<void>;
}

const pairs = 60;
const pauseMs = 2;

/** Makes the calls. Resolves to how many succeeded; stops at the first that fails. Never rejects. */
export async function warmUp(deps: WarmUpDeps, signal: AbortSignal): Promise<number> {
  const folder = join(dirname(deps.options().socket), 'warm-up');
  await rm(folder, { recursive: true, force: true }).catch(() => {}); // of a daemon that was killed
  try {
    await mkdir(folder, { mode: 0o700 });
    return await makeCalls(folder, deps, signal);
  } catch {
    return 0; // without warm-up, the first pods are slower, and nothing else
  } finally {
    await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}

async function makeCalls(folder: string, deps: WarmUpDeps, signal: AbortSignal): Promise<number> {
  const socket = join(folder, 'link');
  const api = await pretendApi(join(folder, 'api'));
  const link = await serveLink({
    socket,
    program: deps.program,
    peerUid: deps.peerUid,
    onCall: callAnswerer(await contextIn(folder, api.cluster)),
    onAgent: () => {},
    onProblem: () => {},
  });
  try {
    let made = 0;
    for (const call of callsOfNobody()) {
      await deps.idle();
      await delay(pauseMs, undefined, { signal });
      if ((await pretendShim(socket, call, signal)) !== 0) return made;
      made++;
    }
    return made;
  } finally {
    await link.close();
    api.close();
  }
}

function* callsOfNobody(): Generator<CallOfNobody> {
  for (let index = 0; index < pairs; index++) {
    yield { command: 'ADD', index };
    yield { command: 'DEL', index };
  }
}

async function contextIn(folder: string, cluster: Cluster): Promise<CallContext> {
  const own = { cniDir: folder, multusStateDir: join(folder, 'multus'), deviceInfoDir: join(folder, 'devices') };
  const { options } = parseDaemonOptions({ ...own, kubeletDir: join(folder, 'kubelet'), nodeName: 'nowhere' });
  const journal = fileJournal(join(folder, 'journal'));
  return {
    options: () => options,
    journal,
    isLargeRecord: (key) => isLargeRecord(join(folder, 'journal'), key),
    locks: fileLocks(join(folder, 'locks'), 'daemon'),
    deferred: deferredCalls(join(folder, 'deferred')),
    running: runningOperations(),
    cluster,
    readConf: async () => ({ kind: 'missing', problem: 'there is none' }),
    report: recentOperations(Date.now, () => []).report,
    bootId: await bootIdNow(),
    agent: () => undefined,
  };
}
