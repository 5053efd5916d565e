// Kubelet's pod-resources API of Kubernetes 1.35, including the parts that Plexus skips; names as in its .proto.
// Written independently of the product's descriptor, so that a wrong number is detected.
const many = (type: string, id: number) => ({ rule: 'repeated', type, id });
const one = (type: string, id: number) => ({ type, id });

export const podResourcesApi = (served: readonly ('Get' | 'List' | 'GetAllocatable')[]) => ({
  nested: {
    v1: {
      nested: {
        PodResourcesLister: {
          methods: Object.fromEntries(
            served.map((name) =>
              name === 'GetAllocatable'
                ? [
                    'GetAllocatableResources',
                    { requestType: 'AllocatableResourcesRequest', responseType: 'AllocatableResourcesResponse' },
                  ]
                : [name, { requestType: `${name}PodResourcesRequest`, responseType: `${name}PodResourcesResponse` }],
            ),
          ),
        },
        AllocatableResourcesRequest: { fields: {} },
        AllocatableResourcesResponse: {
          fields: {
            devices: many('ContainerDevices', 1),
            cpu_ids: many('int64', 2),
            memory: many('ContainerMemory', 3),
          },
        },
        ListPodResourcesRequest: { fields: {} },
        ListPodResourcesResponse: { fields: { pod_resources: many('PodResources', 1) } },
        GetPodResourcesRequest: { fields: { pod_name: one('string', 1), pod_namespace: one('string', 2) } },
        GetPodResourcesResponse: { fields: { pod_resources: one('PodResources', 1) } },
        PodResources: {
          fields: {
            name: one('string', 1),
            namespace: one('string', 2),
            containers: many('ContainerResources', 3),
            cpu_ids: many('int64', 4),
          },
        },
        ContainerResources: {
          fields: {
            name: one('string', 1),
            devices: many('ContainerDevices', 2),
            cpu_ids: many('int64', 3),
            memory: many('ContainerMemory', 4),
            dynamic_resources: many('DynamicResource', 5),
          },
        },
        ContainerDevices: {
          fields: { resource_name: one('string', 1), device_ids: many('string', 2), topology: one('TopologyInfo', 3) },
        },
        ContainerMemory: {
          fields: { memory_type: one('string', 1), size: one('uint64', 2), topology: one('TopologyInfo', 3) },
        },
        TopologyInfo: { fields: { nodes: many('NUMANode', 1) } },
        NUMANode: { fields: { ID: one('int64', 1) } },
        DynamicResource: {
          fields: {
            claim_name: one('string', 2),
            claim_namespace: one('string', 3),
            claim_resources: many('ClaimResource', 4),
          },
        },
        ClaimResource: {
          fields: {
            cdi_devices: many('CDIDevice', 1),
            driver_name: one('string', 2),
            pool_name: one('string', 3),
            device_name: one('string', 4),
            share_id: one('string', 5),
          },
        },
        CDIDevice: { fields: { name: one('string', 1) } },
      },
    },
  },
});
