import { type JsonObject, isJsonObject } from '../cni/index.ts';
import type { ApiUser } from '../cluster/index.ts';
import { reviewInvalid } from '../errors/index.ts';

/** The parts of an AdmissionRequest (admission.k8s.io/v1) that the webhook reads. */
export interface AdmissionRequest {
  readonly uid: string;
  readonly kind: string;
  readonly group: string;
  /** Plural, for example `pods`. */
  readonly resource: string;
  readonly name: string;
  /** '' for an object of the cluster. */
  readonly namespace: string;
  readonly operation: string;
  /** Who sent the request. */
  readonly user: ApiUser;
  /** Absent for DELETE. */
  readonly object?: JsonObject;
  /** Absent for CREATE. */
  readonly oldObject?: JsonObject;
}

/** What the webhook decides. */
export interface Decision {
  /** Why the write is rejected; absent if it is allowed. */
  readonly denial?: Denial;
  /** Shown to the user by kubectl. */
  readonly warnings: readonly string[];
  /** Changes to the object. */
  readonly patch?: readonly PatchOperation[];
}
export interface Denial {
  readonly message: string;
  /** One for each mistake. */
  readonly causes: readonly { readonly id: string; readonly message: string; readonly field: string }[];
}
/** An operation of a JSON patch (RFC 6902). */
export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}

const apiVersion = 'admission.k8s.io/v1';
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const objectOf = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});

const longestUser = 16 * 1024;

/** Reads the request of a decoded AdmissionReview. Throws reviewInvalid. */
export function readReview(review: unknown): AdmissionRequest {
  if (!isJsonObject(review)) throw reviewInvalid({ problem: 'it is not a JSON object' });
  const version = `${textOf(review['apiVersion'])} ${textOf(review['kind'])}`;
  if (version !== `${apiVersion} AdmissionReview`)
    throw reviewInvalid({ problem: `apiVersion and kind are ${JSON.stringify(version.slice(0, 100))}` });
  const { request } = review;
  if (!isJsonObject(request)) throw reviewInvalid({ problem: 'request is missing' });
  const { uid, object, oldObject, operation, userInfo } = request;
  if (typeof uid !== 'string' || uid === '') throw reviewInvalid({ problem: 'request.uid is missing' });
  // Each question to the authorizer contains the user.
  if (JSON.stringify(userInfo ?? null).length > longestUser)
    throw reviewInvalid({ problem: `request.userInfo is longer than ${longestUser} characters` });
  return {
    uid,
    kind: textOf(objectOf(request['kind'])['kind']),
    group: textOf(objectOf(request['kind'])['group']),
    resource: textOf(objectOf(request['resource'])['resource']),
    name: textOf(request['name']),
    namespace: textOf(request['namespace']),
    operation: textOf(operation),
    user: userOf(objectOf(userInfo)),
    ...(isJsonObject(object) && { object }),
    ...(isJsonObject(oldObject) && { oldObject }),
  };
}

function userOf({ username, uid, groups, extra }: JsonObject): ApiUser {
  const lists = Object.entries(objectOf(extra)).map(([key, values]) => [key, textsOf(values)] as const);
  return {
    user: textOf(username),
    ...(textOf(uid) !== '' && { uid: textOf(uid) }),
    groups: textsOf(groups),
    ...(lists.length > 0 && { extra: Object.fromEntries(lists) }),
  };
}

const textsOf = (list: unknown): readonly string[] =>
  Array.isArray(list) ? list.filter((each) => typeof each === 'string') : [];

/** The AdmissionReview that answers a request. */
export function answerReview(uid: string, { denial, warnings, patch = [] }: Decision): JsonObject {
  const response = {
    uid,
    allowed: denial === undefined,
    ...(warnings.length > 0 && { warnings }),
    ...(denial !== undefined && { status: statusOf(denial) }),
    ...(denial === undefined &&
      patch.length > 0 && {
        patchType: 'JSONPatch',
        patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
      }),
  };
  return { apiVersion, kind: 'AdmissionReview', response } as unknown as JsonObject;
}

const statusOf = ({ message, causes }: Denial): object => ({
  status: 'Failure',
  code: 403,
  reason: 'Forbidden',
  message,
  details: { causes: causes.map(({ id, ...cause }) => ({ reason: id, ...cause })) },
});
