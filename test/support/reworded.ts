import { vi } from 'vitest';
import type * as errors from '../../src/errors/plexus-error.ts';

// The set-up file of the project "reworded": it replaces every sentence of the error catalogue and the warnings, so
// that code that depends on the wording fails.

vi.mock('../../src/errors/plexus-error.ts', async (importOriginal) => {
  const { reworded } = await import('./rewording.ts');
  const original = await importOriginal<typeof errors>();
  const define: typeof original.define = (id, kind, text) => original.define(id, kind, reworded(text));
  return { ...original, define };
});

vi.mock('../../src/errors/warnings.ts', async (importOriginal) => {
  const { reworded } = await import('./rewording.ts');
  const original = await importOriginal<Readonly<Record<string, unknown>>>();
  const other = (each: unknown): unknown => {
    if (typeof each !== 'function' || !('kind' in each) || !('text' in each)) return each;
    const { kind } = each;
    const text = reworded(each.text as (context: never) => string);
    return Object.assign((context: never) => ({ kind, context, text: text(context) }), { kind, text });
  };
  return Object.fromEntries(Object.entries(original).map(([name, each]) => [name, other(each)]));
});
