import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { type MemoryCgroup, createMemoryCgroup } from './memory-cgroup.ts';
import type { TestDaemon } from './daemon.ts';
import { waitFor } from './wait-for.ts';

/**
 * The memory limit of the shipped DaemonSet for the daemon, applied to daemons of tests: start them with `wrapper`.
 * It is a cgroup if this machine allows to create one; the kernel then kills a daemon that exceeds it, as on a node.
 * Otherwise only the daemon's peak resident size is compared with the limit, so it may exceed the limit for a while.
 */
export interface ShippedLimit {
  readonly bytes: number;
  readonly bound: MemoryCgroup['version'] | 'peak resident size';
  /** Command prefix of the daemon (DaemonOptions.wrapper). */
  readonly wrapper: readonly string[];
  /** The daemon's peak resident size in bytes, without file pages, which the kernel can drop. */
  readonly peakOf: (daemon: TestDaemon) => Promise<number>;
  /**
   * Rejects unless this process is still running within the limit and answers on its socket. Call it after each hostile
   * input.
   */
  readonly assertSurvived: (daemon: TestDaemon) => Promise<void>;
  /** Call it after the daemons have ended. */
  readonly remove: () => Promise<void>;
}

/** Creates the limit; `remove` it at the end. */
export async function shippedLimit(): Promise<ShippedLimit> {
  const bytes = await shippedMemoryBytes();
  const cgroup = await createMemoryCgroup(bytes);
  if (cgroup === undefined)
    console.warn('no memory cgroup can be created here: the peak resident size is compared with the limit instead');
  return {
    bytes,
    bound: cgroup?.version ?? 'peak resident size',
    wrapper: cgroup === undefined ? [] : ['sh', '-c', `echo $$ >'${cgroup.folder}/cgroup.procs' && exec "$@"`, 'sh'],
    peakOf,
    assertSurvived: (daemon) => assertSurvived(daemon, bytes, cgroup),
    remove: async () => {
      if (cgroup !== undefined) await waitFor('the cgroup is empty', () => cgroup.remove().then(() => true));
    },
  };
}

/** resources.limits.memory of the container `daemon` in deploy/base. */
async function shippedMemoryBytes(): Promise<number> {
  const file = join(import.meta.dirname, '../../deploy/base/daemonset.yaml');
  const [daemonSet] = parseAllDocuments(await readFile(file, 'utf8')).map((document) => document.toJS() as DaemonSet);
  const limit =
    daemonSet?.spec.template.spec.containers.find(({ name }) => name === 'daemon')?.resources.limits.memory ?? '';
  const [, number, unit] = /^(\d+)(Mi|Gi)$/.exec(limit) ?? [];
  if (number === undefined)
    throw new Error(`${file}: the daemon's memory limit is ${JSON.stringify(limit)}, this test reads Mi and Gi`);
  return Number(number) * 1024 ** (unit === 'Mi' ? 2 : 3);
}

interface DaemonSet {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly name: string;
          readonly resources: { readonly limits: { readonly memory: string } };
        }[];
      };
    };
  };
}

async function assertSurvived(daemon: TestDaemon, limit: number, cgroup: MemoryCgroup | undefined): Promise<void> {
  const kills = (await cgroup?.kills()) ?? 0;
  if (kills !== 0 || !daemon.isRunning())
    throw new Error(`the daemon has ended (${kills} killed for memory):\n${daemon.log.slice(-20).join('\n')}`);
  const peak = cgroup === undefined ? await peakOf(daemon) : 0; // In a cgroup, the kernel enforces the limit.
  if (peak > limit) throw new Error(`the daemon has had ${peak} bytes resident, its limit is ${limit}`);
  await waitFor('the daemon answers on its socket', daemon.answers);
  if (!daemon.isRunning()) throw new Error(`the daemon has ended:\n${daemon.log.slice(-20).join('\n')}`);
}

async function peakOf({ pid }: TestDaemon): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kib = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? Number.NaN);
  return (kib('VmHWM') - kib('RssFile')) * 1024;
}
