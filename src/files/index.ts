// File operations and mutual exclusion that several folders need. Knows nothing of the files' content.
export { makeFolder, removeLeftovers } from './folder.ts';
export { loadNative, type Native } from './native.ts';
export { beneath, beneathMade, openFolder, openFolderMade } from './open-folder.ts';
export { readRegularFile, readRegularPart, readRegularText, usualMostBytes } from './regular.ts';
export { removeFile } from './remove.ts';
export { removeContent, removeTree } from './remove-tree.ts';
export { newPrefix, type Replaced, replaceAhead, replaceAtomically, replaceContent, syncFolder } from './replace.ts';
export { shownPath } from './shown-path.ts';
export { type FolderWatch, watchFolders } from './watch.ts';
export { appendBriefly, openRegularFile, writeBrieflyAt } from './write-briefly.ts';
export { createTurns, type Turns } from './turns.ts';
