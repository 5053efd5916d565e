interface Metadata {
  name?: string;
  namespace?: string;
  generateName?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
}

interface Pod {
  apiVersion: 'v1';
  kind: 'Pod';
  metadata: Metadata;
  spec: { containers: { name: string; image: string }[] };
}

/** A pod with the containers main and side. */
export const aPod = (namespace: string, name: string, more: Metadata = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, ...more },
  spec: {
    containers: [
      { name: 'main', image: 'first' },
      { name: 'side', image: 'first' },
    ],
  },
});

interface Nad {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
  spec: { config?: string };
}

export const nadPath = (namespace: string, name = ''): string =>
  `/apis/k8s.cni.cncf.io/v1/namespaces/${namespace}/network-attachment-definitions${name === '' ? '' : `/${name}`}`;

export const aNad = (namespace: string, name: string, config = '{"type":"bridge"}'): Nad => ({
  apiVersion: 'k8s.cni.cncf.io/v1',
  kind: 'NetworkAttachmentDefinition',
  metadata: { name, namespace },
  spec: { config },
});
