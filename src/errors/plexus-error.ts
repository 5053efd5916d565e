/** Whom and what an error is about. Every part is filled in by the layer that knows it. */
export interface Where {
  /** namespace/name of the pod. */
  readonly pod?: string;
  /** NAD (namespace/name) or name of the network configuration. */
  readonly network?: string;
  /** `type` of the CNI plugin. */
  readonly plugin?: string;
  readonly interfaceName?: string;
  /** What was being done, for example "ADD" or "write network-status". */
  readonly step?: string;
}

/** What all errors of one kind have in common. */
export interface ErrorKind {
  /** CNI error code that the runtime gets, unless a delegate gave its own (CNI-10). */
  readonly code: number;
  /** Whether the same call can succeed later without anybody changing anything. */
  readonly retry: 'later' | 'never';
  /** What a person should do: one or two sentences. */
  readonly fix: string;
}

interface Parts {
  readonly id: string;
  readonly kind: ErrorKind;
  readonly message: string;
  readonly code: number;
  readonly where: Where;
  readonly cause: unknown;
}

/** The only error class that crosses a folder boundary. Made by the functions of the catalogue. */
export class PlexusError extends Error {
  override readonly name = 'PlexusError';
  readonly id: string;
  readonly kind: ErrorKind;
  readonly code: number;
  readonly where: Where;

  constructor(parts: Parts) {
    super(parts.message, { cause: parts.cause });
    this.id = parts.id;
    this.kind = parts.kind;
    this.code = parts.code;
    this.where = parts.where;
  }
}

/** Extras of one error: what led to it, a delegate's own CNI code, whom it concerns. */
export interface ErrorExtras {
  readonly cause?: unknown;
  readonly code?: number;
  readonly where?: Where;
}

/** Makes the function that makes one kind of error. Its `id`, `kind` and `text` can be read for documentation. */
export const define = <C extends object>(id: string, kind: ErrorKind, text: (context: C) => string) =>
  Object.assign(
    (context: C, extras: ErrorExtras = {}) =>
      new PlexusError({
        id,
        kind,
        message: text(context),
        code: extras.code ?? kind.code,
        where: extras.where ?? {},
        cause: extras.cause,
      }),
    { id, kind, text },
  );

/** The same error, knowing more about whom it concerns. What it already knows is kept. */
export function at(error: PlexusError, where: Where): PlexusError {
  const { id, kind, message, code, cause } = error;
  const located = new PlexusError({ id, kind, message, code, cause, where: { ...where, ...error.where } });
  if (error.stack !== undefined) located.stack = error.stack;
  return located;
}
