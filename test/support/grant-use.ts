/** The objects with which an administrator lets subjects use one network. */
export const useGrant = (
  { namespace, network }: { readonly namespace: string; readonly network: string },
  subjects: readonly object[],
) => {
  const metadata = { name: `use-${network}`, namespace };
  const apiGroup = 'rbac.authorization.k8s.io';
  return {
    role: {
      metadata,
      rules: [
        {
          apiGroups: ['k8s.cni.cncf.io'],
          resources: ['network-attachment-definitions'],
          resourceNames: [network],
          verbs: ['use'],
        },
      ],
    },
    binding: { metadata, roleRef: { apiGroup, kind: 'Role', name: metadata.name }, subjects },
  };
};

export const serviceAccount = (namespace: string, name: string) => ({ kind: 'ServiceAccount', namespace, name });
export const user = (name: string) => ({ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name });
