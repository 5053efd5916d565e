import { type PodRef, podKey } from '../npwg/index.ts';
import { plainAddress } from './ip-numbers.ts';
import { type NetworkFacts, noFacts } from './network-facts.ts';
import { problemKinds } from './pod-state.ts';
import type { Holder } from './topology-clashes.ts';
import type { TopologyAttachment, TopologyProblem } from './topology-model.ts';

interface Lacking {
  readonly pod: PodRef & { readonly node?: string };
  readonly attachments: readonly TopologyAttachment[];
}

/** Finds pods that are not attached and request an address that another pod has in the same network. */
export function addressesInUse(
  pods: readonly Lacking[],
  holders: readonly Holder[],
  facts: ReadonlyMap<string, NetworkFacts>,
): readonly TopologyProblem[] {
  const byPlace = Map.groupBy(
    holders.flatMap((holder) =>
      holder.attachment.ips.map((ip) => ({ holder, key: `${holder.attachment.network} ${plainAddress(ip) ?? ip}` })),
    ),
    ({ key }) => key,
  );
  return pods.flatMap(({ pod, attachments }) =>
    attachments.flatMap(({ network, requestedIps = [] }) =>
      requestedIps.flatMap((ip) => {
        const { perNode } = facts.get(network) ?? noFacts;
        const found = byPlace
          .get(`${network} ${plainAddress(ip) ?? ip}`)
          ?.find(({ holder }) => holder.pod !== podKey(pod) && (!perNode || holder.node === pod.node));
        return found === undefined ? [] : [problem(pod, { ip, network }, found.holder)];
      }),
    ),
  );
}

const problem = (
  pod: PodRef,
  { ip, network }: { readonly ip: string; readonly network: string },
  holder: Holder,
): TopologyProblem => ({
  severity: problemKinds['address-in-use'].severity,
  kind: 'address-in-use',
  text: `pod ${podKey(pod)} requests ${ip} in ${network}, but ${holder.pod} (${holder.attachment.interface || 'interface unknown'}) has this address`,
  fix: problemKinds['address-in-use'].fix,
  pods: [podKey(pod)],
  network,
});
