// Steps of the engine as data. Knows no logger, metric or trace library.
export { escapeInvisible, hasInvisible } from './invisible.ts';
export { maskDocument, maskJson } from './mask.ts';
export { maskText } from './mask-text.ts';
export { type OperationInfo } from './operation.ts';
export { type RecordedError, type RecordedOperation, type RecordedStep } from './recorded.ts';
export { quiet, type Report, tee } from './report.ts';
export { type Phase, type Step, type StepOf } from './step.ts';
export { parseTraceContext, type TraceContext, traceVariables } from './trace-context.ts';
