import { sizeOfJson } from './json-size.ts';

// A few thousand levels end in a stack overflow; what is read here must still be readable inside a journal file.
const mostLevels = 1000;

/** Why a JSON text is nested too deeply to be decoded; undefined when it is not. */
export const levelsProblem = (text: string): string | undefined =>
  sizeOfJson(text).levels > mostLevels ? `it is nested deeper than ${mostLevels} levels` : undefined;
