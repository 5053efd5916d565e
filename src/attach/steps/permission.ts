import { type Permissions, serviceAccountUser } from '../../cluster/index.ts';
import {
  type PlexusError,
  asPlexusError,
  is,
  operationCancelled,
  podNotFound,
  podReplaced,
  useOfStaticPod,
  useRefused,
  useUnknown,
} from '../../errors/index.ts';
import { type NadRef, type PodMetadata, nadKey, podKey } from '../../npwg/index.ts';
import { type GuardedUse, type PlanInputs, type Settings, guardedUse, readSelections } from '../../plan/index.ts';

/** Where the permission is looked up. Without a Kubernetes API, no network that requires it can be used. */
export interface PermissionSources {
  readonly cluster: { readonly permissions?: Permissions | undefined } | undefined;
}

/**
 * Checks that the pod may use the networks of its annotations. Rejects with useRefused or useOfStaticPod, or with
 * useUnknown if the API server cannot answer: the permission is never assumed. Sends no request if no network requires
 * it.
 */
export async function assertMayUse(
  { pod, podSelections, nads, settings }: PlanInputs,
  sources: PermissionSources,
  signal: AbortSignal,
): Promise<void> {
  if (pod === undefined) return;
  const { selections, defaultNetwork } = podSelections ?? readSelections(pod, settings);
  const named = defaultNetwork === undefined ? selections : [defaultNetwork, ...selections];
  const refused = await refusedUses(guardedUse(named, nads, settings), { pod, settings }, sources, signal);
  for (const error of refused.values()) throw error;
}

/** The networks that a pod may not use, by namespace/name, with the reason. Rejects only if the operation is cancelled. */
export async function refusedUses(
  guarded: readonly GuardedUse[],
  { pod, settings }: { readonly pod: PodMetadata; readonly settings: Settings },
  { cluster }: PermissionSources,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, PlexusError>> {
  if (guarded.length === 0) return new Map();
  const failed = (nad: NadRef, thrown: unknown): PlexusError => {
    const error = asPlexusError(thrown);
    if (is(error, operationCancelled)) throw error;
    const problem = error.message;
    return useUnknown({ pod: podKey(pod), nad: nadKey(nad), problem }, { cause: thrown });
  };
  const permissions = cluster?.permissions;
  const problemOf = async ({ nad }: GuardedUse, account: Promise<Account>): Promise<PlexusError | undefined> => {
    try {
      const found = await account;
      if (permissions === undefined || found === 'unknown')
        return useUnknown({ pod: podKey(pod), nad: nadKey(nad), problem: noApi });
      if (found !== 'static') return await refusalOf(nad, { pod, account: found.name, permissions }, signal);
      return settings.staticPodUse === 'allow' ? undefined : useOfStaticPod({ pod: podKey(pod), nad: nadKey(nad) });
    } catch (thrown) {
      return failed(nad, thrown);
    }
  };
  const account = accountOf(pod, permissions, signal);
  account.catch(() => {}); // each network reports the failure
  const found = await Promise.all(
    guarded.map(async (each) => [nadKey(each.nad), await problemOf(each, account)] as const),
  );
  return new Map(found.flatMap(([key, error]) => (error === undefined ? [] : [[key, error]])));
}

const noApi = 'Plexus has no connection to a Kubernetes API that could answer';

/** The ServiceAccount of a pod. */
type Account = { readonly name: string } | 'static' | 'unknown';

// A static pod is recognized by its mirror in the API, not by kubernetes.io/config.source, which any user can set. A user
// can create a mirror as well, of a pod that was deleted and that the node still attaches. Therefore a mirror is believed
// only if its UID is none that the API server gives: that of a static pod is a hash.
async function accountOf(
  pod: PodMetadata,
  permissions: Permissions | undefined,
  signal: AbortSignal,
): Promise<Account> {
  if (permissions === undefined) return 'unknown';
  const found = await permissions.podAccount(pod, signal);
  if (found === undefined) throw podNotFound({ pod: podKey(pod) });
  const { uid = '', mirrorOf } = found;
  const isStatic = mirrorOf !== undefined && (pod.uid === undefined || (pod.uid === mirrorOf && !isOfApi(pod.uid)));
  if (isStatic) return 'static';
  if (pod.uid !== undefined && pod.uid !== uid) throw podReplaced({ pod: podKey(pod), expected: pod.uid, actual: uid });
  return { name: found.serviceAccount };
}

const isOfApi = (uid: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(uid);

async function refusalOf(
  nad: NadRef,
  {
    pod,
    account,
    permissions,
  }: { readonly pod: PodMetadata; readonly account: string; readonly permissions: Permissions },
  signal: AbortSignal,
): Promise<PlexusError | undefined> {
  const { allowed, reason } = await permissions.mayUse(serviceAccountUser(pod.namespace, account), nad, signal);
  const user = `ServiceAccount ${pod.namespace}/${account}`;
  return allowed ? undefined : useRefused({ pod: podKey(pod), nad: nadKey(nad), user, reason });
}
