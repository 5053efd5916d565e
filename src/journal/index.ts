// The durable record of attachments, and locks that allow one operation per sandbox. Knows no plugin and no Kubernetes.
export { damagedFolder } from './damaged.ts';
export { type DeferredCalls, deferredCalls } from './deferred-calls.ts';
export { fileJournal, hasLargeRecord, isLargeRecord, isRecordName } from './file-journal.ts';
export { fileLocks } from './file-locks.ts';
export { type Journal, type Listing, type RecordKey } from './journal.ts';
export { type MultusState, multusState } from './multus-state.ts';
export { bootIdNow } from './process-identity.ts';
export { type UnattachedPod, type UnattachedPods, unattachedPods } from './unattached-pods.ts';
export { type LockHolder, type SandboxLocks, impatient } from './sandbox-lock.ts';
