import type { JsonObject } from './json.ts';

/** The parts of a resource type that an error uses. */
export interface Named {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

export interface FieldError {
  readonly field: string;
  readonly reason: 'FieldValueInvalid' | 'FieldValueRequired' | 'FieldValueForbidden' | 'FieldValueTooLong';
  readonly message: string;
}

interface Failure {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: JsonObject;
  readonly headers?: Record<string, string>;
}

/** A path outside all API groups; answered with a line of text instead of a Status. */
export class NoSuchPath extends Error {}

/** A request that ends in a Status object (kind Status, API conventions "Response Status Kind"). */
export class ApiError extends Error {
  readonly code: number;
  readonly headers: Record<string, string>;
  readonly status: JsonObject;

  constructor({ code, reason, message, details, headers }: Failure) {
    super(message);
    this.code = code;
    this.headers = headers ?? {};
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason,
      ...(details && { details }),
      code,
    };
  }
}

export const failure = (what: Failure): ApiError => new ApiError(what);

export const badRequest = (message: string): ApiError => failure({ code: 400, reason: 'BadRequest', message });

export const unauthorized = (): ApiError => failure({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });

/** For a path below a built-in API group. */
export const resourceNotFound = (): ApiError =>
  failure({
    code: 404,
    reason: 'NotFound',
    message: 'the server could not find the requested resource',
    details: {},
  });

export const objectNotFound = (type: Named, name: string): ApiError =>
  failure({
    code: 404,
    reason: 'NotFound',
    message: `${qualified(type)} "${name}" not found`,
    details: detailsOf(type, name),
  });

export const methodNotAllowed = (): ApiError =>
  failure({
    code: 405,
    reason: 'MethodNotAllowed',
    message: 'the server does not allow this method on the requested resource',
    details: {},
  });

export const notAcceptable = (message = 'only the following media types are accepted: application/json'): ApiError =>
  failure({ code: 406, reason: 'NotAcceptable', message });

export const alreadyExists = (type: Named, name: string): ApiError =>
  failure({
    code: 409,
    reason: 'AlreadyExists',
    message: `${qualified(type)} "${name}" already exists`,
    details: detailsOf(type, name),
  });

export const staleVersion = (type: Named, name: string): ApiError =>
  conflict(type, name, 'the object has been modified; please apply your changes to the latest version and try again');

export const conflict = (type: Named, name: string, why: string): ApiError =>
  failure({
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on ${qualified(type)} "${name}": ${why}`,
    details: detailsOf(type, name),
  });

export const expired = (message: string): ApiError => failure({ code: 410, reason: 'Expired', message });

export const tooLarge = (limit: number): ApiError =>
  failure({
    code: 413,
    reason: 'RequestEntityTooLarge',
    message: `Request entity too large: limit is ${limit}`,
  });

export const unsupportedMediaType = (accepted: readonly string[]): ApiError =>
  failure({
    code: 415,
    reason: 'UnsupportedMediaType',
    message: `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  });

export function invalid(type: Named, name: string, errors: readonly FieldError[]): ApiError {
  const texts = errors.map((error) => `${error.field}: ${error.message}`);
  const kind = type.group === '' ? type.kind : `${type.kind}.${type.group}`;
  return failure({
    code: 422,
    reason: 'Invalid',
    message: `${kind} "${name}" is invalid: ${texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`}`,
    details: { name, group: type.group, kind: type.kind, causes: errors },
  });
}

export const forbidden = (type: Named, name: string, why: string): ApiError =>
  failure({
    code: 403,
    reason: 'Forbidden',
    message: `${qualified(type)}${name === '' ? '' : ` "${name}"`} is forbidden: ${why}`,
    details: detailsOf(type, name),
  });

const detailsOf = (type: Named, name: string): JsonObject => ({
  ...(name !== '' && { name }),
  ...(type.group !== '' && { group: type.group }),
  kind: type.plural,
});

const qualified = (type: Named): string => (type.group === '' ? type.plural : `${type.plural}.${type.group}`);
