import { deferredCalls, fileJournal } from '../journal/index.ts';
import { type RepairPlaces, detachByHand, repairableRecord } from './repair.ts';

/**
 * Runs the DELs that were deferred while no daemon was running, on the host itself. Returns the actions, one line each.
 * Rejects with the first failure and keeps the failed calls for the next attempt. Rejects with attachmentsLeft,
 * pluginsElsewhere, sandboxBusy.
 */
export async function settleDeferredByHand(places: RepairPlaces, signal: AbortSignal): Promise<readonly string[]> {
  const deferred = deferredCalls(`${places.folder}/deferred`);
  const journal = fileJournal(`${places.folder}/journal`);
  const done: string[] = [];
  for (const call of await deferred.list()) {
    const record = await journal.read(call);
    // The runtime called DEL, so the pod is gone.
    const { error } =
      record === undefined
        ? {}
        : await detachByHand([repairableRecord(record)], { force: true, isDry: false }, places, signal);
    if (error !== undefined) throw error;
    await deferred.remove(call);
    const sandbox = `${call.containerId}, ${call.ifName}`;
    done.push(
      record === undefined
        ? `dropped the deferred DEL of ${sandbox}: the journal has no record of the sandbox`
        : `carried out the deferred DEL of ${sandbox}`,
    );
  }
  return done;
}
