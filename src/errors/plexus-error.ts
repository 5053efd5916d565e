/** The place of an error. Each layer fills in the part that it knows. */
export interface Where {
  /** namespace/name of the pod. */
  readonly pod?: string;
  /** NAD (namespace/name) or name of the network configuration. */
  readonly network?: string;
  /** `type` of the CNI plugin. */
  readonly plugin?: string;
  readonly interfaceName?: string;
  /** The step that failed, for example "ADD" or "write network-status". */
  readonly step?: string;
}

/** The properties that all errors of one kind share. */
export interface ErrorKind {
  /** CNI error code for the runtime, unless a delegate returned its own (CNI-10). */
  readonly code: number;
  /** Whether the same call can succeed later without any change. */
  readonly retry: 'later' | 'never';
  /** The fix: one or two imperative sentences. */
  readonly fix: string;
  /** The fix for a person who runs a command, where that of a call of the runtime does not fit. */
  readonly fixAtPrompt?: string;
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
 * The only error class that crosses a folder boundary. The functions of the catalogue create it. Code reads `id` and
 * `context`; the sentence is for users, and no code may depend on its words.
 */
export class CatalogueError<Id extends string, Context extends object = object> extends Error {
  override readonly name = 'PlexusError';
  readonly id: Id;
  readonly kind: ErrorKind;
  /** The values in the sentence; the catalogue's entry determines their types. */
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
    // V8 keeps the functions of the stack, and what they have read of an annotation or a result, until it is formatted.
    void this.stack;
  }
}

/** Additional parts of one error: its cause, a delegate's own CNI code, its place. */
export interface ErrorExtras {
  readonly cause?: unknown;
  readonly code?: number;
  readonly where?: Where;
}

/** The part of a catalogue entry that identifies its errors. */
interface Entry<Id extends string, Context extends object> {
  readonly id: Id;
  readonly text: (context: Context) => string;
}

/** Creates the function that creates errors of one kind. Documentation is made from its `id`, `kind` and `text`. */
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

/**
 * Whether a thrown value is of one kind: `is(error, nadNotFound)`. If so, `error.context` has the types of that kind.
 */
export const is = <Id extends string, Context extends object>(
  error: unknown,
  entry: Entry<Id, Context>,
): error is CatalogueError<Id, Context> => error instanceof CatalogueError && error.id === entry.id;

/** Returns the error with the missing parts of its place added. Parts that are set stay unchanged. */
export const at = <Id extends string, Context extends object>(
  error: CatalogueError<Id, Context>,
  where: Where,
): CatalogueError<Id, Context> => altered(error, { where: { ...where, ...error.where } });

/** Returns the same error with another cause. */
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
