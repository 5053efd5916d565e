// All decisions: configuration + pod + NADs → attachments with their complete input. Pure.
export {
  type AnnotationDifference,
  annotationDifference,
  inAnnotationOrder,
  isOfAnnotation,
  type KeptAttachment,
  type Plug,
  withRecordedNames,
} from './annotation-difference.ts';
export type { Attachment, DefaultRoute, DefaultRoutes } from './attachment.ts';
export { deviceRequestsOf } from './device-choice.ts';
export { type KernelRoute, type KernelRoutes, settleRoutes } from './default-route.ts';
export { type Difference, differences } from './difference.ts';
export { didYouMean } from './did-you-mean.ts';
export { findByName, findByPath, type Found } from './find-configuration.ts';
export { type HostPaths, hostFileName, hostPathKeys, hostPathsFrom, hostPathsOf, withHostPaths } from './host-paths.ts';
export type { PlanInputs } from './inputs.ts';
export { type KnownPlugin, knownPlugin, knownPlugins, programsOf } from './known-plugins.ts';
export { type PlannedPlug, planPlugs, type PlugInputs, type PlugPlan, type RefusedPlug } from './plan-plugs.ts';
export { type GuardedUse, guardedUse } from './permission.ts';
export { routesOf } from './default-route-owner.ts';
export { withRecordedSelections } from './proven-selections.ts';
export { resolvedInterfaces } from './node-links.ts';
export { makePlan, makeUndoPlan, type Plan } from './plan.ts';
export {
  type AttachmentRecord,
  decodeRecord,
  encodeRecord,
  type FailedAdd,
  isAbandoned,
  newRecord,
  type PendingStatus,
  remainderOf,
  type SandboxRecord,
  withAttachment,
} from './record.ts';
export { begunRecord, intendedEntry, obstacleTo, orderOf, recoveryOf, type SandboxChange } from './record-change.ts';
export type { Delivery } from './requests.ts';
export { checkSettings, lastingSettings, mergedConfig, settingsLater } from './merge-settings.ts';
export { settingsProperties } from './settings-properties.ts';
export { type Deadlines, parseSettings, type Settings } from './settings.ts';
export { type PodSelections, readSelections } from './selections.ts';
export { type RequiredReads, requiredReads } from './required-reads.ts';
