import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take a minute or more, the longest first. */
const longest = [
  'faults/faults',
  'e2e/restarts',
  'e2e/stand-in',
  'e2e/reclaim',
  'e2e/change',
  'soak/soak',
  'e2e/user-pains',
  'docs/troubleshooting',
  'e2e/daemon-stop',
  'e2e/check-table',
  'e2e/lifecycle',
  'e2e/faults',
  'install/uninstall',
  'e2e/cri',
  'shim/fuzz',
].map((name) => `test/${name}.test.ts`);

/**
 * Starts the longest files first, so that no worker is left with one of them at the end. The others keep the order of
 * Vitest, in which files of one project follow each other and share a worker.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = (file: TestSpecification): number => {
      const index = longest.indexOf(relative(this.ctx.config.root, file.moduleId));
      return index < 0 ? longest.length : index;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
