import type { Env } from '../../cni/index.ts';
import type { Journal, SandboxLocks } from '../../journal/index.ts';
import type { SandboxRecord } from '../../plan/index.ts';
import type { DelegateDeps, Operation } from '../steps/call.ts';

/**
 * The dependencies of work on recorded sandboxes without a call from the runtime. `path`: plugin folders; `env`: what
 * plugins inherit.
 */
export type RepairDeps = DelegateDeps & {
  readonly journal: Journal;
  readonly locks: SandboxLocks;
  readonly path: readonly string[];
  readonly env: Env;
};

/** Returns the operation on a recorded sandbox. */
export const operationFor = (
  { containerId, pod }: SandboxRecord,
  netns: string | undefined,
  { path, env }: Pick<RepairDeps, 'path' | 'env'>,
): Operation => ({
  containerId,
  netns,
  env,
  path,
  ...(pod !== undefined && { pod: `${pod.namespace}/${pod.name}` }),
});
