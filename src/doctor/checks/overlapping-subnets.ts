import type { ApiReader } from '../../kube/index.ts';
import { problemOf } from '../../errors/index.ts';
import { overlap } from '../../validate/index.ts';
import { type ApiObject, nameOfObject } from '../api-objects.ts';
import { type Check, type Seen, unknown } from '../check.ts';
import type { ClusterScene } from '../cluster-scene.ts';
import { fewOf } from '../state-files.ts';
import { type AddressRange, rangeOf, rangesOf } from '../subnets.ts';

interface Owned {
  readonly owner: string;
  readonly range: AddressRange;
}

/** Whether networks assign the same addresses. */
export const overlappingSubnets: Check<ClusterScene> = {
  id: 'PLX-D-SUBNETS',
  good: 'no network assigns addresses of another network, of pods or of services',
  finds:
    'addresses that a NetworkAttachmentDefinition and another one both assign, or that belong to pods or services: packets reach the wrong target',
  fix: 'Assign separate addresses to each network. To share a subnet on purpose, divide it with rangeStart and rangeEnd.',
  place: () => 'all NetworkAttachmentDefinitions',
  look: async (scene, signal) => {
    const owned = (await scene.networks()).nads.flatMap(({ key, configuration }) =>
      configuration === undefined ? [] : rangesOf(configuration).map((range): Owned => ({ owner: key, range })),
    );
    const [pods, services] = await Promise.all([
      gathered('those of pods', podRanges(scene)),
      gathered('those of services', serviceRanges(scene.api, signal)),
    ]);
    const cluster = [...pods.owned, ...services.owned];
    const among = owned.flatMap((one, index) =>
      owned
        .slice(index + 1)
        .filter((other) => other.owner !== one.owner && overlap(one.range, other.range))
        .map((other) => told(one, other)),
    );
    const blind = [...pods.blind, ...services.blind];
    return [...blind, ...among, ...owned.flatMap((one) => withCluster(one, cluster))];
  },
};

const told = (one: Owned, other: Owned): Seen => ({
  severity: 'warning',
  what: `${one.range.text} of ${one.owner} and ${other.range.text} of ${other.owner} have addresses in common`,
  where: `NetworkAttachmentDefinition ${one.owner}`,
});

// a cluster may have thousands of nodes: one line for each network
function withCluster(one: Owned, cluster: readonly Owned[]): readonly Seen[] {
  const common = cluster.filter((other) => overlap(one.range, other.range));
  const [first] = common;
  if (first === undefined) return [];
  if (common.length === 1) return [told(one, first)];
  const evidence = fewOf(common.map(({ owner, range }) => `${range.text} of ${owner}`));
  return [
    {
      ...told(one, first),
      what: `${one.range.text} of ${one.owner} has addresses in common with ${common.length} ranges of the cluster`,
      evidence,
    },
  ];
}

async function podRanges({ nodes }: ClusterScene): Promise<readonly Owned[]> {
  return (await nodes()).flatMap((node) =>
    ownedBy(
      `the pods of node ${nameOfObject(node)}`,
      node.spec?.podCIDRs ?? [node.spec?.podCIDR].filter((each) => each !== undefined),
    ),
  );
}

// Kubernetes 1.33 and later serve ServiceCIDRs; before, only the address of the API server's own Service is known.
async function serviceRanges(api: ApiReader, signal: AbortSignal): Promise<readonly Owned[]> {
  const objects = (await api.list('list ServiceCIDRs', '/apis/networking.k8s.io/v1/servicecidrs', signal)) as
    | readonly ServiceCidr[]
    | undefined;
  if (objects !== undefined)
    return objects.flatMap((each) => ownedBy(`services (ServiceCIDR ${nameOfObject(each)})`, each.spec?.cidrs ?? []));
  const service = (await api.get(
    'get service default/kubernetes',
    '/api/v1/namespaces/default/services/kubernetes',
    signal,
  )) as Service | undefined;
  const address = service?.spec?.clusterIP ?? '';
  return ownedBy('service default/kubernetes', [`${address}/${address.includes(':') ? 128 : 32}`]);
}

interface Gathered {
  readonly owned: readonly Owned[];
  readonly blind: readonly Seen[];
}

// the networks are still compared with each other
const gathered = (what: string, ranges: Promise<readonly Owned[]>): Promise<Gathered> =>
  ranges.then(
    (owned) => ({ owned, blind: [] }),
    (error: unknown) => ({ owned: [], blind: [unknown(`${what}: ${problemOf(error)}`)] }),
  );

interface ServiceCidr extends ApiObject {
  readonly spec?: { readonly cidrs?: readonly string[] };
}
interface Service extends ApiObject {
  readonly spec?: { readonly clusterIP?: string };
}

const ownedBy = (owner: string, cidrs: readonly string[]): readonly Owned[] =>
  cidrs.flatMap((cidr) => {
    const range = rangeOf(cidr);
    return range === undefined ? [] : [{ owner, range }];
  });
