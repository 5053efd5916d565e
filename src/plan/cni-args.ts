import { type CniArgs, formatCniArgs } from '../cni/index.ts';
import { requestFields } from '../npwg/index.ts';
import type { PlanInputs } from './inputs.ts';

const podKeys = ['K8S_POD_NAMESPACE', 'K8S_POD_NAME', 'K8S_POD_INFRA_CONTAINER_ID', 'K8S_POD_UID'];
const requestKeys = Object.values(requestFields).flatMap(({ cniArgsKey }) => cniArgsKey ?? []);

/**
 * Returns CNI_ARGS for one delegate: IgnoreUnknown and the pod's keys first, then the runtime's other keys, then the
 * pod's requests for plugins that read them there (K8S-31, CNI-77). Without a pod, the runtime's CNI_ARGS are
 * unchanged.
 */
export function cniArgsFor(requested: CniArgs, isDefault: boolean, { call, pod }: PlanInputs): string {
  if (pod === undefined) return formatCniArgs(call.args);
  const given = new Map(call.args);
  const fixed = podKeys.map((key) => [key, given.get(key) ?? ''] as const);
  // the runtime's IP and MAC are meant for the default network, unless the pod requests others for it
  const replaced = isDefault ? requested.map(([key]) => key) : requestKeys;
  const own = ['IgnoreUnknown', ...podKeys, ...replaced];
  const others = call.args.filter(([key]) => !own.includes(key));
  return formatCniArgs([['IgnoreUnknown', 'true'], ...fixed, ...others, ...requested]);
}
