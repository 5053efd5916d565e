import type { NetworkConfiguration } from '../cni/index.ts';
import { type PlexusError, keyText, pluginRefused } from '../errors/index.ts';
import { type Nad, type NadRef, nadKey } from '../npwg/index.ts';
import type { PlanInputs } from './inputs.ts';
import { type PolicyViolation, policyViolations } from './plugin-policy.ts';

/**
 * Throws pluginRefused for the first thing in a network's configuration that the policies do not allow in its namespace.
 * If the labels of the namespace are unknown, nothing is allowed: a policy may select namespaces without a label.
 */
export function assertPluginsAllowed(
  nad: Nad,
  configuration: NetworkConfiguration,
  { settings, namespaces }: Pick<PlanInputs, 'settings' | 'namespaces'>,
): void {
  const { pluginPolicies: policies } = settings;
  if (policies.length === 0) return;
  const labels = namespaces?.get(nad.namespace);
  const [violation] = labels === undefined ? [unknownNamespace] : policyViolations(configuration, labels, policies);
  if (violation !== undefined) throw refusalOf(violation, nad);
}

const unknownNamespace: PolicyViolation = { policy: '', path: [], problem: 'the labels of the namespace are unknown' };

/** The error for a violation of a network's configuration. */
export const refusalOf = ({ policy, path, problem }: PolicyViolation, nad: NadRef): PlexusError =>
  pluginRefused({ nad: nadKey(nad), policy, place: keyText(path), problem });
