/**
 * The part of kubelet's pod-resources API that is used here, as a protobuf descriptor. Omits topology, CPUs, memory and
 * CDI device names.
 */
export const podResourcesDescriptor = {
  nested: {
    v1: {
      nested: {
        PodResourcesLister: {
          methods: {
            Get: { requestType: 'GetPodResourcesRequest', responseType: 'GetPodResourcesResponse' },
            List: { requestType: 'ListPodResourcesRequest', responseType: 'ListPodResourcesResponse' },
            GetAllocatableResources: {
              requestType: 'AllocatableResourcesRequest',
              responseType: 'AllocatableResourcesResponse',
            },
          },
        },
        GetPodResourcesRequest: {
          fields: { podName: { type: 'string', id: 1 }, podNamespace: { type: 'string', id: 2 } },
        },
        GetPodResourcesResponse: { fields: { podResources: { type: 'PodResources', id: 1 } } },
        ListPodResourcesRequest: { fields: {} },
        ListPodResourcesResponse: { fields: { podResources: { rule: 'repeated', type: 'PodResources', id: 1 } } },
        AllocatableResourcesRequest: { fields: {} },
        AllocatableResourcesResponse: { fields: { devices: { rule: 'repeated', type: 'ContainerDevices', id: 1 } } },
        PodResources: {
          fields: {
            name: { type: 'string', id: 1 },
            namespace: { type: 'string', id: 2 },
            containers: { rule: 'repeated', type: 'ContainerResources', id: 3 },
          },
        },
        ContainerResources: {
          fields: {
            devices: { rule: 'repeated', type: 'ContainerDevices', id: 2 },
            dynamicResources: { rule: 'repeated', type: 'DynamicResource', id: 5 },
          },
        },
        ContainerDevices: {
          fields: { resourceName: { type: 'string', id: 1 }, deviceIds: { rule: 'repeated', type: 'string', id: 2 } },
        },
        DynamicResource: {
          fields: {
            claimName: { type: 'string', id: 2 },
            claimNamespace: { type: 'string', id: 3 },
            claimResources: { rule: 'repeated', type: 'ClaimResource', id: 4 },
          },
        },
        ClaimResource: {
          fields: {
            driverName: { type: 'string', id: 2 },
            poolName: { type: 'string', id: 3 },
            deviceName: { type: 'string', id: 4 },
            shareId: { type: 'string', id: 5 },
          },
        },
      },
    },
  },
};
