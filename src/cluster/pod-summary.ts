import {
  type PodSummary,
  type PodWarning,
  defaultNetworkKey,
  inSyncCondition,
  networkStatusKey,
  networksKey,
} from '../npwg/index.ts';

interface ApiPod {
  readonly metadata?: {
    readonly namespace?: string;
    readonly name?: string;
    readonly uid?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly {
      readonly kind?: string;
      readonly name?: string;
      readonly controller?: boolean;
    }[];
  };
  readonly spec?: { readonly nodeName?: string; readonly hostNetwork?: boolean };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type?: string; readonly status?: string; readonly message?: string }[];
  };
}

/** Extracts what overviews keep of a pod from the API. */
export function podSummary(object: unknown): PodSummary {
  const { metadata = {}, spec = {}, status = {} } = (object ?? {}) as ApiPod;
  const owner = ownerOf(metadata);
  const { namespace = '', name = '', annotations = {} } = metadata;
  return {
    namespace,
    name,
    annotations: aboutNetworks(annotations),
    hostNetwork: spec.hostNetwork === true,
    deleting: metadata.deletionTimestamp !== undefined,
    ...(metadata.uid !== undefined && { uid: metadata.uid }),
    ...(spec.nodeName && { node: spec.nodeName }),
    ...networksProblemIn(status),
    ...(owner !== undefined && { owner }),
    ...(metadata.creationTimestamp !== undefined && { createdAt: metadata.creationTimestamp }),
    ...statusFacts(status),
  };
}

function statusFacts({ phase, conditions }: NonNullable<ApiPod['status']>): Pick<PodSummary, 'phase' | 'hasSandbox'> {
  const sandbox = conditions?.find(({ type }) => type === 'PodReadyToStartContainers')?.status;
  return { ...(phase !== undefined && { phase }), ...(sandbox !== undefined && { hasSandbox: sandbox === 'True' }) };
}

function networksProblemIn({ conditions }: NonNullable<ApiPod['status']>): Pick<PodSummary, 'networksProblem'> {
  const condition = conditions?.find(({ type, status }) => type === inSyncCondition && status === 'False');
  return condition === undefined ? {} : { networksProblem: condition.message ?? '' };
}

// Other annotations (the last applied configuration) are often longer than all of these together.
const aboutNetworks = (annotations: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [networksKey, defaultNetworkKey, networkStatusKey].flatMap((key) =>
      annotations[key] === undefined ? [] : [[key, annotations[key]]],
    ),
  );

function ownerOf({ ownerReferences = [], labels = {} }: NonNullable<ApiPod['metadata']>): string | undefined {
  const { kind, name } = ownerReferences.find(({ controller }) => controller === true) ?? {};
  const suffix = `-${labels['pod-template-hash'] ?? ''}`;
  return kind === 'ReplicaSet' && suffix !== '-' && name?.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
}

interface ApiEvent {
  readonly metadata?: { readonly namespace?: string; readonly creationTimestamp?: string };
  readonly involvedObject?: { readonly namespace?: string; readonly name?: string; readonly uid?: string };
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string } | null;
}

/** Extracts what overviews keep of an Event about a pod. */
export function podWarning(object: unknown): PodWarning {
  const { metadata = {}, involvedObject = {}, reason = '', message = '', ...event } = (object ?? {}) as ApiEvent;
  const count = event.series?.count ?? event.count ?? 1;
  return { ...podOf(metadata, involvedObject), reason, message, count, ...timesOf(metadata.creationTimestamp, event) };
}

const podOf = (
  metadata: NonNullable<ApiEvent['metadata']>,
  { namespace = metadata.namespace ?? '', name = '', uid }: NonNullable<ApiEvent['involvedObject']>,
): Pick<PodWarning, 'namespace' | 'name' | 'uid'> => ({ namespace, name, ...(uid !== undefined && { uid }) });

function timesOf(
  createdAt: string | undefined,
  { firstTimestamp, lastTimestamp, eventTime, series }: ApiEvent,
): Pick<PodWarning, 'firstAt' | 'lastAt'> {
  const firstAt = firstTimestamp ?? eventTime ?? createdAt;
  const lastAt = series?.lastObservedTime ?? lastTimestamp ?? firstAt;
  return { ...(firstAt !== undefined && { firstAt }), ...(lastAt !== undefined && { lastAt }) };
}
