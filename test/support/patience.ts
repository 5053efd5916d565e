/**
 * How long a test waits for what has to come. Tests are bounded by their work (numbers of runs, tries and steps), never
 * by the clock: a machine may be ten times busier than the one where a limit was chosen. Only a hang ever reaches this
 * limit.
 */
export const patienceMs = 300_000;

/** A signal for calls that have to come to their end by themselves. */
export const patience = (): AbortSignal => AbortSignal.timeout(patienceMs);
