import { mostResultBytes, weightOfJson } from '../cni/index.ts';
import { resultTooLarge } from '../errors/index.ts';
import type { Host, PluginExit, PluginRun } from '../host/index.ts';
import type { Journal, RecordKey, SandboxLocks } from '../journal/index.ts';
import type { HeldMemory } from '../service/index.ts';

/** limit for the weight of the results of one pod: of each interface, the last one counts */
const maxWeight = 2 * 1024 * 1024;
/** calls whose results weigh less run concurrently; real ones do */
const lightWeight = 64 * 1024;

/**
 * A host that bounds the memory that the results of all running ADDs take. It weighs a result before it is decoded. If
 * the results of a call weigh more than usual, the call waits until no other such call runs. Above the limit, running a
 * plugin rejects with resultTooLarge.
 */
export function holdResults(host: Host, held: HeldMemory): Host {
  const weights = new Map<string, number>();
  const isOfAdd = ({ env }: PluginRun): boolean => env['CNI_COMMAND'] === 'ADD';
  const weighed = async (exit: PluginExit, run: PluginRun, operation: AbortSignal): Promise<PluginExit> => {
    // a longer answer is rejected before it is decoded
    if (!isOfAdd(run) || exit.stdout.length > mostResultBytes) return exit;
    weights.set(run.env['CNI_IFNAME'] ?? '', weightOfJson(exit.stdout));
    const weight = [...weights.values()].reduce((sum, each) => sum + each, 0);
    if (weight > maxWeight) {
      const source = `the answer of plugin ${run.plugin}, with those for the other networks of the pod,`;
      throw resultTooLarge({ source, holds: `${weight} bytes and values`, most: `${maxWeight}` });
    }
    await held.waitIf(weight > lightWeight, operation); // the plugin has ended, so its deadline no longer applies
    return exit;
  };
  const { startSequence } = host;
  return {
    ...host,
    runPlugin: async (run, signal, operation = signal) =>
      weighed(await host.runPlugin(run, signal, operation), run, operation),
    ...(startSequence !== undefined && {
      startSequence: (runs, signal) => {
        const sequence = startSequence(runs, signal);
        return {
          ...sequence,
          runPlugin: async (run, own, operation = own) =>
            weighed(await sequence.runPlugin(run, own, operation), run, operation),
        };
      },
    }),
  };
}

/**
 * A journal whose `read` waits, for a large record, until no other call holds much. `call`: ends
 * the wait together with the call.
 */
export const holdRecords = (
  journal: Journal,
  held: HeldMemory,
  isLarge: (key: RecordKey) => Promise<boolean>,
  call: AbortSignal,
): Journal => ({
  ...journal,
  read: async (key, signal = call) => {
    await held.waitIf(await isLarge(key), signal);
    return journal.read(key);
  },
});

/**
 * Locks for background work: work on a sandbox with a large record waits, after the lock, until no other such work
 * runs.
 */
export const holdSandboxes = (
  locks: SandboxLocks,
  hold: () => HeldMemory,
  hasLarge: (containerId: string) => Promise<boolean>,
): SandboxLocks => ({
  ...locks,
  withSandbox: (claim, signal, work) =>
    locks.withSandbox(claim, signal, async () => {
      const held = hold();
      try {
        await held.waitIf(await hasLarge(claim.containerId), signal);
        return await work();
      } finally {
        await held.release();
      }
    }),
});
