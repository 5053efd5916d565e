// What people see, as pure functions from data to text. Knows no terminal and no file.
export { attachmentRows, attachmentsText, type AttachmentRow, type Besides, outcomeRow, type OutcomeRow, outcomesText } from './attachments-view.ts';
export { findingsText } from './findings-view.ts';
export { type AttachmentView, planText, planView, type PlanView, type PluginView } from './plan-view.ts';
export { table } from './table.ts';
