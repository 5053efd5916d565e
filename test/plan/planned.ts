import type { Warning } from '../../src/errors/index.ts';
import { type JsonObject, type JsonValue, pluginInput } from '../../src/cni/index.ts';
import { type Nad, defaultNetworkKey, networksKey } from '../../src/npwg/index.ts';
import type { ConfFile, ConfPath } from '../../src/cni/index.ts';
import { type Attachment, type Plan, type PlanInputs, makePlan, parseSettings } from '../../src/plan/index.ts';

/** What a test specifies of a pod and its node; the rest has defaults. */
export interface Situation {
  /** Keys of the node's configuration; one inline delegate by default. */
  readonly config?: JsonObject;
  /** The annotation k8s.v1.cni.cncf.io/networks: text, or a list to encode as JSON. */
  readonly networks?: string | readonly JsonValue[] | undefined;
  readonly defaultNetwork?: string | readonly JsonValue[] | undefined;
  /** By ns/name: spec.config as object or text. */
  readonly nads?: Readonly<Record<string, JsonObject | string>>;
  /** By ns/name: the resource that a NAD uses. */
  readonly resources?: Readonly<Record<string, string>>;
  /** By ns/name: the claim, or claim/request, that a NAD uses. */
  readonly claims?: Readonly<Record<string, string>>;
  readonly more?: Partial<PlanInputs>;
}

/** The default network of tests. */
export const clusterNet: JsonObject = {
  cniVersion: '1.0.0',
  name: 'cluster-net',
  type: 'bridge',
  capabilities: { portMappings: true },
};

/** A network that serves every request of a pod. */
export const able: JsonObject = {
  cniVersion: '1.0.0',
  type: 'macvlan',
  capabilities: { ips: true, mac: true, portMappings: true, bandwidth: true, infinibandGUID: true, deviceID: true },
};

const plain: JsonObject = { cniVersion: '1.0.0', type: 'bridge' };

/** Returns the inputs for pod shop/db-0. NADs shop/a, shop/b and shop/able exist unless others are given. */
export function inputsFor({
  config = { delegates: [clusterNet] },
  networks,
  defaultNetwork,
  nads,
  resources = {},
  claims = {},
  more,
}: Situation = {}): PlanInputs {
  const annotations = { ...annotation(networksKey, networks), ...annotation(defaultNetworkKey, defaultNetwork) };
  return {
    settings: parseSettings(config).settings,
    call: {
      containerId: 'c1',
      netns: '/run/netns/x',
      ifName: 'eth0',
      cniVersion: '1.0.0',
      networkName: 'plexus',
      args: [
        ['K8S_POD_NAMESPACE', 'shop'],
        ['K8S_POD_NAME', 'db-0'],
      ],
    },
    runtimeConfig: {},
    pod: { namespace: 'shop', name: 'db-0', uid: 'u1', annotations },
    nads: new Map(
      Object.entries(nads ?? { 'shop/a': plain, 'shop/b': plain, 'shop/able': able }).map(([key, json]) => [
        key,
        nadOf(key, json, { resourceName: resources[key], resourceClaim: claims[key] }),
      ]),
    ),
    confDir: { kind: 'missing', problem: 'no such folder' },
    paths: new Map(),
    links: ['lo'],
    ...more,
  };
}

const annotation = (key: string, value: string | readonly JsonValue[] | undefined): Readonly<Record<string, string>> =>
  value === undefined ? {} : { [key]: typeof value === 'string' ? value : JSON.stringify(value) };

function nadOf(
  key: string,
  json: JsonObject | string,
  of: { resourceName: string | undefined; resourceClaim: string | undefined },
): Nad {
  const [namespace = '', name = ''] = key.split('/');
  const config = typeof json === 'string' ? json : JSON.stringify(json);
  const { resourceName, resourceClaim } = of;
  return {
    namespace,
    name,
    ...(config !== '' && { config }),
    ...(resourceName !== undefined && { resourceName }),
    ...(resourceClaim !== undefined && { resourceClaim }),
  };
}

/** Returns the plan, with the texts of its warnings and notes. */
export const planFor = (
  situation: Situation,
): Omit<Plan, 'warnings' | 'notes'> & { readonly warnings: readonly string[]; readonly notes: readonly string[] } => {
  const plan = makePlan(inputsFor(situation));
  return { ...plan, warnings: textsOf(plan.warnings), notes: textsOf(plan.notes) };
};

export const textsOf = (warnings: readonly Warning[]): readonly string[] => warnings.map(({ text }) => text);

/** Returns the attachments as "eth0 cluster-net". */
export const listOf = (plan: Pick<Plan, 'attachments'>): string[] =>
  plan.attachments.map(({ interfaceName, network }) => `${interfaceName} ${network}`);

/** Returns the stdin of every plugin of one attachment, without prevResult. */
export const stdinsOf = ({ configuration, runtimeConfig }: Attachment): JsonObject[] =>
  configuration.plugins.map((plugin) => pluginInput({ configuration, plugin, runtimeConfig }));

/** Returns the stdin of the plugins of the pod's additional networks. */
export const additionalStdins = (situation: Situation): JsonObject[] =>
  planFor(situation).attachments.slice(1).flatMap(stdinsOf);

/** Returns a file as it was read: text, JSON, or undefined for an unreadable one. */
export const file = (path: string, content: JsonValue | undefined): ConfFile => ({
  path,
  content:
    content === undefined
      ? { problem: 'permission denied' }
      : { text: typeof content === 'string' ? content : JSON.stringify(content) },
});

/** Returns a folder with these files. */
export const folder = (
  files: Readonly<Record<string, JsonValue | undefined>>,
  siblings: Readonly<Record<string, readonly ConfFile[]>> = {},
): ConfPath => ({
  kind: 'folder',
  files: Object.entries(files).map(([name, content]) => file(`/net.d/${name}`, content)),
  siblings,
});

/** Matches the error with that id. */
export const failure = (id: string, message?: RegExp): { readonly asymmetricMatch: (thrown: unknown) => boolean } => ({
  asymmetricMatch: (thrown) =>
    thrown instanceof Error &&
    'id' in thrown &&
    thrown.id === id &&
    (message === undefined || message.test(thrown.message)),
});
