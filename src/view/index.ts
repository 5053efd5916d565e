// Formats data as text for people, with pure functions. Knows no terminal and no file.
export { differencesText } from './difference-view.ts';
export { deviceColumns, deviceRows, deviceUses, devicesText } from './devices-view.ts';
export {
  attachmentRows,
  forgottenText,
  attachmentColumns,
  attachmentsText,
  type AttachmentRow,
  type ListedRecord,
  listedRecord,
  type Besides,
  outcomeRow,
  type OutcomeRow,
  outcomesText,
  withOutcome,
} from './attachments-view.ts';
export { validationText } from './validation-view.ts';
export { type FindingRow, findingsText, worstFirst } from './findings-view.ts';
export { type AttachmentView, planText, planView, type PlanView, type PluginView } from './plan-view.ts';
export { type Column, headingsOf, type Paint, table, type TableStyle, type Tone } from './table.ts';
export {
  networkColumns,
  networksText,
  podColumns,
  podsText,
  podText,
  problemCount,
  problemsText,
} from './topology-text.ts';
export { explanationText, type ExplanationFacts } from './explanation.ts';
export { failureOfOperations, failuresOf, type PodFailure } from './pod-failure.ts';
export { isBadState, problemKinds } from './pod-state.ts';
export { type InstallationFacts, installationStatus, type StatusLine, statusText } from './installation-status.ts';
export { podIn, topologyOf, type TopologyInputs } from './topology.ts';
export type {
  AttachmentState,
  PodSituation,
  PodStatus,
  ProblemKind,
  ProblemSeverity,
  Topology,
  TopologyAttachment,
  TopologyNetwork,
  TopologyPod,
  TopologyProblem,
} from './topology-model.ts';
export { operationsText, timelinesText } from './timeline.ts';
export { type Timeline, timelineOf, type TimelineStep } from './timeline-model.ts';
export { topologyDot } from './topology-dot.ts';
export { topologyMermaid } from './topology-mermaid.ts';
export { type Picture, pictureOf, type PictureOptions } from './topology-picture.ts';
export { topologySvg } from './topology-svg.ts';
export { type RangeUse, rangeUses } from './range-use.ts';
export { indentedConfiguration } from './indented-configuration.ts';
