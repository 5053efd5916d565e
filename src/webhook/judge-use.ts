import type { JsonObject } from '../cni/index.ts';
import { type ApiUser, serviceAccountUser } from '../cluster/index.ts';
import { useRefused } from '../errors/index.ts';
import { defaultNetworkKey, nadKey, networksKey } from '../npwg/index.ts';
import { guardedUse } from '../plan/index.ts';
import { type Finding, findingOf, nadsOfPod, podPathOf } from '../validate/index.ts';
import type { JudgedClusterNad } from './cluster-nad.ts';
import type { Policy } from './options.ts';
import { objectAt, stringAt } from './pod-parts.ts';
import type { AdmissionRequest } from './review.ts';
import type { Sources } from './sources.ts';

/**
 * Checks the permission to use the networks that a pod, or a workload with a pod template, names: that of the pod's
 * ServiceAccount, and at a change of a pod's annotation also that of the user. The user who creates a pod is usually a
 * controller, so its permission states nothing. Networks that the pod named before the change are not checked again.
 * Rejects with apiUnavailable or apiRefused.
 */
export async function judgeUse(
  { request, object, networks }: UseSubject,
  { sources, policy }: { readonly sources: Pick<Sources, 'mayUse'>; readonly policy: Policy },
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { kind, operation, oldObject, namespace, user } = request;
  const isChange = operation === 'UPDATE' && kind === 'Pod';
  const { settings } = policy;
  const before = isChange && oldObject !== undefined ? nadsOfPod({ ...oldObject, kind }, settings).map(nadKey) : [];
  const added = nadsOfPod(object, settings).filter((ref) => !before.includes(nadKey(ref)));
  const nads = new Map([...networks].map(([key, { judged }]) => [key, judged.nad]));
  const guarded = guardedUse(
    added.map((nad) => ({ nad })),
    nads,
    settings,
  );
  if (guarded.length === 0) return [];
  const path = podPathOf(object);
  const account = accountOf(object, path);
  const asking: readonly Asking[] = [
    { user: serviceAccountUser(namespace, account), name: `ServiceAccount ${namespace}/${account}` },
    ...(isChange ? [{ user, name: `user ${user.user}` }] : []),
  ];
  const annotations = [...path, 'metadata', 'annotations'];
  const isListed = stringAt(object, ...annotations, networksKey) !== '';
  const place = [...annotations, isListed ? networksKey : defaultNetworkKey];
  const pod = `${namespace}/${stringAt(object, 'metadata', 'name') || stringAt(object, 'metadata', 'generateName')}`;
  const found = await Promise.all(
    guarded.flatMap(({ nad }) =>
      asking.map(async ({ user: who, name }) => {
        const { allowed, reason } = await sources.mayUse(who, nad, signal);
        return allowed ? [] : [findingOf(useRefused({ pod, nad: nadKey(nad), user: name, reason }), place)];
      }),
    ),
  );
  return found.flat();
}

interface UseSubject {
  readonly request: AdmissionRequest;
  /** The object of the request with its kind and namespace. */
  readonly object: JsonObject;
  /** The networks that the object names, as far as they exist. */
  readonly networks: ReadonlyMap<string, JudgedClusterNad>;
}
interface Asking {
  readonly user: ApiUser;
  readonly name: string;
}

function accountOf(object: JsonObject, path: readonly string[]): string {
  const spec = objectAt(object, ...path, 'spec');
  return stringAt(spec, 'serviceAccountName') || stringAt(spec, 'serviceAccount') || 'default';
}
