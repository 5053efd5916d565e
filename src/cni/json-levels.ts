import { sizeOfJson } from './json-size.ts';

// A few thousand levels overflow the stack. The limit is lower, because the value must stay readable inside a journal
// file.
const mostLevels = 1000;

/** Why a JSON text is nested too deeply to decode; undefined if it is not. */
export const levelsProblem = (text: string): string | undefined =>
  sizeOfJson(text).levels > mostLevels ? `it is nested deeper than ${mostLevels} levels` : undefined;
