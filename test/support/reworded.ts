import { createHash } from 'node:crypto';
import { vi } from 'vitest';

// A set-up file (project "reworded"), and imported by test/errors/reworded.test.ts: every sentence of the catalogue of
// errors and of the warnings becomes another one, so that what reads a sentence behaves otherwise than usual.

/** Whether sentences are replaced now. */
export const rewording = vi.hoisted(() => ({ on: true }));

// without a word, digit or sign of the sentence, and different for different sentences
const other = vi.hoisted(
  () =>
    (hash: string): string =>
      hash.replaceAll(/\d/g, (digit) => 'ghijklmnop'[Number(digit)] ?? ''),
);

type Text = (context: never) => string;
const reworded =
  (text: Text): Text =>
  (context) => {
    const sentence = text(context);
    return rewording.on ? `reworded ${other(createHash('sha1').update(sentence).digest('hex'))}` : sentence;
  };

vi.mock('../../src/errors/plexus-error.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/errors/plexus-error.ts')>();
  const define = (id: string, kind: never, text: Text) => original.define(id, kind, reworded(text));
  return { ...original, define };
});

vi.mock('../../src/errors/warnings.ts', async (importOriginal) => {
  const original = await importOriginal<Readonly<Record<string, unknown>>>();
  const entries = Object.entries(original).map(([name, each]) => [name, isEntry(each) ? rewordedWarning(each) : each]);
  return Object.fromEntries(entries) as object;
});

interface WarningEntry {
  readonly kind: string;
  readonly text: Text;
}
const isEntry = (value: unknown): value is WarningEntry => typeof value === 'function' && 'kind' in value;
const rewordedWarning = ({ kind, text }: WarningEntry): unknown =>
  Object.assign((context: never) => ({ kind, context, text: reworded(text)(context) }), { kind, text });
