import { type AnnotationPlace, annotationPlaceText } from './place.ts';

/**
 * A problem that does not stop the operation. As with errors, code reads `kind` and `context`; the text is for users.
 */
export interface Warning<Kind extends string = string, Context extends object = object> {
  readonly kind: Kind;
  readonly context: Context;
  readonly text: string;
}

/** The error behind a warning; it did not stop the operation. */
interface ErrorData {
  readonly error: { readonly id: string; readonly context: object; readonly message: string };
}

const define = <const Kind extends string, Context extends object>(kind: Kind, text: (context: Context) => string) =>
  Object.assign((context: Context): Warning<Kind, Context> => ({ kind, context, text: text(context) }), { kind, text });

/** Whether a warning is of one kind. */
export const isWarning = <Kind extends string, Context extends object>(
  warning: Warning,
  entry: { readonly kind: Kind; readonly text: (context: Context) => string },
): warning is Warning<Kind, Context> => warning.kind === entry.kind;

export const selectionKeyUnknown = define(
  'selection-key-unknown',
  (c: AnnotationPlace & { name: string; shown: string; known: readonly string[] }) =>
    `${annotationPlaceText(c)}: unknown key ${c.shown} is ignored (known: ${c.known.join(', ')})`,
);
export const selectionKeysUnknown = define(
  'selection-keys-unknown',
  (c: { more: number }) => `and ${c.more} more unknown keys are ignored`,
);
export const annotationIgnored = define(
  'annotation-ignored',
  (c: ErrorData & { key: string }) => `annotation ignored because of invalidAnnotation: ignore: ${c.error.message}`,
);
export const settingsKeyUnknown = define(
  'settings-key-unknown',
  (c: { key: string; meant?: string | undefined }) =>
    `configuration of Plexus: unknown key ${JSON.stringify(c.key)} is ignored${c.meant === undefined ? '' : `; did you mean ${JSON.stringify(c.meant)}?`}`,
);
export const logLevelUnknown = define(
  'log-level-unknown',
  (c: { level: string; known: readonly string[] }) =>
    `configuration of Plexus: logLevel ${JSON.stringify(c.level)} is unknown and ignored (known: ${c.known.join(', ')})`,
);
export const pathIgnored = define('path-ignored', (c: ErrorData) => `${c.error.message}; it is ignored`);
export const fileSkipped = define(
  'file-skipped',
  (c: { path: string; problem: string }) => `${c.path} is skipped: ${c.problem}`,
);
export const networksUnknown = define('networks-unknown', (c: ErrorData) => c.error.message);
export const requestIgnored = define(
  'request-ignored',
  (c: { request: string; network: string; problem: string }) => c.problem,
);
export const capabilityInVain = define(
  'capability-in-vain',
  (c: { request: string; capability: string; network: string; programs: readonly string[] }) =>
    `network ${c.network}: a plugin declares the capability ${c.capability}, but ${c.programs.join(' or ')} is not known to read ${c.request}`,
);
export const requestUncertain = define(
  'request-uncertain',
  (c: { request: string; capability: string; network: string; programs: readonly string[]; misplaced: string }) =>
    `network ${c.network}: Plexus does not know whether ${c.programs.join(' or ')} reads ${c.request}; a plugin that reads it as capability ${c.capability} must declare that capability${c.misplaced}`,
);
export const deviceIdLost = define(
  'device-id-lost',
  (c: { network: string; deviceId: string }) =>
    `network ${c.network}: no plugin receives deviceID ${c.deviceId}, because none declares the capability deviceID`,
);
export const deviceReplaced = define(
  'device-replaced',
  (c: { network: string; deviceId: string; of: string; gets: string }) =>
    `network ${c.network}: deviceID ${c.deviceId} of the annotation is not a free device of ${c.of} of the pod; Plexus uses ${c.gets}`,
);
export const deviceUndecided = define(
  'device-undecided',
  (c: { network: string; of: string }) =>
    `network ${c.network} uses a device of ${c.of}: which one is known only when the pod is attached`,
);
export const hostInterfaceLater = define(
  'host-interface-later',
  (c: { network: string; logical: string }) =>
    `network ${c.network}: the node determines which of its interfaces ${c.logical} means (plexus plan POD --node NODE shows it)`,
);
export const deviceAbsent = define(
  'device-absent',
  (c: { network: string; problem: string }) => `${c.problem}; Plexus attaches the network without a device`,
);
export const resourceUnserved = define(
  'resource-unserved',
  (c: { network: string; resource: string }) =>
    `network ${c.network} names resource ${c.resource}, which no device plugin of this node serves and the pod does not request; Plexus attaches the network without a device`,
);
export const useRequired = define(
  'use-required',
  (c: { network: string; by: 'annotation' | 'settings' }) =>
    `network ${c.network} requires the permission "use" (${c.by === 'annotation' ? 'annotation plexus-cni.io/require-use' : 'requireUse in the configuration of Plexus'}): plexus can-use ${c.network} shows who has it`,
);
export const claimSkipped = define(
  'claim-skipped',
  (c: { claim: string; problem: string }) => `ResourceClaim ${c.claim} is left out: ${c.problem}`,
);
export const claimsSkipped = define(
  'claims-skipped',
  (c: ErrorData) =>
    `devices of ResourceClaims are skipped (if a network needs them, add deploy/components/resource-claims): ${c.error.message}`,
);
export const deviceUnnamed = define(
  'device-unnamed',
  (c: { driver: string; pool: string; device: string; missing: 'slice' | readonly string[] }) =>
    `device ${c.device} of pool ${c.pool}, driver ${c.driver} ${c.missing === 'slice' ? 'is in no ResourceSlice' : `has no attribute ${c.missing.join(' or ')}`}`,
);
