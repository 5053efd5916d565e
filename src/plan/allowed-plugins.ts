import type { NetworkConfiguration } from '../cni/index.ts';
import { type PlexusError, keyText, pluginRefused } from '../errors/index.ts';
import { type Nad, type NadRef, nadKey } from '../npwg/index.ts';
import type { PlanInputs } from './inputs.ts';
import { type PolicyViolation, deviceViolation, policyViolations } from './plugin-policy.ts';

/** What is judged: a network, and the device of the node that the pod chose for it. */
interface Judged {
  readonly nad: Nad;
  readonly configuration: NetworkConfiguration;
  /** Absent if kubelet allocated the device, or if there is none. */
  readonly chosenDevice?: string | undefined;
}

/**
 * Throws pluginRefused for the first thing in a network's configuration, or in the pod's choice of a device, that the
 * policies do not allow in the network's namespace. If the labels of the namespace are unknown, nothing is allowed: a policy may select namespaces without a label.
 */
export function assertPluginsAllowed(
  { nad, configuration, chosenDevice }: Judged,
  { settings, namespaces }: Pick<PlanInputs, 'settings' | 'namespaces'>,
): void {
  const { pluginPolicies: policies } = settings;
  if (policies.length === 0) return;
  const labels = namespaces?.get(nad.namespace);
  const [violation] = labels === undefined ? [unknownNamespace] : policyViolations(configuration, labels, policies);
  if (violation !== undefined) throw refusalOf(violation, nad);
  if (labels === undefined || chosenDevice === undefined) return;
  const ofDevice = deviceViolation(configuration, chosenDevice, { labels, policies });
  if (ofDevice !== undefined) throw refusalOf(ofDevice, nad);
}

const unknownNamespace: PolicyViolation = { policy: '', path: [], problem: 'the labels of the namespace are unknown' };

/** The error for a violation of a network's configuration. */
export const refusalOf = ({ policy, path, problem }: PolicyViolation, nad: NadRef): PlexusError =>
  pluginRefused({ nad: nadKey(nad), policy, place: keyText(path), problem });
