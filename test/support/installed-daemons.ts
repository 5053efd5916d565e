// The objects of an installation, as far as commands read them.
const labels = { 'app.kubernetes.io/name': 'plexus' };
const containers = [{ name: 'daemon', image: 'plexus-cni:0.1.0' }];

/** The DaemonSet of Plexus on two nodes, on so many of which it is ready. */
export const daemonSet = (ready: number) => ({
  metadata: { namespace: 'kube-system', name: 'plexus', labels },
  spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  status: {
    observedGeneration: 9,
    currentNumberScheduled: 2,
    numberMisscheduled: 0,
    desiredNumberScheduled: 2,
    numberReady: ready,
    updatedNumberScheduled: 2,
  },
});

/** A pod of it. */
export const daemonPod = (name: string, node: string, isReady: boolean) => ({
  metadata: { namespace: 'kube-system', name, labels },
  spec: { nodeName: node, containers },
  status: { phase: 'Running', containerStatuses: [{ name: 'daemon', ready: isReady, restartCount: isReady ? 0 : 4 }] },
});
