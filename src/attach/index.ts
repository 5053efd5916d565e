// The engine: carries out ADD, DEL, CHECK, STATUS, GC in terms of the interfaces below. Knows no process arguments
// and no transport: the same for the plugin itself and for a daemon.
export { type Answer, type PluginCall, type Prepared, answerCall, failure } from './answer.ts';
export { delDeferred } from './del.ts';
export { type CheckedAttachment, type CheckedRecord, type CheckOutcome, checkSandbox } from './check-sandbox.ts';
export { type AttachDeps } from './deps.ts';
export { type NamespaceNow, namespaceNow } from './sandbox-namespace.ts';
export { type ChangeFailure, type ChangeRun, change } from './change.ts';
export { type ChangeSandboxDeps, changeSandbox } from './change-sandbox.ts';
export { undoLost } from './undo-lost.ts';
export { type AbandonedDeps, undoAbandoned } from './undo-abandoned.ts';
export { type DetachedRecord, detachSandbox } from './detach-sandbox.ts';
export { type RepairDeps } from './repair.ts';
export { gatherPlanInputs, type PlannableCall, type PlanSources } from './inputs.ts';
export { type PublishDeps, publishPending } from './publish.ts';
