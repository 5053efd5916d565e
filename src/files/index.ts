// File operations and mutual exclusion that several folders need. Knows nothing of the files' content.
export { attemptFile, attemptIfPresent, exists, removeFile } from './attempt.ts';
export { fairQueue } from './fair-queue.ts';
export { isFileName } from './file-name.ts';
export { makeFolder, removeLeftovers } from './folder.ts';
export { loadNative, type Native } from './native.ts';
export { beneath, beneathIfPresent, beneathMade, openFolder, openFolderMade } from './open-folder.ts';
export { readIfPresent, readRegularFile, readRegularPart, readRegularText, usualMostBytes } from './regular.ts';
export { removeContent, removeTree } from './remove-tree.ts';
export { newPrefix, type Replaced, replaceAhead, replaceAtomically, replaceContent, syncFolder } from './replace.ts';
export { shownPath } from './shown-path.ts';
export { type FolderWatch, watchFolders } from './watch.ts';
export { appendBriefly, openRegularFile, writeBrieflyAt } from './write-briefly.ts';
export { createTurns, type Turns } from './turns.ts';
