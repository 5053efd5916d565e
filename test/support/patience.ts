/**
 * How long a test waits for an expected event. Tests are limited by their work (numbers of runs, attempts and steps),
 * never by the clock, because a machine may be ten times busier than the one where a limit was chosen. Only a hang
 * reaches this limit.
 */
export const patienceMs = 300_000;

/** A signal for calls that must end on their own. */
export const patience = (): AbortSignal => AbortSignal.timeout(patienceMs);
