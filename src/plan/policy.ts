import { namespaceRefused } from '../errors/index.ts';
import { type NetworkSelection, type PodMetadata, nadKey, podKey } from '../npwg/index.ts';
import type { Settings } from './settings.ts';

/** Refuses a selection whose NAD is in a namespace that the pod may not use (NPWG-101, NPWG-102). `alsoAllowed` widens it for the default network. */
export function assertNamespaceAllowed(selection: NetworkSelection, pod: PodMetadata, settings: Settings, alsoAllowed: readonly string[] = []): void {
  const allowed = [pod.namespace, ...settings.globalNamespaces, ...alsoAllowed];
  if (!settings.namespaceIsolation || allowed.includes(selection.nad.namespace)) return;
  throw namespaceRefused({ pod: podKey(pod), nad: nadKey(selection.nad), allowed: [...new Set(allowed)] });
}
