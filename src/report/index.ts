// What the engine tells while it works, as data. Knows no logger, metric or trace library.
export { quiet, type Report, tee } from './report.ts';
export { type Step, type StepOf } from './step.ts';
