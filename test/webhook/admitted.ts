import { fairQueue } from '../../src/files/fair-queue.ts';
import { fairTurns } from '../../src/service/fair-turns.ts';
import { nadKey } from '../../src/npwg/index.ts';
import { judgeNad } from '../../src/validate/index.ts';
import { readControlSwitches } from '../../src/webhook/control-switches.ts';
import { mutateWrite, validateWrite } from '../../src/webhook/decide.ts';
import type { AdmissionRequest } from '../../src/webhook/review.ts';
import type { Sources } from '../../src/webhook/sources.ts';
import type { JsonObject } from '../../src/cni/index.ts';
import { applyJsonPatch } from '../support/api-server/json-patch.ts';
import { patience } from '../support/patience.ts';
import { usualPolicy } from './running-webhook.ts';

export const resourceKey = 'k8s.v1.cni.cncf.io/resourceName';
export const selectorKey = 'k8s.v1.cni.cncf.io/nodeSelector';
export const networksKey = 'k8s.v1.cni.cncf.io/networks';
export const foo = 'example.com/foo';

/** What the webhook knows. */
export interface Cluster {
  /** Annotations of NetworkAttachmentDefinitions by namespace/name. */
  readonly nads: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** config.json of the ConfigMap nri-control-switches. */
  readonly switches?: object;
}

function sourcesOf({ nads, switches }: Cluster): Sources {
  const configMap = switches && { data: { 'config.json': JSON.stringify(switches) } };
  return {
    nad: async (ref) => {
      const [key, annotations] = [nadKey(ref), nads[nadKey(ref)]];
      if (annotations === undefined) return undefined;
      const object = {
        apiVersion: 'k8s.cni.cncf.io/v1',
        kind: 'NetworkAttachmentDefinition',
        metadata: { ...ref, annotations },
        spec: { config: '{"cniVersion":"1.0.0","type":"macvlan"}' },
      };
      return { key, annotations, weight: 0, judge: () => judgeNad(object) };
    },
    nadKeys: () => Object.keys(nads),
    defaultNetworks: async () => undefined,
    switches: () => readControlSwitches(configMap),
    classResources: () => new Set(),
    isNamespaceDeleted: async () => false,
    mayUse: async () => ({ allowed: true, reason: '' }),
    podsUsing: async () => [],
    namespaceLabels: async () => ({}),
    notReady: () => undefined,
    networks: () => Object.keys(nads).length,
    run: async () => {},
  };
}

export interface Admitted {
  readonly pod: JsonObject;
  readonly denial: string | undefined;
}

/** Sends the creation of a pod through the mutating and the validating webhook, as the API server does. */
export async function admit(
  pod: JsonObject,
  cluster: Cluster,
  { namespace = 'default', hugepages = true } = {},
): Promise<Admitted> {
  const context = {
    sources: sourcesOf(cluster),
    policy: { ...usualPolicy, hugepages },
    turn: fairTurns(),
    heavy: fairQueue(),
  };
  const request: Omit<AdmissionRequest, 'object'> = {
    uid: 'u',
    kind: 'Pod',
    group: '',
    resource: 'pods',
    name: 'test',
    namespace,
    operation: 'CREATE',
    user: { user: 'author', groups: [] },
  };
  const mutated = await mutateWrite({ ...request, object: pod }, context, patience());
  const changed = applyJsonPatch({ ...pod }, mutated.patch ?? []) as JsonObject;
  const judged = await validateWrite({ ...request, object: changed }, context, patience());
  return { pod: changed, denial: (mutated.denial ?? judged.denial)?.message };
}

export const quantities = (of: Readonly<Record<string, string>>): JsonObject => ({ requests: of, limits: of });
export const podOf = (
  networks: string | undefined,
  { labels, resources = [{}], spec }: { labels?: object; resources?: readonly object[]; spec?: object } = {},
): JsonObject =>
  ({
    metadata: {
      name: 'test',
      ...(networks !== undefined && { annotations: { [networksKey]: networks } }),
      ...(labels !== undefined && { labels }),
    },
    spec: {
      containers: resources.map((each, index) => ({
        name: index === 0 ? 'test' : 'second',
        image: 'i',
        resources: each,
      })),
      ...spec,
    },
  }) as JsonObject;

interface Shape {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly nodeSelector?: object;
    readonly volumes?: readonly {
      name: string;
      downwardAPI?: { items: readonly { path: string; resourceFieldRef?: object }[] };
    }[];
    readonly containers: readonly {
      readonly name: string;
      readonly resources?: { readonly limits?: Record<string, string>; readonly requests?: Record<string, string> };
      readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
      readonly env?: readonly object[];
    }[];
  };
}
export const shapeOf = ({ pod }: Admitted): Shape => pod as unknown as Shape;
export const withResource: Cluster = { nads: { 'default/foo-network': { [resourceKey]: foo } } };
export const plain: Cluster = { nads: { 'default/foo-network': {} } };
