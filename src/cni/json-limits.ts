import { sizeOfJson } from './json-size.ts';

// A few thousand levels overflow the stack. The limit is lower, because the value must stay readable inside a journal
// file.
const mostLevels = 1000;
// Each value takes about a hundred bytes and some microseconds, also one that takes two bytes in the text. A record of
// 32 networks with the largest results that Plexus accepts (result-answer.ts) fits.
const mostElements = 512 * 1024;

/** Why a JSON text is too deeply nested or has too many values to decode; undefined if it is not. */
export function sizeProblem(text: string): string | undefined {
  const { levels, elements } = sizeOfJson(text);
  if (levels > mostLevels) return `it is nested deeper than ${mostLevels} levels`;
  return elements > mostElements ? `it has more than ${mostElements} values` : undefined;
}

const weightOfValue = 48;

/** Estimates how many bytes a JSON text takes in memory: the text, and a share for each value. */
export const weightOfJson = (text: string): number => text.length + weightOfValue * sizeOfJson(text).elements;

/**
 * Bounds the weight of several JSON texts together. The returned function counts a text and returns true if it still
 * fits.
 */
export function jsonBudget(mostWeight: number): (text: string) => boolean {
  let left = mostWeight;
  return (text) => {
    const weight = weightOfJson(text);
    if (weight > left) return false;
    left -= weight;
    return true;
  };
}
