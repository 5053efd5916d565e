import { type JsonObject, isJsonObject } from '../../src/cni/index.ts';

/**
 * Builds the stdin that a runtime (libcni) passes to the only plugin of a configuration list: the list's name and
 * version, and the parts of the pod's data (here: its annotations) that the plugin's capabilities request.
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
