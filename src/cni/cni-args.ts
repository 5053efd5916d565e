import { variableInvalid } from '../errors/index.ts';

/** CNI_ARGS: keys and values, in order. */
export type CniArgs = readonly (readonly [key: string, value: string])[];

/** Parses CNI_ARGS into pairs, in order. A value may contain "="; empty items are skipped (CNI-19). */
export function parseCniArgs(text: string): CniArgs {
  return text
    .split(';')
    .filter((item) => item !== '')
    .map((item) => {
      const equals = item.indexOf('=');
      if (equals < 1)
        throw variableInvalid({ name: 'CNI_ARGS', value: item, allowed: 'a list of KEY=VALUE separated by ";"' });
      return [item.slice(0, equals), item.slice(equals + 1)] as const;
    });
}

export const formatCniArgs = (args: CniArgs): string => args.map(([key, value]) => `${key}=${value}`).join(';');

/** The pod that CNI_ARGS identifies (K8S-30). */
export interface PodOfArgs {
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly infraContainerId?: string;
}

/** Returns the pod that the runtime names. An empty value counts as absent; of several values the last one wins. */
export function podOfArgs(args: CniArgs): PodOfArgs {
  const values = new Map(args.filter(([, value]) => value !== ''));
  const [namespace, name] = [values.get('K8S_POD_NAMESPACE'), values.get('K8S_POD_NAME')];
  const [uid, infraContainerId] = [values.get('K8S_POD_UID'), values.get('K8S_POD_INFRA_CONTAINER_ID')];
  return {
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...(uid !== undefined && { uid }),
    ...(infraContainerId !== undefined && { infraContainerId }),
  };
}
