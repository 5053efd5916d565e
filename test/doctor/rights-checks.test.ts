import { afterEach, describe, expect, it } from 'vitest';
import type { ApiServerOptions } from '../support/api-server/index.ts';
import { type DoctorCluster, openDoctorCluster } from '../support/doctor-cluster.ts';

let cluster: DoctorCluster;
const open = async (options: ApiServerOptions = {}): Promise<void> => {
  cluster = await openDoctorCluster(options);
};
afterEach(() => cluster.close());

describe('rights', () => {
  it("PLX-D-RBAC names what the daemon's account may not", async () => {
    await open({
      authorizeAs: (user, { verb, resource }) =>
        user === 'system:serviceaccount:kube-system:plexus' && !(verb === 'watch' || resource === 'events'),
    });
    expect(await cluster.look('RBAC')).toEqual([
      'error: it may not watch network-attachment-definitions, create events',
    ]);
  });

  it('PLX-D-RBAC asks for another account', async () => {
    await open({ authorizeAs: (user) => user === 'system:serviceaccount:net:other' });
    expect(await cluster.look('RBAC', { account: 'system:serviceaccount:net:other' })).toEqual([]);
    expect(await cluster.look('RBAC')).toHaveLength(1);
  });

  it('what the current user may not is a note, and what was not looked at for it is unknown, never ok', async () => {
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
