// Every failure that Plexus can report: one class, one catalogue, the CNI codes. Knows nothing of commands, the content
// of pods, or where errors are shown.
export { asPlexusError, problemOf } from './as-plexus-error.ts';
export * from './kinds/index.ts';
export { clip } from './clip.ts';
export { errorKindOf, readSummary } from './catalogue.ts';
export { cniCode } from './cni-code.ts';
export { describeWhere, detailsOf, summaryAtPrompt, summaryOf } from './describe.ts';
export { fileFailed, isOutOfSpace } from './file-failed.ts';
export { type ErrorId, PlexusError } from './known.ts';
export { annotationPlaceText, type AnnotationPlace, keyText, type Path } from './place.ts';
export { at, define, type ErrorExtras, type ErrorKind, is, type Where, withCause } from './plexus-error.ts';
export * from './warnings.ts';
