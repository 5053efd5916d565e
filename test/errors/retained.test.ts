import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { parseSelections } from '../../src/npwg/index.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heapBytes(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

it('an error of an annotation does not keep the annotation in memory', () => {
  const kept: unknown[] = [];
  const before = heapBytes();
  for (let index = 0; index < 100; index++) {
    const text = Buffer.from(`€${'a'.repeat(250_000)}${index}`).toString();
    try {
      parseSelections(text, 'shop');
    } catch (error) {
      kept.push(error);
    }
  }
  expect(kept).toHaveLength(100);
  expect(heapBytes() - before).toBeLessThan(10_000_000); // all annotations together: 50 MB
});
