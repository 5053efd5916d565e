import { deferredCalls, fileJournal } from '../journal/index.ts';
import { type RepairPlaces, detachByHand, listed } from './repair.ts';

/**
 * Carries out the DELs that were answered while no daemon ran, on the host itself. Returns what was done, a line each;
 * rejects with the first failure, and leaves that one and the others for the next try. attachmentsLeft,
 * pluginsElsewhere, sandboxBusy.
 */
export async function settleDeferredByHand(places: RepairPlaces, signal: AbortSignal): Promise<readonly string[]> {
  const deferred = deferredCalls(`${places.folder}/deferred`);
  const journal = fileJournal(`${places.folder}/journal`);
  const done: string[] = [];
  for (const call of await deferred.list()) {
    const record = await journal.read(call);
    // the runtime called DEL, so the pod is gone
    const { error } = record === undefined ? {} : await detachByHand([listed(record)], true, places, signal);
    if (error !== undefined) throw error;
    await deferred.remove(call);
    const sandbox = `${call.containerId}, ${call.ifName}`;
    done.push(
      record === undefined
        ? `dropped the deferred DEL of ${sandbox}: the journal has no record of it`
        : `carried out the deferred DEL of ${sandbox}`,
    );
  }
  return done;
}
