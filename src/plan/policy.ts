import { cniArgsRefused, defaultNetworkRefused, namespaceRefused } from '../errors/index.ts';
import { type Nad, type NetworkSelection, type PodMetadata, allowedCniArgsKey, nadKey, podKey } from '../npwg/index.ts';
import type { Settings } from './settings.ts';
import { shownValue, shownValues } from './shown.ts';

/**
 * Throws namespaceRefused if the pod may not use the namespace of the NAD (NPWG-101, NPWG-102). `alsoAllowed` adds
 * namespaces for the default network.
 */
export function assertNamespaceAllowed(
  selection: NetworkSelection,
  pod: PodMetadata,
  settings: Settings,
  alsoAllowed: readonly string[] = [],
): void {
  const allowed = [pod.namespace, ...settings.globalNamespaces, ...alsoAllowed];
  if (!settings.namespaceIsolation || allowed.includes(selection.nad.namespace)) return;
  throw namespaceRefused({ pod: podKey(pod), nad: nadKey(selection.nad), allowed: [...new Set(allowed)] });
}

/** Throws defaultNetworkRefused if the settings do not allow the pod's namespace to replace the default network. */
export function assertDefaultNetworkAllowed(
  pod: PodMetadata,
  { allowDefaultNetworkAnnotation: allowed }: Settings,
): void {
  if (allowed === true || (allowed !== false && allowed.includes(pod.namespace))) return;
  throw defaultNetworkRefused({ pod: podKey(pod), allowed: allowed === false ? [] : allowed });
}

const everyKey = '*';

/**
 * Throws cniArgsRefused for a key of cni-args that neither the NAD's annotation nor, without one, the settings allow.
 * The comparison is case-sensitive: Go plugins accept keys in any case, so no other spelling may pass.
 */
export function assertCniArgsAllowed(
  { cniArgs }: NetworkSelection,
  nad: Nad,
  pod: PodMetadata,
  settings: Settings,
): void {
  const allowed = nad.allowedCniArgs ?? settings.allowedCniArgs;
  if (cniArgs === undefined || allowed === undefined || allowed.includes(everyKey)) return;
  const key = Object.keys(cniArgs).find((each) => !allowed.includes(each));
  if (key === undefined) return;
  const by = nad.allowedCniArgs === undefined ? 'allowedCniArgs' : `its annotation ${allowedCniArgsKey}`;
  throw cniArgsRefused({
    pod: podKey(pod),
    key: shownValue(key),
    network: nadKey(nad),
    by,
    allowed: shownValues(allowed),
  });
}
