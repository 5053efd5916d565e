// Background controllers. They are level-triggered: each compares the desired state with the actual one and repairs
// the difference. Knows no transport and no process.
export { abandonedWork } from './retry-abandoned.ts';
export { type HotPlug, hotPlug } from './hot-plug.ts';
export type { HotPlugDeps } from './hot-plug-deps.ts';
export { publishWork } from './publish-pending.ts';
export { type ReclaimDeps, reclaimWork, type RoundTiming, nextRoundMs } from './reclaim.ts';
export { containerOf, recordKeyOf, sandboxKey } from './sandbox-key.ts';
export { type SweepDeps, unattachedSweep } from './unattached.ts';
