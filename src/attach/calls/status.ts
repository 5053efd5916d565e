import type { NetworkConfiguration, StatusInvocation } from '../../cni/index.ts';
import { type ErrorId, type PlexusError, asPlexusError, statusNotReady, summaryOf } from '../../errors/index.ts';
import { type Attachment, type PlanInputs, makePlan } from '../../plan/index.ts';
import { statusList } from '../../runtime/index.ts';
import { pluginPath, runtimeDeps } from '../steps/call.ts';
import { withDeadline } from '../steps/deadline.ts';
import type { AttachDeps } from '../deps.ts';
import { gatherInputsFor, gatherPodlessInputs } from '../steps/inputs.ts';
import { isDefaultNetworkReady } from '../steps/readiness.ts';

/**
 * Checks that pods can be attached now: the default network and those in statusNetworks exist, are ready, and their
 * plugins' STATUS succeeds. Never waits. Rejects with code 50, or with the code of the plugin that is not ready: 50 or
 * 51 (CNI-33 to CNI-36).
 */
export function status(invocation: StatusInvocation, deps: AttachDeps, outer: AbortSignal): Promise<void> {
  return withDeadline({ command: 'STATUS', seconds: deps.settings.deadlines.statusSeconds }, outer, async (signal) => {
    if (!(await isDefaultNetworkReady(deps)))
      throw statusNotReady({ problem: `${deps.settings.readinessIndicatorFile} does not exist` });
    const own = await readDefaultNetwork(invocation, deps, signal);
    const additional =
      deps.settings.statusNetworks.length === 0 ? [] : await additionalNetworks(invocation, deps, signal);
    for (const { network, configuration } of [
      ...(own === undefined ? [] : [{ network: own.name, configuration: own }]),
      ...additional,
    ]) {
      const call = { configuration, network, env: invocation.env, path: pluginPath(deps, invocation.path) };
      await statusList(call, runtimeDeps(deps), signal);
    }
  });
}

type PodlessCall = Parameters<typeof gatherPodlessInputs>[0];

/**
 * Returns the default network, planned without a pod; undefined while the API server is unavailable, so that an API
 * outage does not make nodes NotReady (K8S-67).
 */
export async function readDefaultNetwork(
  invocation: PodlessCall,
  deps: AttachDeps,
  signal: AbortSignal,
): Promise<NetworkConfiguration | undefined> {
  return (await planned(() => gatherPodlessInputs(invocation, deps, signal))).find(({ isDefault }) => isDefault)
    ?.configuration;
}

const additionalNetworks = async (
  invocation: StatusInvocation,
  deps: AttachDeps,
  signal: AbortSignal,
): Promise<readonly Attachment[]> =>
  (await planned(() => gatherInputsFor(deps.settings.statusNetworks, invocation, deps, signal))).filter(({ network }) =>
    deps.settings.statusNetworks.includes(network),
  );

async function planned(inputs: () => Promise<PlanInputs>): Promise<readonly Attachment[]> {
  try {
    return makePlan(await inputs()).attachments;
  } catch (thrown) {
    const error = asPlexusError(thrown);
    if (isApiUnavailable(error)) return [];
    throw statusNotReady({ problem: summaryOf(error) }, { cause: error });
  }
}

const apiErrors: readonly ErrorId[] = ['PLX-API-UNAVAILABLE', 'PLX-API-REFUSED', 'PLX-OPERATION-TIMEOUT'];

const isApiUnavailable = ({ id }: PlexusError): boolean => apiErrors.includes(id);
