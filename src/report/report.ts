import type { OperationInfo } from './operation.ts';
import type { Step } from './step.ts';

/** Receives steps, with their operation if there is one. Never throws or blocks. */
export type Report = (step: Step, operation?: OperationInfo) => void;

/** Discards all steps. */
export const quiet: Report = () => {};

/** Sends steps to all sinks, in order. */
export const tee =
  (...sinks: readonly Report[]): Report =>
  (step, operation) => {
    for (const sink of sinks) sink(step, operation);
  };
