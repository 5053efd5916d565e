import type { OperationInfo } from './operation.ts';
import type { Step } from './step.ts';

/** Receives steps, with the operation they are part of where there is one. Never throws and never waits. */
export type Report = (step: Step, operation?: OperationInfo) => void;

/** Tells nobody. */
export const quiet: Report = () => {};

/** Tells all sinks, in order. */
export const tee =
  (...sinks: readonly Report[]): Report =>
  (step, operation) => {
    for (const sink of sinks) sink(step, operation);
  };
