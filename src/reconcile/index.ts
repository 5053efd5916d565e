// Background work, level-based: reads what should be and what is, and closes the gap. Knows no transport and no
// process.
export { abandonedIn, abandonedRetrier } from './retry-abandoned.ts';
export { publishAllPending } from './publish-pending.ts';
export { type ReclaimDeps, reclaimer } from './reclaim.ts';
export { type SweepDeps, unattachedSweep } from './unattached.ts';
export { createWake, everySoOften, ifMaybe, type Wake } from './loop.ts';
