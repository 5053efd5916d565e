import { type CniArgs, formatCniArgs } from '../cni/index.ts';
import type { PlanInputs } from './inputs.ts';
import { isInCniArgs } from './requests.ts';
import type { Delegate } from './resolve.ts';

const podKeys = ['K8S_POD_NAMESPACE', 'K8S_POD_NAME', 'K8S_POD_INFRA_CONTAINER_ID', 'K8S_POD_UID'];

/**
 * CNI_ARGS for one delegate: IgnoreUnknown and the pod's keys first, then whatever else the runtime gave, then MAC and
 * IP of the pod's request for plugins that read them there (K8S-31, CNI-77). Without a pod, the runtime's unchanged.
 */
export function cniArgsFor(delegate: Delegate, isDefault: boolean, { call, pod }: PlanInputs): string {
  if (pod === undefined) return formatCniArgs(call.args);
  const given = new Map(call.args);
  const fixed = podKeys.map((key) => [key, given.get(key) ?? ''] as const);
  const asked = requested(delegate);
  // an address the runtime asks for is meant for the default network, unless the pod asked for another there
  const replaced = isDefault ? asked.map(([key]) => key) : ['IP', 'MAC'];
  const own = ['IgnoreUnknown', ...podKeys, ...replaced];
  const others = call.args.filter(([key]) => !own.includes(key));
  return formatCniArgs([['IgnoreUnknown', 'true'], ...fixed, ...others, ...asked]);
}

// as Multus does, but for several addresses where a plugin is known to reject them
function requested({ selection, configuration }: Delegate): CniArgs {
  const { ips = [], mac } = selection ?? {};
  const hasIp = ips.length > 0 && isInCniArgs('ips', ips.length > 1, configuration.plugins);
  return [...(mac === undefined ? [] : [['MAC', mac] as const]), ...(hasIp ? [['IP', ips.join(',')] as const] : [])];
}
