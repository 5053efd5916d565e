import type { NetworkStatus } from '../../src/npwg/index.ts';
import type { Netns } from '../../test/support/netns.ts';

export interface Ping {
  readonly network: string;
  readonly address: string;
  readonly ok: boolean;
}

/**
 * Pings every address of a pod from another pod's namespace. IPv6 addresses are tried until duplicate detection is
 * done.
 */
export async function pingAll(from: Netns, to: readonly NetworkStatus[]): Promise<Ping[]> {
  const targets = to.flatMap(({ name, ips }) => (ips ?? []).map((address) => ({ network: name, address })));
  return Promise.all(targets.map(async (target) => ({ ...target, ok: await answers(from, target.address) })));
}

// five requests, one answer is enough: the first may be lost while neighbours are learnt
const answers = (from: Netns, address: string): Promise<boolean> =>
  from.exec(['ping', '-c', '5', '-i', '0.3', '-W', '2', address]).then(
    () => true,
    () => false,
  );
