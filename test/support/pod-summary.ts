import type { PodSummary } from '../../src/npwg/index.ts';

const [networks, status, other] = [
  'k8s.v1.cni.cncf.io/networks',
  'k8s.v1.cni.cncf.io/network-status',
  'v1.multus-cni.io/default-network',
];

export interface Wanted extends Partial<Omit<PodSummary, 'annotations'>> {
  /** Annotation networks. */
  readonly asks?: string;
  /** Annotation default-network. */
  readonly asksDefault?: string;
  /** Annotation network-status: its text, or the value of its JSON. */
  readonly has?: unknown;
}

/** A pod in an overview. */
export const aPodSummary = (name: string, { asks, asksDefault, has, ...more }: Wanted = {}): PodSummary => ({
  namespace: 'shop',
  name,
  node: 'n1',
  phase: 'Running',
  hostNetwork: false,
  deleting: false,
  annotations: {
    ...(asks !== undefined && { [networks]: asks }),
    ...(asksDefault !== undefined && { [other]: asksDefault }),
    ...(has !== undefined && { [status]: typeof has === 'string' ? has : JSON.stringify(has) }),
  },
  ...more,
});

/** One entry of a status. */
export const entry = (network: string, link: string, ips: readonly string[] = [], mac?: string) => ({
  name: network,
  interface: link,
  ips,
  ...(mac !== undefined && { mac }),
  dns: {},
});

/** The entry of the default network. */
export const eth0 = (ip: string, network = 'cluster-net') => ({ ...entry(network, 'eth0', [ip]), default: true });

/** A NetworkAttachmentDefinition as the API returns it. */
export const aNadObject = (
  name: string,
  config: object | string = { type: 'macvlan', master: 'eth1' },
  namespace = 'shop',
) => ({
  metadata: { name, namespace },
  spec: { config: typeof config === 'string' ? config : JSON.stringify(config) },
});
