import type { JsonObject, NetworkConfiguration } from '../cni/index.ts';
import { type PlexusError, keyText, pluginRefused } from '../errors/index.ts';
import { type Nad, type NadRef, nadKey } from '../npwg/index.ts';
import type { PlanInputs } from './inputs.ts';
import { type PolicyViolation, argumentsViolation, deviceViolation, policyViolations } from './plugin-policy.ts';

type Policies = Pick<PlanInputs, 'settings' | 'namespaces'>;

/**
 * Throws pluginRefused for the first thing in a network's configuration that the policies do not allow in its namespace.
 * If the labels of the namespace are unknown, nothing is allowed: a policy may select namespaces without a label.
 */
export function assertPluginsAllowed(
  nad: Nad,
  configuration: NetworkConfiguration,
  { settings, namespaces }: Policies,
): void {
  const { pluginPolicies: policies } = settings;
  if (policies.length === 0) return;
  const labels = namespaces?.get(nad.namespace);
  const [violation] = labels === undefined ? [unknownNamespace] : policyViolations(configuration, labels, policies);
  if (violation !== undefined) throw refusalOf(violation, nad);
}

/** Throws pluginRefused if the policies do not allow a network a device of the node that the pod chose itself. */
export function assertDeviceAllowed(
  nad: Nad,
  { configuration, chosenDevice }: { readonly configuration: NetworkConfiguration; readonly chosenDevice: string },
  { settings, namespaces }: Policies,
): void {
  const labels = namespaces?.get(nad.namespace) ?? {};
  const violation = deviceViolation(configuration, chosenDevice, { labels, policies: settings.pluginPolicies });
  if (violation !== undefined) throw refusalOf(violation, nad);
}

/** Throws pluginRefused if a pod's cni-args contain a key that the policies deny the plugins of a network. */
export function assertArgumentsAllowed(nad: Nad, cniArgs: JsonObject, { settings, namespaces }: Policies): void {
  const labels = namespaces?.get(nad.namespace) ?? {};
  const violation = argumentsViolation(cniArgs, { labels, policies: settings.pluginPolicies });
  if (violation !== undefined) throw refusalOf(violation, nad);
}

const unknownNamespace: PolicyViolation = { policy: '', path: [], problem: 'the labels of the namespace are unknown' };

/** The error for a violation of a network's configuration. */
export const refusalOf = ({ policy, path, problem }: PolicyViolation, nad: NadRef): PlexusError =>
  pluginRefused({ nad: nadKey(nad), policy, place: keyText(path), problem });
