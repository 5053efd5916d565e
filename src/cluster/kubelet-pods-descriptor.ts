const service = {
  Pods: { methods: { GetPod: { requestType: '.kubelet.GetPodRequest', responseType: '.kubelet.GetPodResponse' } } },
};

/**
 * The part of kubelet's Pods API that is used here, as a protobuf descriptor (K8S-11). A bytes field with an encoded
 * pod has the same encoding as a pod field.
 */
export const podsApiDescriptor = {
  nested: {
    v1: { nested: service },
    v1beta1: { nested: service },
    v1alpha1: { nested: service },
    kubelet: {
      nested: {
        GetPodRequest: { fields: { podUID: { type: 'string', id: 1 } } },
        GetPodResponse: { fields: { pod: { type: 'Pod', id: 1 } } },
        Pod: { fields: { metadata: { type: 'ObjectMeta', id: 1 } } },
        ObjectMeta: {
          fields: {
            name: { type: 'string', id: 1 },
            namespace: { type: 'string', id: 3 },
            uid: { type: 'string', id: 5 },
            annotations: { keyType: 'string', type: 'string', id: 12 },
          },
        },
      },
    },
  },
};
