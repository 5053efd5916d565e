import { isInSubnet, plainAddress } from './ip-numbers.ts';
import { type NetworkFacts, noFacts } from './network-facts.ts';
import { problemKinds } from './pod-state.ts';
import type { ProblemKind, TopologyAttachment, TopologyProblem } from './topology-model.ts';

/** An existing interface and its pod. */
export interface Holder {
  readonly pod: string;
  readonly node: string;
  readonly attachment: TopologyAttachment;
}
/** A problem between interfaces, with the interfaces. */
export interface Clash {
  readonly problem: TopologyProblem;
  readonly holders: readonly Holder[];
}

/** Finds addresses that several interfaces have although only one may. */
export function clashesOf(holders: readonly Holder[], facts: ReadonlyMap<string, NetworkFacts>): readonly Clash[] {
  const of = (network: string): NetworkFacts => facts.get(network) ?? noFacts;
  const perNode = new Map<string, Clash>();
  const byAddress = groupByKey(
    holders.flatMap((holder) =>
      [...new Set(holder.attachment.ips.flatMap((ip) => plainAddress(ip) ?? []))].map((ip) => [ip, holder] as const),
    ),
  );
  const clashes: Clash[] = [];
  for (const [ip, having] of byAddress) {
    if (having.length < 2) continue;
    const networks = groupByKey(having.map((holder) => [holder.attachment.network, holder] as const));
    for (const [network, same] of networks) {
      if (same.length < 2) continue;
      const atOne = of(network).perNode
        ? [...groupByKey(same.map((holder) => [holder.node, holder] as const)).values()].filter(hasSeveral)
        : [same];
      clashes.push(
        ...atOne.map((each) =>
          clash('ip-duplicate', `${namesOf(each)} have the same address ${ip} in ${network}`, each),
        ),
      );
      if (of(network).perNode && atOne.length === 0 && !perNode.has(network))
        perNode.set(network, repeatedOnNodes(network, ip, same));
    }
    clashes.push(...findOverlaps(ip, networks, of));
  }
  return [...clashes, ...perNode.values(), ...macClashes(holders, of)];
}

const hasSeveral = (holders: readonly Holder[]): boolean => holders.length > 1;

function groupByKey<T>(pairs: readonly (readonly [string, T])[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const [key, value] of pairs) {
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}

function clash(kind: ProblemKind, text: string, holders: readonly Holder[]): Clash {
  const networks = [...new Set(holders.map(({ attachment }) => attachment.network))];
  const problem: TopologyProblem = {
    severity: problemKinds[kind].severity,
    kind,
    text,
    fix: problemKinds[kind].fix,
    pods: [...new Set(holders.map(({ pod }) => pod))],
    ...(networks.length === 1 && networks[0] !== undefined && { network: networks[0] }),
  };
  return { problem, holders };
}

const mostNamed = 4;

function namesOf(holders: readonly Holder[]): string {
  const names = holders
    .slice(0, mostNamed)
    .map(({ pod, attachment }) => `${pod} (${attachment.interface || 'interface unknown'})`);
  const more = holders.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(' and ');
}

// Reported once per network: with a separate bridge on every node, this may be intended.
const repeatedOnNodes = (network: string, ip: string, holders: readonly Holder[]): Clash => ({
  problem: {
    severity: 'warning',
    kind: 'ip-per-node',
    text: `${network} assigns the same addresses on several nodes (${ip} to ${namesOf(holders)}): correct only if the nodes are not connected in this network`,
    fix: problemKinds['ip-per-node'].fix,
    pods: [],
    network,
  },
  holders: [],
});

/** Finds addresses that exist in two networks whose subnets both contain them, on links that may be the same. */
function findOverlaps(
  ip: string,
  networks: ReadonlyMap<string, readonly Holder[]>,
  of: (network: string) => NetworkFacts,
): readonly Clash[] {
  const names = [...networks.keys()].filter((network) => of(network).subnets.some((subnet) => isInSubnet(ip, subnet)));
  return names.flatMap((one, index) =>
    names.slice(index + 1).flatMap((other) => {
      const [a, b] = [of(one), of(other)];
      if (a.link !== undefined && b.link !== undefined && a.link !== b.link) return [];
      const having = [...(networks.get(one) ?? []), ...(networks.get(other) ?? [])];
      const isApart = a.perNode && b.perNode && new Set(having.map(({ node }) => node)).size === having.length;
      return isApart
        ? []
        : [
            clash(
              'ip-overlap',
              `${namesOf(having)} have the same address ${ip} in ${one} and ${other}, whose subnets overlap`,
              having,
            ),
          ];
    }),
  );
}

function macClashes(holders: readonly Holder[], of: (network: string) => NetworkFacts): readonly Clash[] {
  const having = holders.flatMap((holder) => {
    const { mac, network } = holder.attachment;
    if (mac === undefined || of(network).sharesMac) return [];
    return [
      [
        `${mac.toLowerCase()} in ${network}${of(network).perNode ? ` on node ${holder.node || '(unknown)'}` : ''}`,
        holder,
      ] as const,
    ];
  });
  return [...groupByKey(having)]
    .filter(([, same]) => hasSeveral(same))
    .map(([what, same]) => clash('mac-duplicate', `${namesOf(same)} have the same MAC address ${what}`, same));
}
