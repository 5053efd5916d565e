import type { NetworkConfiguration, StatusInvocation } from '../cni/index.ts';
import { type PlexusError, asPlexusError, statusNotReady, summaryOf } from '../errors/index.ts';
import { makePlan } from '../plan/index.ts';
import { statusList } from '../runtime/index.ts';
import { pluginPath, runtimeDeps } from './call.ts';
import { withDeadline } from './deadline.ts';
import type { AttachDeps } from './deps.ts';
import { gatherPodlessInputs } from './inputs.ts';
import { isReady } from './readiness.ts';

/**
 * Says whether pods can be attached now: the default network is there, ready, and says so itself. Never waits for
 * anything. Rejects with code 50, or with the code of the default network's plugin (CNI-33 to CNI-36).
 */
export function status(invocation: StatusInvocation, deps: AttachDeps, outer: AbortSignal): Promise<void> {
  return withDeadline({ command: 'STATUS', seconds: deps.settings.deadlines.statusSeconds }, outer, async (signal) => {
    if (!(await isReady(deps))) throw statusNotReady({ problem: `${deps.settings.readinessIndicatorFile} does not exist` });
    const configuration = await defaultNetwork(invocation, deps, signal);
    if (configuration === undefined) return;
    const call = { configuration, network: configuration.name, env: invocation.env, path: pluginPath(deps, invocation.path) };
    await statusList(call, runtimeDeps(deps), signal);
  });
}

/** The default network without any pod; undefined while the API server is away: a node must not flap for that (K8S-67). */
export async function defaultNetwork(
  invocation: Parameters<typeof gatherPodlessInputs>[0],
  deps: AttachDeps,
  signal: AbortSignal,
): Promise<NetworkConfiguration | undefined> {
  try {
    const plan = makePlan(await gatherPodlessInputs(invocation, deps, signal));
    return plan.attachments.find(({ isDefault }) => isDefault)?.configuration;
  } catch (thrown) {
    const error = asPlexusError(thrown);
    if (isApiAway(error)) return undefined;
    throw statusNotReady({ problem: summaryOf(error) }, { cause: error });
  }
}

const isApiAway = (error: PlexusError): boolean => ['PLX-API-UNAVAILABLE', 'PLX-API-REFUSED', 'PLX-OPERATION-TIMEOUT'].includes(error.id);
