import type { Step } from './step.ts';

/** Receives steps. Never throws and never waits. */
export type Report = (step: Step) => void;

/** Tells nobody. */
export const quiet: Report = () => {};

/** Tells all sinks, in order. */
export const tee =
  (...sinks: readonly Report[]): Report =>
  (step) => {
    for (const sink of sinks) sink(step);
  };
