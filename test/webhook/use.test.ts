import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { podSettings, readFiles, validate } from '../../src/validate/index.ts';
import type { JsonObject } from '../support/api-server/index.ts';
import { type ClusterUnderTest, isRealCluster, requestsDuring, startCluster } from '../support/cluster-under-test.ts';
import { serviceAccount, useGrant, user } from '../support/grant-use.ts';
import { type RawAnswer, rawRequest } from '../support/raw-request.ts';
import { waitFor } from '../support/wait-for.ts';
import {
  type RunningTestWebhook,
  configure,
  createSecret,
  isReady,
  startReplica,
  usualPolicy,
} from './running-webhook.ts';

// The permission to use a network at admission: the shipped webhook configurations, decided by roles of the cluster.

let cluster: ClusterUnderTest;
let webhook: RunningTestWebhook;
const networksKey = 'k8s.v1.cni.cncf.io/networks';
const create = (path: string, body: object): Promise<RawAnswer> => rawRequest(cluster, { method: 'POST', path, body });
const messageOf = ({ body }: RawAnswer): string => String(body['message']);
const containers = [{ name: 'main', image: 'i' }];
const createPod = (name: string, networks: string, spec: JsonObject = {}): Promise<RawAnswer> =>
  create('/api/v1/namespaces/shop/pods', {
    metadata: { name, annotations: { [networksKey]: networks } },
    spec: { containers, ...spec },
  });

beforeAll(async () => {
  cluster = await startCluster({ authorizeAs: 'rbac' });
  for (const name of ['shop', 'storage']) await create('/api/v1/namespaces', { metadata: { name } });
  await createSecret(cluster);
  webhook = await startReplica(cluster);
  await waitFor('readiness', () => isReady(webhook));
  await configure(cluster, webhook.port() ?? 0);
  const nads = '/apis/k8s.cni.cncf.io/v1/namespaces/storage/network-attachment-definitions';
  for (const [name, annotations] of [
    ['open', {}],
    ['san', { 'plexus-cni.io/require-use': 'true' }],
  ] as const)
    await create(nads, {
      apiVersion: 'k8s.cni.cncf.io/v1',
      kind: 'NetworkAttachmentDefinition',
      metadata: { name, annotations },
      spec: { config: '{"cniVersion":"1.0.0","type":"bridge"}' },
    });
  const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/storage';
  const subjects = [serviceAccount('shop', 'db'), user('alice')];
  const { role, binding } = useGrant({ namespace: 'storage', network: 'san' }, subjects);
  await create(`${rbac}/roles`, role);
  await create(`${rbac}/rolebindings`, binding);
  // bob may change pods, but may not use the network
  await create('/apis/rbac.authorization.k8s.io/v1/namespaces/shop/roles', {
    metadata: { name: 'pods' },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['*'] }],
  });
  await create('/apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings', {
    metadata: { name: 'pods' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'pods' },
    subjects: [user('alice'), user('bob')],
  });
});
afterAll(async () => {
  await webhook?.stop();
  await cluster?.close();
});

describe('the permission to use a network, at admission', () => {
  it('is that of the ServiceAccount of the pod, regardless of its creator', async () => {
    const refused = await createPod('plain', 'storage/san');
    expect([refused.code, messageOf(refused)]).toEqual([
      403,
      expect.stringMatching(
        /PLX-USE-REFUSED: pod shop\/plain may not use .* storage\/san: .*ServiceAccount shop\/default/,
      ),
    ]);
    expect((await createPod('db-0', 'storage/san', { serviceAccountName: 'db' })).code).toBe(201);
  });

  it('is not needed for a network that does not require it, and then costs no request', async () => {
    const requests = await requestsDuring(cluster, async () =>
      expect((await createPod('open', 'storage/open')).code).toBe(201),
    );
    expect(requests?.filter((each) => each.includes('subjectaccessreviews')) ?? []).toEqual([]);
  });

  it('is also that of the user who adds the network to a pod', async () => {
    const change = (who: string, networks: string): Promise<RawAnswer> =>
      rawRequest(cluster, {
        method: 'PATCH',
        path: '/api/v1/namespaces/shop/pods/db-1',
        body: { metadata: { annotations: { [networksKey]: networks } } },
        headers: { 'Content-Type': 'application/merge-patch+json', 'Impersonate-User': who },
      });
    await createPod('db-1', 'storage/open', { serviceAccountName: 'db' });
    const refused = await change('bob', 'storage/open,storage/san');
    expect([refused.code, messageOf(refused)]).toEqual([403, expect.stringContaining('which user bob does not have')]);
    expect((await change('alice', 'storage/open,storage/san')).code).toBe(200);
    // what was there before needs no permission again
    expect((await change('bob', 'storage/san')).code).toBe(200);
  });

  it('is a warning for the template of a workload', async () => {
    const template = { metadata: { labels: { app: 'x' }, annotations: { [networksKey]: 'storage/san' } } };
    const created = await create('/apis/apps/v1/namespaces/shop/deployments', {
      metadata: { name: 'front' },
      spec: { selector: { matchLabels: { app: 'x' } }, template: { ...template, spec: { containers } } },
    });
    expect([created.code, created.headers['warning']]).toEqual([201, expect.stringContaining('PLX-USE-REFUSED')]);
  });

  it.skipIf(isRealCluster)('is refused if the API server does not answer the review', async () => {
    cluster.faults?.answer(403, { match: ({ resource }) => resource === 'subjectaccessreviews', times: 1 });
    const refused = await createPod('unknown', 'storage/san', { serviceAccountName: 'other' });
    expect([refused.code, messageOf(refused)]).toEqual([500, expect.stringContaining('PLX-API-REFUSED')]);
  });
});

it('a network that the policy of its namespace does not allow is rejected, as by plexus validate --policy', async () => {
  const pluginPolicies = [
    { name: 'tenants', namespaces: { matchLabels: { tier: 'x' } } },
    { name: 'rest', bridges: ['br-*'] },
  ];
  const nad = {
    apiVersion: 'k8s.cni.cncf.io/v1',
    kind: 'NetworkAttachmentDefinition',
    metadata: { name: 'limited', namespace: 'shop' },
    spec: { config: '{"cniVersion":"1.0.0","type":"bridge","bridge":"cni0"}' },
  };
  webhook.policy = { ...usualPolicy, settings: { ...usualPolicy.settings, pluginPolicies } };
  const refused = await create('/apis/k8s.cni.cncf.io/v1/namespaces/shop/network-attachment-definitions', nad);
  webhook.policy = usualPolicy;
  expect(refused.code).toBe(403);
  expect(refused.body['details']).toMatchObject({
    causes: [{ reason: 'PLX-PLUGIN-REFUSED', field: 'spec.config.bridge' }],
  });
  const [offline] = validate(readFiles([{ path: 'nad.yaml', text: JSON.stringify(nad) }]), {
    settings: podSettings({ clusterNetwork: 'x', pluginPolicies }),
  });
  expect(messageOf(refused)).toContain(`${offline?.rule}: ${offline?.text}`);
});
