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

describe('PLX-D-NAD-AUTHORS', () => {
  const everything = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
  const networks = {
    verbs: ['get', 'create'],
    apiGroups: ['k8s.cni.cncf.io'],
    resources: ['network-attachment-definitions'],
  };
  const bind = (role: string, rule: object, subject: object): void => {
    cluster.api.put('clusterroles', { metadata: { name: role }, rules: [rule] });
    cluster.api.put('rolebindings', {
      metadata: { name: role, namespace: 'shop' },
      roleRef: { kind: 'ClusterRole', name: role },
      subjects: [subject],
    });
  };
  const set = (text: string): unknown =>
    cluster.api.put('configmaps', {
      metadata: { name: 'plexus', namespace: 'kube-system' },
      data: { 'plexus.yaml': text },
    });

  it('notes who may create networks while there are no policies, without administrators and readers', async () => {
    await open();
    bind('admins', everything, { kind: 'Group', name: 'admins' });
    bind('readers', { ...networks, verbs: ['get', 'list'] }, { kind: 'Group', name: 'readers' });
    cluster.api.put('clusterroles', { metadata: { name: 'collector' }, rules: [{ ...everything, verbs: ['patch'] }] });
    cluster.api.put('clusterrolebindings', {
      metadata: { name: 'collector', labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } },
      roleRef: { kind: 'ClusterRole', name: 'collector' },
      subjects: [{ kind: 'ServiceAccount', name: 'collector', namespace: 'kube-system' }],
    });
    expect(await cluster.look('NAD-AUTHORS')).toEqual([]);
    bind('editors', networks, { kind: 'ServiceAccount', name: 'deployer', namespace: 'ci' });
    const [seen, ...others] = await cluster.seenBy('NAD-AUTHORS');
    expect(others).toEqual([]);
    expect(seen).toMatchObject({
      severity: 'note',
      what: '1 subject other than administrators may create NetworkAttachmentDefinitions, and no pluginPolicies are set',
      evidence: ['ServiceAccount ci/deployer in namespace shop (ClusterRole editors)'],
    });
  });

  it('reads the role of a binding in its namespace', async () => {
    await open();
    cluster.api.put('roles', { metadata: { name: 'nets', namespace: 'shop' }, rules: [networks] });
    for (const namespace of ['shop', 'lab'])
      cluster.api.put('rolebindings', {
        metadata: { name: 'nets', namespace },
        roleRef: { kind: 'Role', name: 'nets' },
        subjects: [{ kind: 'User', name: 'jane' }],
      });
    expect((await cluster.seenBy('NAD-AUTHORS'))[0]?.evidence).toEqual(['User jane in namespace shop (Role nets)']);
  });

  it('reports nothing if the configuration of the daemon contains policies', async () => {
    await open();
    bind('editors', networks, { kind: 'Group', name: 'editors' });
    set('logLevel: info');
    expect(await cluster.look('NAD-AUTHORS')).toHaveLength(1);
    set('pluginPolicies:\n- plugins: [bridge]\n');
    expect(await cluster.look('NAD-AUTHORS')).toEqual([]);
  });

  it('is not checked without the permission to read roles', async () => {
    await open({ authorize: ({ resource }) => resource !== 'clusterroles' });
    expect(await cluster.look('NAD-AUTHORS')).toEqual([expect.stringMatching(/^THROWS .*403/)]);
  });
});
