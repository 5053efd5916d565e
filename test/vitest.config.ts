import { defineConfig } from 'vitest/config';
import { closingLine } from './support/closing-line.ts';

export default defineConfig({
  test: {
    reporters: ['default', closingLine],
    include: ['test/**/*.test.ts'],
    root: new URL('..', import.meta.url).pathname,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
