import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiReader } from '../../src/kube/index.ts';
import {
  type ClusterMeans,
  type ClusterScene,
  type Seen,
  clusterChecks,
  clusterScene,
} from '../../src/doctor/index.ts';
import { type ApiServer, type ApiServerOptions, startApiServer } from './api-server/index.ts';
import { textsOf } from './doctor-room.ts';
import { patience } from './patience.ts';

/** An API server of a healthy cluster, and the findings of the checks. */
export interface DoctorCluster {
  readonly api: ApiServer;
  readonly scene: (more?: Partial<ClusterMeans>) => ClusterScene;
  readonly seenBy: (id: string, more?: Partial<ClusterMeans>) => Promise<readonly Seen[]>;
  /** The findings of one check, as "severity: text"; a rejection as "THROWS text". */
  readonly look: (id: string, more?: Partial<ClusterMeans>) => Promise<readonly string[]>;
  readonly nad: (name: string, config: object | string) => void;
  readonly close: () => Promise<void>;
}

export async function openDoctorCluster(options: ApiServerOptions = {}): Promise<DoctorCluster> {
  const folder = await mkdtempDisposable(join(tmpdir(), 'plexus-doctor-'));
  const file = join(folder.path, 'kubeconfig');
  const api = await startApiServer(options);
  await api.writeKubeconfig(file);
  healthyCluster(api);
  const scene: DoctorCluster['scene'] = (more = {}) =>
    clusterScene({
      api: apiReader({ kind: 'kubeconfig', file }),
      from: 'the cluster',
      now: Date.now,
      signal: patience(),
      ...more,
    });
  const seenBy: DoctorCluster['seenBy'] = async (id, more) => {
    const check = clusterChecks.find((each) => each.id === `PLX-D-${id}`);
    if (check === undefined) throw new Error(`there is no check ${id}`);
    return check.look(scene(more), patience());
  };
  return {
    api,
    scene,
    seenBy,
    look: (id, more) => seenBy(id, more).then(textsOf, (error: Error) => [`THROWS ${error.message}`]),
    nad: (name, config) =>
      void api.put('network-attachment-definitions', {
        metadata: { name, namespace: 'shop' },
        spec: { config: typeof config === 'string' ? config : JSON.stringify(config) },
      }),
    close: async () => {
      await api.close();
      await folder.remove();
    },
  };
}

const labels = { 'app.kubernetes.io/name': 'plexus', 'app.kubernetes.io/component': 'node' };

/** Creates two nodes with a daemon each, a network, and a pod that is attached to it. */
export function healthyCluster(api: ApiServer): void {
  api.put('nodes', nodeObject('node-1', { podCIDRs: ['10.244.1.0/24'] }));
  api.put('nodes', nodeObject('node-2', { podCIDRs: ['10.244.2.0/24'] }));
  api.put('servicecidrs', { metadata: { name: 'kubernetes' }, spec: { cidrs: ['10.96.0.0/12'] } });
  api.put('daemonsets', {
    metadata: { name: 'plexus', namespace: 'kube-system', labels },
    spec: {
      selector: { matchLabels: labels },
      template: { spec: { serviceAccountName: 'plexus', containers: [{ name: 'daemon', image: 'plexus-cni:0.1.0' }] } },
    },
    status: { desiredNumberScheduled: 2, numberReady: 2, updatedNumberScheduled: 2 },
  });
  for (const node of ['node-1', 'node-2']) api.put('pods', daemonPod(node));
  const config = { cniVersion: '1.0.0', type: 'bridge', ipam: { type: 'host-local', subnet: '192.168.7.0/24' } };
  api.put('network-attachment-definitions', {
    metadata: { name: 'lab', namespace: 'default' },
    spec: { config: JSON.stringify(config) },
  });
  api.put('pods', {
    metadata: {
      name: 'web-0',
      namespace: 'default',
      annotations: {
        'k8s.v1.cni.cncf.io/networks': 'lab',
        'k8s.v1.cni.cncf.io/network-status': '[{"name":"cluster-net"},{"name":"default/lab"}]',
      },
    },
    spec: { nodeName: 'node-1' },
    status: { phase: 'Running' },
  });
}

/** A Node object. */
export const nodeObject = (name: string, spec: object = {}) => ({ metadata: { name }, spec });

/** A pod of the DaemonSet of Plexus. */
export function daemonPod(
  node: string,
  more: {
    readonly ready?: boolean;
    readonly image?: string;
    readonly state?: object;
    readonly lastState?: object;
  } = {},
) {
  const { ready = true, image = 'plexus-cni:0.1.0', state = { running: {} }, lastState } = more;
  const status = {
    name: 'daemon',
    image,
    ready,
    restartCount: lastState === undefined ? 0 : 4,
    state,
    ...(lastState !== undefined && { lastState }),
  };
  return {
    metadata: { name: `plexus-${node}`, namespace: 'kube-system', labels },
    spec: { nodeName: node, containers: [{ name: 'daemon', image }] },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [status],
    },
  };
}
