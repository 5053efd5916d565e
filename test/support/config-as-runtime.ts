import { type JsonObject, isJsonObject } from '../../src/cni/index.ts';

/**
 * What a runtime (libcni) gives the only plugin of a configuration list on stdin: the list's name and version, and of
 * what it has for the pod (here: its annotations) what the plugin's capabilities ask for.
 */
export function configAsRuntime(list: JsonObject, annotations: Record<string, string> | undefined): JsonObject {
  const [plugin] = Array.isArray(list['plugins']) ? list['plugins'].filter(isJsonObject) : [];
  const { capabilities = {}, ...rest } = plugin ?? {};
  const declares = isJsonObject(capabilities) && capabilities['io.kubernetes.cri.pod-annotations'] === true;
  const runtimeConfig =
    declares && annotations !== undefined ? { 'io.kubernetes.cri.pod-annotations': annotations } : undefined;
  return {
    name: list['name'] ?? '',
    cniVersion: list['cniVersion'] ?? '',
    ...rest,
    ...(runtimeConfig !== undefined && { runtimeConfig }),
  };
}
