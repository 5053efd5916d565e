import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run with one plain line, "12 passed, 0 failed", for readers of the end of a log. */
export const closingLine: Reporter = {
  onTestRunEnd(modules: readonly TestModule[]) {
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
    const count = (state: string): number => states.filter((each) => each === state).length;
    const skipped = count('skipped');
    process.stdout.write(
      `${count('passed')} passed, ${count('failed')} failed${skipped === 0 ? '' : `, ${skipped} skipped`}\n`,
    );
  },
};
