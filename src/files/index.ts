// The effects on files that several folders need. Knows nothing of what is in them.
export { replaceAtomically, syncFolder } from './replace.ts';
