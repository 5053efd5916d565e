// The engine: carries out ADD, DEL, CHECK, STATUS and GC in terms of injected interfaces. It knows neither process
// arguments nor transports, so the plugin and the daemon share it.
export { type Answer, type RuntimeCall, type Prepared, answerCall, failure } from './calls/answer.ts';
export { delDeferred } from './calls/del.ts';
export {
  type CheckedAttachment,
  type CheckedRecord,
  type CheckOutcome,
  checkSandbox,
} from './sandbox/check-sandbox.ts';
export { type AttachDeps } from './deps.ts';
export { type NamespaceNow, isPathOfAnother, namespaceNow } from './sandbox/sandbox-namespace.ts';
export { type ChangeFailure, type ChangeRun, change } from './sandbox/change.ts';
export { type FollowDeps, type FollowProblem, type Followed, followAnnotation } from './sandbox/follow-annotation.ts';
export { publishFollowed } from './notify/publish-followed.ts';
export { reportClaims } from './notify/report-claims.ts';
export { type ChangeSandboxDeps, changeSandbox } from './sandbox/change-sandbox.ts';
export { undoLost } from './sandbox/undo-lost.ts';
export { type AbandonedDeps, undoAbandoned } from './sandbox/undo-abandoned.ts';
export { type DetachedRecord, detachSandbox } from './sandbox/detach-sandbox.ts';
export { type RepairDeps } from './sandbox/repair.ts';
export { gatherPlanInputs, type PlannableCall, type PlanSources } from './steps/inputs.ts';
export { type PublishDeps, publishPending } from './notify/publish.ts';
