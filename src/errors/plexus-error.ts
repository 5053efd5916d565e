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

interface Parts<Id extends string, Context extends object> {
  readonly id: Id;
  readonly kind: ErrorKind;
  readonly context: Context;
  readonly message: string;
  readonly code: number;
  readonly where: Where;
  readonly cause: unknown;
}

/**
 * The only error class that crosses a folder boundary. Made by the functions of the catalogue. Programs read `id` and
 * `context`, people the sentence: no code may depend on its words.
 */
export class CatalogueError<Id extends string, Context extends object = object> extends Error {
  override readonly name = 'PlexusError';
  readonly id: Id;
  readonly kind: ErrorKind;
  /** What the sentence was made from; the types are those of the entry in the catalogue. */
  readonly context: Context;
  readonly code: number;
  readonly where: Where;

  constructor(parts: Parts<Id, Context>) {
    super(parts.message, { cause: parts.cause });
    this.id = parts.id;
    this.kind = parts.kind;
    this.context = parts.context;
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

/** An entry of the catalogue, as far as it names the errors that it makes. */
interface Entry<Id extends string, Context extends object> {
  readonly id: Id;
  readonly text: (context: Context) => string;
}

/** Makes the function that makes one kind of error. Its `id`, `kind` and `text` can be read for documentation. */
export const define = <const Id extends string, Context extends object>(
  id: Id,
  kind: ErrorKind,
  text: (context: Context) => string,
) =>
  Object.assign(
    (context: Context, extras: ErrorExtras = {}) =>
      new CatalogueError({
        id,
        kind,
        context,
        message: text(context),
        code: extras.code ?? kind.code,
        where: extras.where ?? {},
        cause: extras.cause,
      }),
    { id, kind, text },
  );

/** Whether something thrown is of one kind: `is(error, nadNotFound)`. Then `error.context` has the types of that kind. */
export const is = <Id extends string, Context extends object>(
  error: unknown,
  entry: Entry<Id, Context>,
): error is CatalogueError<Id, Context> => error instanceof CatalogueError && error.id === entry.id;

/** The same error, knowing more about whom it concerns. What it already knows is kept. */
export const at = <Id extends string, Context extends object>(
  error: CatalogueError<Id, Context>,
  where: Where,
): CatalogueError<Id, Context> => altered(error, { where: { ...where, ...error.where } });

/** The same error with another cause. */
export const withCause = <Id extends string, Context extends object>(
  error: CatalogueError<Id, Context>,
  cause: unknown,
): CatalogueError<Id, Context> => altered(error, { cause });

function altered<Id extends string, Context extends object>(
  error: CatalogueError<Id, Context>,
  parts: { readonly where?: Where; readonly cause?: unknown },
): CatalogueError<Id, Context> {
  const { id, kind, context, message, code, where, cause } = error;
  const copy = new CatalogueError({ id, kind, context, message, code, where, cause, ...parts });
  if (error.stack !== undefined) copy.stack = error.stack;
  return copy;
}
