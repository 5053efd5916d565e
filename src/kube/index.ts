// A client of the Kubernetes API: transport, credentials, lists, watches. Knows no object of ours.
export { apiReader, type ApiReader } from './api-reader.ts';
export { type ApiAnswer, problemIn, sendIfThere, sendRequest, tryRequest } from './api-request.ts';
export type { CredentialSource } from './credential-source.ts';
export { execInPod, type ExecOutput } from './exec-in-pod.ts';
export type { Credentials } from './credentials.ts';
export type { ApiConnection, ApiRequest } from './http-exchange.ts';
export type { Shape } from './json-scan.ts';
export { continueIn, listAll, type Listed, listShape } from './list-all.ts';
export { loadCredentials } from './load-credentials.ts';
export { metadataList, metadataOnly } from './metadata-only.ts';
export { partAt, field, fields, isThere, items, optionalText, type Part, requiredText } from './object-reader.ts';
export { pathSegment } from './path-segment.ts';
export { reflect, usualWatchTiming, type WatchSink, type WatchTiming } from './reflector.ts';
