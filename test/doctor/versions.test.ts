import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ComponentVersion, clusterVersions, versionSkew } from '../../src/doctor/index.ts';
import { type DoctorCluster, openDoctorCluster } from '../support/doctor-cluster.ts';

let cluster: DoctorCluster;
beforeAll(async () => {
  cluster = await openDoctorCluster();
});
afterAll(() => cluster.close());

const daemonOn = (node: string, image: string): void =>
  void cluster.api.put('pods', {
    metadata: {
      name: `plexus-${node}`,
      namespace: 'kube-system',
      labels: { 'app.kubernetes.io/name': 'plexus', 'app.kubernetes.io/component': 'node' },
    },
    spec: { nodeName: node, initContainers: [{ name: 'install', image }], containers: [{ name: 'daemon', image }] },
  });

describe('the versions in a cluster', () => {
  it('are counted by the tags of the images, with the digest of an image that has no tag', async () => {
    const before = (await clusterVersions(cluster.scene())).filter(({ component }) => component === 'daemon');
    daemonOn('x1', 'ghcr.io/owner/plexus-cni:7.8.0@sha256:00ff');
    daemonOn('x2', 'registry:5000/plexus-cni:7.8.0');
    daemonOn('x3', 'registry:5000/plexus-cni@sha256:00ff');
    const versions = await clusterVersions(cluster.scene());
    for (const component of ['daemon', 'shim'])
      expect(versions).toEqual(
        expect.arrayContaining([
          { component, version: '7.8.0', where: '2 nodes' },
          { component, version: 'sha256:00ff', where: '1 node' },
        ]),
      );
    expect(versions).toEqual(
      expect.arrayContaining([...before, expect.objectContaining({ component: 'CRD', version: 'v1' })]),
    );
  });
});

describe('warnings about version skew', () => {
  const row = (component: ComponentVersion['component'], version: string): ComponentVersion => ({
    component,
    version,
    where: '',
  });
  it('are absent if the versions fit, and for versions that are unknown', () => {
    expect(versionSkew('0.2.1', [row('daemon', '0.2.0'), row('shim', '0.2.0'), row('CRD', 'v1')])).toEqual([]);
    expect(versionSkew('0.2.1', [row('daemon', 'sha256:0'), row('shim', 'unknown'), row('host link', '1.7')])).toEqual(
      [],
    );
  });
  it.each([
    [[row('daemon', '0.1.0'), row('daemon', '0.1.1')], 'daemons of several versions run: 0.1.0, 0.1.1'],
    [[row('daemon', '0.1.1'), row('shim', '0.1.0')], 'a shim has version 0.1.0, but the daemon 0.1.1'],
    [[row('host link', '2.0')], 'the daemon serves host link 2.0, but this version uses 1'],
    [[row('daemon', '0.2.0')], 'this command has version 0.1.0, but the daemon 0.2.0'],
    [[row('CRD', 'none')], 'the cluster does not serve NetworkAttachmentDefinitions v1 (served: none)'],
  ])('name each pair that does not fit: %#', (rows, warning) => {
    expect(versionSkew('0.1.0', rows)).toEqual([expect.stringContaining(warning)]);
  });
});
