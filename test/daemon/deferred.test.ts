import { mkdtempDisposable, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { CallContext } from '../../src/daemon/calls.ts';
import { deferredWork } from '../../src/daemon/deferred.ts';
import type { Host } from '../../src/host/index.ts';
import { deferredCalls } from '../../src/journal/index.ts';
import type { Work } from '../../src/queue/index.ts';
import { patience } from '../support/patience.ts';

it('lets the shim defer DELs only while a host agent is expected, and has the agent carry them out', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-deferred-'));
  let whenDaemonIsAway = 'defer';
  const deferred = deferredCalls(join(folder.path, 'deferred'));
  let agent: Host | undefined;
  const context = {
    deferred,
    options: () => ({ whenDaemonIsAway }),
    report: () => {},
    agent: () => agent,
  } as unknown as CallContext;
  const listedBy = (work: Work) => work.list?.(patience());
  const names = (): Promise<readonly string[]> => readdir(join(folder.path, 'deferred')).catch(() => ['no folder']);
  const patient = deferredWork(context, 60_000);
  await listedBy(patient);
  expect(await names(), 'no agent has connected yet').toEqual(['no folder']);
  agent = {} as Host;
  await listedBy(patient);
  expect(await names()).toEqual(['.open']);
  agent = undefined;
  await listedBy(patient);
  expect(await names(), 'it may connect again').toEqual(['.open']);
  await listedBy(deferredWork(context, -1));
  expect(await names(), 'none has connected for too long').toEqual([]);
  agent = {} as Host;
  await listedBy(patient);
  whenDaemonIsAway = 'fail';
  await listedBy(patient);
  expect(await names()).toEqual([]);
});
