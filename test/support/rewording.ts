import { createHash } from 'node:crypto';

/** Whether sentences of errors and warnings are replaced (test/support/reworded.ts). */
export const rewording = { on: true };

/** Replaces a sentence by another one that shares no word, digit or sign with it. */
export const reworded =
  <Context>(text: (context: Context) => string): ((context: Context) => string) =>
  (context) => {
    const sentence = text(context);
    const hash = createHash('sha1').update(sentence).digest('hex');
    return rewording.on ? `reworded ${hash.replaceAll(/\d/g, (digit) => 'ghijklmnop'[Number(digit)] ?? '')}` : sentence;
  };
