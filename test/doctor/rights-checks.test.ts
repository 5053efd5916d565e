import { afterEach, describe, expect, it } from 'vitest';
import type { ApiServerOptions } from '../support/api-server/index.ts';
import { type DoctorCluster, openDoctorCluster } from '../support/doctor-cluster.ts';

let cluster: DoctorCluster;
const open = async (options: ApiServerOptions = {}): Promise<void> => {
  cluster = await openDoctorCluster(options);
};
afterEach(() => cluster.close());

describe('the permission check', () => {
  it('PLX-D-RBAC reports the permissions that the service account of the daemon lacks', async () => {
    await open({
      authorizeAs: (user, { verb, resource }) =>
        user === 'system:serviceaccount:kube-system:plexus' && !(verb === 'watch' || resource === 'events'),
    });
    expect(await cluster.look('RBAC')).toEqual([
      'error: it may not watch pods, watch network-attachment-definitions, create events',
    ]);
  });

  it('PLX-D-RBAC checks the given service account', async () => {
    await open({ authorizeAs: (user) => user === 'system:serviceaccount:net:other' });
    expect(await cluster.look('RBAC', { account: 'system:serviceaccount:net:other' })).toEqual([]);
    expect(await cluster.look('RBAC')).toHaveLength(1);
  });

  it('PLX-D-OWN-ACCESS notes missing permissions of the current user, and checks that need them fail instead of passing', async () => {
    await open({ authorize: ({ verb, resource }) => verb === 'list' && resource === 'nodes' });
    expect(await cluster.look('OWN-ACCESS')).toEqual([
      'note: the current user may not list pods, list events, list daemonsets, get customresourcedefinitions, list network-attachment-definitions, create subjectaccessreviews',
    ]);
    expect(await cluster.look('RBAC')).toEqual([
      'unknown: not checked: the current user may not check the permissions of others (create subjectaccessreviews)',
    ]);
    expect(await cluster.look('API')).toEqual([]);
    for (const id of [
      'CRD',
      'DAEMONSET',
      'NODES',
      'IMAGES',
      'RESTARTS',
      'MULTUS',
      'NAD-INVALID',
      'SUBNETS',
      'POD-STATUS',
      'EVENTS',
    ]) {
      expect(await cluster.look(id), id).toEqual([expect.stringMatching(/^THROWS .*403/)]);
    }
  });
});
