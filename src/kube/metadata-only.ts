// Accept headers for objects of which only metadata is needed. The server then omits spec and status. An old server
// answers with the whole object, which also works.
const partial = (kind: string): string => `application/json;as=${kind};g=meta.k8s.io;v=v1,application/json`;

/** For one object. */
export const metadataOnly = partial('PartialObjectMetadata');
/** For a list. */
export const metadataList = partial('PartialObjectMetadataList');
