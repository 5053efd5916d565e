// The effects on files that several folders need. Knows nothing of what is in them.
export { inFolder, makeFolder, removeLeftovers } from './folder.ts';
export { removeFile } from './remove.ts';
export { newPrefix, replaceAtomically, replaceBriefly, syncFolder } from './replace.ts';
export { type FolderWatch, watchFolders } from './watch.ts';
