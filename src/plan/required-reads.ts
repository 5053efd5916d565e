import { type NadRef, type PodMetadata, nadKey } from '../npwg/index.ts';
import { type PodSelections, readSelections } from './selections.ts';
import type { Settings } from './settings.ts';

/** What must be read before a plan can be made. */
export interface RequiredReads {
  readonly nads: readonly NadRef[];
  /** NADs that may instead be files in confDir, so it is not an error if they do not exist. */
  readonly optionalNads: readonly NadRef[];
  readonly paths: readonly string[];
}

/**
 * Returns the NADs and files that the plan for a pod depends on. Throws the errors of reading the pod's annotations.
 */
export function requiredReads(
  settings: Settings,
  pod: PodMetadata | undefined,
  podSelections: PodSelections = readSelections(pod, settings),
): RequiredReads {
  const { selections, defaultNetwork } = podSelections;
  const named = namesOf(settings, pod);
  const optionalNads = named
    .filter((name) => !isPath(name))
    .map((name) => ({ namespace: settings.multusNamespace, name }));
  const chain = auxiliaryFolder(settings);
  return {
    nads: uniqueNads([
      ...(defaultNetwork === undefined ? [] : [defaultNetwork.nad]),
      ...selections.map(({ nad }) => nad),
    ]),
    optionalNads: uniqueNads(optionalNads),
    paths: [...named.filter(isPath), ...(chain === undefined ? [] : [chain])],
  };
}

const uniqueNads = (refs: readonly NadRef[]): readonly NadRef[] => [
  ...new Map(refs.map((ref) => [nadKey(ref), ref])).values(),
];

const namesOf = (settings: Settings, pod: PodMetadata | undefined): readonly string[] => [
  ...(settings.clusterNetwork === undefined ? [] : [settings.clusterNetwork]),
  ...additionalNames(settings, pod),
];

/** Returns defaultNetworks, or nothing for pods in system namespaces. */
export const additionalNames = (settings: Settings, pod: PodMetadata | undefined): readonly string[] =>
  pod !== undefined && settings.systemNamespaces.includes(pod.namespace) ? [] : settings.defaultNetworks;

/** Returns whether an entry of clusterNetwork or defaultNetworks is a path. */
export const isPath = (name: string): boolean => name.includes('/');

/** Returns the folder of the auxiliary chain, which is beside the file of clusterNetwork. */
export function auxiliaryFolder({ clusterNetwork, auxiliaryCNIChainName }: Settings): string | undefined {
  if (auxiliaryCNIChainName === undefined || clusterNetwork === undefined || !isPath(clusterNetwork)) return undefined;
  return `${clusterNetwork.slice(0, clusterNetwork.lastIndexOf('/'))}/${auxiliaryCNIChainName}`;
}
