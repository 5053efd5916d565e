import { signal } from '@preact/signals';

/** The time for ages, which people read in minutes. */
export const now = signal(Date.now());

export const runClock = (): void => void setInterval(() => (now.value = Date.now()), 15_000);
