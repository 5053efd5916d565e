import { Environment } from '@marcbachmann/cel-js';

/** The part of a ValidatingAdmissionPolicy that is evaluated here. */
export interface Policy {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly failurePolicy: string;
    readonly matchConstraints: unknown;
    readonly matchConditions: readonly { readonly name: string; readonly expression: string }[];
    readonly variables: readonly { readonly name: string; readonly expression: string }[];
    readonly validations: readonly { readonly expression: string; readonly message: string; readonly reason: string }[];
  };
}
export interface PodLike {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>> | undefined;
}
/** A write request as admission sees it. */
export interface Write {
  readonly userInfo: { readonly username: string; readonly extra?: Readonly<Record<string, readonly string[]>> };
  readonly operation: string;
  readonly subResource: string;
  readonly object: PodLike;
  readonly oldObject: PodLike;
}

/**
 * Returns the messages of all validations that reject the write; [] if it is admitted, or if no matchCondition applies.
 * Throws if an expression does.
 */
export function mayPatchStatus(policy: Policy, write: Write): readonly string[] {
  const environment = new Environment({ unlistedVariablesAreDyn: true });
  const { object, oldObject, ...request } = structuredClone(asJson(write)) as Write;
  const context: Record<string, unknown> = { object, oldObject, request };
  const valueOf = (expression: string): unknown => environment.evaluate(expression, context);
  const { matchConditions, variables, validations } = policy.spec;
  if (!matchConditions.every(({ expression }) => valueOf(expression) === true)) return [];
  const known: Record<string, unknown> = {};
  for (const { name, expression } of variables) {
    known[name] = valueOf(expression);
    context['variables'] = known;
  }
  return validations.flatMap(({ expression, message }) => (valueOf(expression) === true ? [] : [message]));
}

const asJson = (value: object): object => JSON.parse(JSON.stringify(value)) as object;
