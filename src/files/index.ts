// The effects on files that several folders need. Knows nothing of what is in them.
export { makeFolder, removeLeftovers } from './folder.ts';
export { beneath, beneathMade, openFolder, openFolderMade } from './open-folder.ts';
export { readRegularFile, readRegularText } from './regular.ts';
export { removeFile } from './remove.ts';
export { newPrefix, replaceAtomically, replaceBriefly, syncFolder } from './replace.ts';
export { shownPath } from './shown-path.ts';
export { type FolderWatch, watchFolders } from './watch.ts';
