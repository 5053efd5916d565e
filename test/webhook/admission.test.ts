import { once } from 'node:events';
import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject, RequestInfo } from '../support/api-server/index.ts';
import { type ClusterUnderTest, requestsDuring, startCluster } from '../support/cluster-under-test.ts';
import { type RawAnswer, rawRequest } from '../support/raw-request.ts';
import { waitFor } from '../support/wait-for.ts';
import {
  type RunningTestWebhook,
  configure,
  createSecret,
  healthOf,
  isReady,
  manifest,
  startReplica,
  usualPolicy,
} from './running-webhook.ts';

// The webhook over HTTPS behind an API server, with the shipped webhook configurations.

let cluster: ClusterUnderTest;
let webhook: RunningTestWebhook;

const namespaces = '/api/v1/namespaces';
const nadsIn = (namespace: string): string =>
  `/apis/k8s.cni.cncf.io/v1/namespaces/${namespace}/network-attachment-definitions`;
const create = (path: string, body: JsonObject): Promise<RawAnswer> =>
  rawRequest(cluster, { method: 'POST', path, body });
const nad = (
  name: string,
  annotations: Record<string, string> = {},
  config = '{"cniVersion":"1.0.0","type":"bridge"}',
) => ({
  apiVersion: 'k8s.cni.cncf.io/v1',
  kind: 'NetworkAttachmentDefinition',
  metadata: { name, namespace: 'shop', annotations },
  spec: { config },
});
const pod = (name: string, networks: string | undefined, more: JsonObject = {}, spec: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    ...(networks !== undefined && { annotations: { 'k8s.v1.cni.cncf.io/networks': networks } }),
    ...more,
  },
  spec: {
    containers: [
      { name: 'main', image: 'i' },
      { name: 'side', image: 'i' },
    ],
    ...spec,
  },
});
const createPod = (...of: Parameters<typeof pod>): Promise<RawAnswer> => create(`${namespaces}/shop/pods`, pod(...of));
const messageOf = ({ body }: RawAnswer): string => String(body['message']);
const partOf = (object: unknown, ...keys: readonly (string | number)[]): unknown =>
  keys.reduce<unknown>((each, key) => (each as Record<string, unknown> | undefined)?.[key], object);
const merge = (path: string, body: JsonObject): Promise<RawAnswer> =>
  rawRequest(cluster, { method: 'PATCH', path, body, headers: { 'Content-Type': 'application/merge-patch+json' } });

beforeAll(async () => {
  const rules = await grantedRules();
  cluster = await startCluster({ authorize: (info) => info.userAgent !== 'plexus' || isGranted(rules, info) });
  for (const [name, more] of [
    ['shop', {}],
    [
      'lab',
      {
        labels: { 'plexus-cni.io/default-networks': 'enabled' },
        annotations: { 'plexus-cni.io/default-networks': 'shop/plain@lan1' },
      },
    ],
  ] as const)
    await create(namespaces, { metadata: { name, ...more } });
  await createSecret(cluster);
  webhook = await startReplica(cluster);
  await waitFor('readiness', () => isReady(webhook));
  await configure(cluster, webhook.port() ?? 0);
  await create(nadsIn('shop'), nad('plain'));
  await create(nadsIn('shop'), nad('vf', { 'k8s.v1.cni.cncf.io/resourceName': 'example.com/vf' }));
  await create(nadsIn('shop'), nad('zoned', { 'k8s.v1.cni.cncf.io/nodeSelector': 'zone=a' }));
});
afterAll(async () => {
  await webhook?.stop();
  await cluster?.close();
});

describe('validation', () => {
  it('rejects a network with a mistake, with identifier, field and fix', async () => {
    const refused = await create(nadsIn('shop'), nad('broken', {}, '{"type": "bridge", "mtu": "large"}'));
    expect(refused.code).toBe(403);
    expect(messageOf(refused)).toMatch(
      /^admission webhook "network-attachment-definitions\.plexus-cni\.io" denied the request: PLX-V-VALUE: .*spec\.config\.mtu/,
    );
    expect(partOf(refused.body, 'details', 'causes', 0)).toMatchObject({
      reason: 'PLX-V-VALUE',
      field: 'spec.config.mtu',
    });
  });

  it('accepts a configuration list without a name', async () => {
    const list = '{"cniVersion":"1.0.0","plugins":[{"type":"macvlan"}]}';
    expect((await create(nadsIn('shop'), nad('nameless', {}, list))).code).toBe(201);
  });

  it('rejects a pod that names a missing network, and suggests a similar one', async () => {
    const refused = await createPod('lost', 'plainn');
    expect([refused.code, messageOf(refused)]).toEqual([403, expect.stringContaining('PLX-NAD-NOT-FOUND')]);
    expect(messageOf(refused)).toContain('did you mean shop/plain?');
  });

  it('rejects a change of the annotation, and never sees another change', async () => {
    await createPod('changing', 'plain');
    const path = `${namespaces}/shop/pods/changing`;
    const refused = await merge(path, { metadata: { annotations: { 'k8s.v1.cni.cncf.io/networks': 'plain,,' } } });
    expect([refused.code, messageOf(refused)]).toEqual([403, expect.stringContaining('PLX-SELECTION-INVALID')]);
    const before = await reviews();
    expect((await merge(path, { metadata: { labels: { a: 'b' } } })).code).toBe(200);
    expect(await reviews()).toBe(before);
  });

  it('warns about a mistake in the template of a Deployment', async () => {
    const template = partOf(pod('unnamed', 'missing'), 'metadata') as JsonObject;
    const body = { metadata: { name: 'front' }, spec: { template: { ...pod('x', 'missing'), metadata: template } } };
    const created = await create('/apis/apps/v1/namespaces/shop/deployments', body as JsonObject);
    expect([created.code, created.headers['warning']]).toEqual([201, expect.stringContaining('PLX-NAD-NOT-FOUND')]);
  });

  it('asks the API server whether a ServiceAccount may use a network that requires the permission', async () => {
    await create(nadsIn('shop'), nad('guarded', { 'plexus-cni.io/require-use': 'true' }));
    const requests = await requestsDuring(cluster, () => createPod('user-of-guarded', 'guarded'));
    if (requests !== undefined)
      expect(requests.join('\n')).toContain('POST /apis/authorization.k8s.io/v1/subjectaccessreviews');
  });

  it('leaves the mirror of a static pod alone', async () => {
    const annotations = { 'k8s.v1.cni.cncf.io/networks': 'absent', 'kubernetes.io/config.mirror': 'x' };
    const created = await createPod('mirror', undefined, { annotations });
    expect([created.code, created.headers['warning']]).toEqual([201, undefined]);
  });

  it('reports mistakes as warnings in mode warn', async () => {
    webhook.policy = { ...usualPolicy, pods: 'warn' };
    const created = await createPod('warned', 'absent');
    webhook.policy = usualPolicy;
    expect([created.code, created.headers['warning']]).toEqual([201, expect.stringContaining('PLX-NAD-NOT-FOUND')]);
  });

  it('needs no API request for a pod whose networks exist', async () => {
    const requests = await requestsDuring(cluster, () => createPod('quiet', 'plain,zoned'));
    expect(
      requests?.filter((each) => !/secrets|webhookconfigurations|configmaps|deviceclasses/.test(each)) ?? [],
    ).toEqual(cluster.kind === 'real' ? [] : ['POST /api/v1/namespaces/shop/pods']);
  });
});

describe('injection', () => {
  const countsIn = ({ body }: RawAnswer, container: number, part: string): unknown =>
    partOf(body, 'spec', 'containers', container, 'resources', part, 'example.com/vf');

  it('adds the devices of all networks to the first container, and the volume podnetinfo to all', async () => {
    const created = await createPod('two', 'vf,vf@second', { labels: { app: 'x' } });
    expect([created.code, countsIn(created, 0, 'requests'), countsIn(created, 0, 'limits')]).toEqual([201, '2', '2']);
    expect(partOf(created.body, 'spec', 'volumes')).toEqual([
      {
        name: 'podnetinfo',
        downwardAPI: {
          items: [
            { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } },
            { path: 'annotations', fieldRef: { fieldPath: 'metadata.annotations' } },
          ],
        },
      },
    ]);
    const mount = { name: 'podnetinfo', readOnly: true, mountPath: '/etc/podnetinfo' };
    for (const index of [0, 1])
      expect(partOf(created.body, 'spec', 'containers', index, 'volumeMounts')).toEqual([mount]);
  });

  it('tops up what the containers request already, in the container of the annotation', async () => {
    const counts = { 'example.com/vf': '1' };
    const containers = [
      { name: 'main', image: 'i', resources: { requests: counts, limits: counts } },
      { name: 'side', image: 'i' },
    ];
    const annotations = { 'k8s.v1.cni.cncf.io/networks': 'vf,vf@b,vf@c', 'plexus-cni.io/device-container': 'side' };
    const created = await createPod('topped', undefined, { annotations }, { containers });
    expect([countsIn(created, 0, 'limits'), countsIn(created, 1, 'limits')]).toEqual(['1', '2']);
  });

  it('adds the resource that an element names, and none for an element with a claim of the pod', async () => {
    const elements = [
      { name: 'vf', resourceName: 'example.com/slow' },
      { name: 'vf', interface: 'b' },
      { name: 'plain', resourceName: 'example.com/slow' },
      { name: 'vf', interface: 'c', resourceClaim: 'nics/fast' },
    ];
    const claims = { resourceClaims: [{ name: 'nics', resourceClaimTemplateName: 'nics' }] };
    const created = await createPod('elements', JSON.stringify(elements), {}, claims);
    expect([created.code, partOf(created.body, 'spec', 'containers', 0, 'resources', 'limits')]).toEqual([
      201,
      { 'example.com/vf': '1', 'example.com/slow': '2' },
    ]);
    const refused = await createPod('foreign', JSON.stringify(elements), {}, {});
    expect([refused.code, messageOf(refused)]).toEqual([403, expect.stringContaining('PLX-CLAIM-UNKNOWN')]);
    expect(partOf(refused.body, 'details', 'causes', 0, 'field')).toContain('resourceClaim');
  });

  it('rejects an annotation that names no container', async () => {
    const annotations = { 'k8s.v1.cni.cncf.io/networks': 'vf', 'plexus-cni.io/device-container': 'none' };
    const refused = await createPod('nowhere', undefined, { annotations });
    expect([refused.code, messageOf(refused)]).toEqual([403, expect.stringContaining('PLX-DEVICE-CONTAINER-UNKNOWN')]);
  });

  it('merges the node label of a network, and rejects a contradiction with both values', async () => {
    const created = await createPod('placed', 'zoned', {}, { nodeSelector: { disk: 'ssd' } });
    expect(partOf(created.body, 'spec', 'nodeSelector')).toEqual({ disk: 'ssd', zone: 'a' });
    const refused = await createPod('torn', 'zoned', {}, { nodeSelector: { zone: 'b' } });
    expect(refused.code).toBe(403);
    expect(messageOf(refused)).toMatch(/PLX-NODE-SELECTOR-CONFLICT: .*zone="a".*zone="b"/);
  });

  it('follows the ConfigMap of network-resources-injector', async () => {
    const config = {
      features: { enableHugePageDownApi: true, enableHonorExistingResources: true },
      'user-defined-injections': {
        'example.com/fast': {
          op: 'add',
          path: '/metadata/annotations',
          value: { 'k8s.v1.cni.cncf.io/networks': 'vf' },
        },
      },
    };
    const path = `${namespaces}/kube-system/configmaps`;
    const body = { metadata: { name: 'nri-control-switches' }, data: { 'config.json': JSON.stringify(config) } };
    await create(path, body);
    const counts = { 'example.com/vf': '1', 'hugepages-1Gi': '1Gi', memory: '1Gi' };
    const containers = [{ name: 'main', image: 'i', resources: { requests: counts, limits: counts } }];
    let tries = 0;
    let created: RawAnswer | undefined;
    await waitFor('the switches', async () => {
      created = await createPod(
        `honored-${tries++}`,
        'zoned',
        { labels: { 'example.com/fast': 'true' } },
        { containers },
      );
      return countsIn(created, 0, 'limits') === '2';
    });
    await rawRequest(cluster, { method: 'DELETE', path: `${path}/nri-control-switches` });
    const items = partOf(created?.body, 'spec', 'volumes', 0, 'downwardAPI', 'items') as readonly {
      readonly path: string;
    }[];
    expect(items.map((item) => item.path)).toEqual([
      'labels',
      'annotations',
      'hugepages_1G_request_main',
      'hugepages_1G_limit_main',
    ]);
    expect(partOf(created?.body, 'spec', 'containers', 0, 'env')).toEqual([{ name: 'CONTAINER_NAME', value: 'main' }]);
  });

  it('adds the default networks of the namespace, unless the pod opts out', async () => {
    const createIn = (name: string, more: JsonObject, networks?: string): Promise<RawAnswer> =>
      create(`${namespaces}/lab/pods`, pod(name, networks, more));
    const networksOf = ({ body }: RawAnswer): unknown =>
      partOf(body, 'metadata', 'annotations', 'k8s.v1.cni.cncf.io/networks');
    expect(networksOf(await createIn('given', {}))).toBe('shop/plain@lan1');
    expect(networksOf(await createIn('more', {}, 'shop/zoned'))).toBe('shop/zoned,shop/plain@lan1');
    const json = '[{"name": "zoned", "namespace": "shop"}]';
    expect(JSON.parse(String(networksOf(await createIn('listed', {}, json))))).toEqual([
      { name: 'zoned', namespace: 'shop' },
      { name: 'plain', namespace: 'shop', interface: 'lan1' },
    ]);
    const annotations = { 'plexus-cni.io/default-networks': 'false' };
    expect(networksOf(await createIn('without', { annotations }))).toBeUndefined();
  });
});

describe('deletion of a network', () => {
  it('is rejected with the names of its pods, and allowed with force-delete', async () => {
    await create(nadsIn('shop'), nad('busy'));
    await createPod('user', 'busy');
    const path = `${nadsIn('shop')}/busy`;
    const refused = await rawRequest(cluster, { method: 'DELETE', path });
    expect([refused.code, messageOf(refused)]).toEqual([403, expect.stringMatching(/PLX-NAD-IN-USE: .*shop\/user/)]);
    await merge(path, { metadata: { annotations: { 'plexus-cni.io/force-delete': 'true' } } });
    expect((await rawRequest(cluster, { method: 'DELETE', path })).code).toBe(200);
  });

  it('is rejected while a pod is attached that no longer names the network', async () => {
    await create(nadsIn('shop'), nad('leaving'));
    const status = JSON.stringify([{ name: 'shop/leaving', interface: 'net1' }]);
    await createPod('leaver', undefined, { annotations: { 'k8s.v1.cni.cncf.io/network-status': status } });
    const path = `${nadsIn('shop')}/leaving`;
    const refused = await rawRequest(cluster, { method: 'DELETE', path });
    expect([refused.code, messageOf(refused)]).toEqual([403, expect.stringMatching(/PLX-NAD-IN-USE: .*shop\/leaver/)]);
    await rawRequest(cluster, { method: 'DELETE', path: `${namespaces}/shop/pods/leaver` });
    expect((await rawRequest(cluster, { method: 'DELETE', path })).code).toBe(200);
  });

  it('is allowed without pods', async () => {
    await create(nadsIn('shop'), nad('idle'));
    expect((await rawRequest(cluster, { method: 'DELETE', path: `${nadsIn('shop')}/idle` })).code).toBe(200);
  });
});

it("answers kubelet's probes while a client holds more connections than allowed", async () => {
  const held = await Promise.all(
    Array.from({ length: 100 }, async () => {
      const socket = net.connect(webhook.healthPort(), '127.0.0.1').on('error', () => {});
      await once(socket, 'connect');
      return socket;
    }),
  );
  for (let count = 0; count < 3; count++) expect((await healthOf(webhook, '/healthz')).status).toBe(200);
  for (const socket of held) socket.destroy();
});

describe('the permissions in deploy/components/webhook', () => {
  it('name everything, and none is unnecessary', async () => {
    await create(nadsIn('shop'), nad('guarded', { 'plexus-cni.io/require-use': 'true' }));
    await createPod('guarded', 'guarded');
    const rules = await grantedRules();
    expect(JSON.stringify(rules)).not.toContain('*');
    const granted = rules.flatMap(({ resources, verbs }) =>
      resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`)),
    );
    if (cluster.kind === 'embedded') expect([...used].toSorted()).toEqual([...new Set(granted)].toSorted());
  });
});

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}
const used = new Set<string>();

const grantedRules = async (): Promise<readonly Rule[]> =>
  (await manifest('rbac.yaml')).flatMap(({ rules }) => (rules ?? []) as readonly Rule[]);

/** Applies the rules to a request of the webhook, as RBAC does. */
function isGranted(rules: readonly Rule[], { group, resource, name, verb = 'get' }: RequestInfo): boolean {
  used.add(`${verb} ${resource}`);
  return rules.some(
    (rule) =>
      rule.apiGroups.includes(group) &&
      rule.resources.includes(resource) &&
      rule.verbs.includes(verb) &&
      (rule.resourceNames?.includes(name) ?? true),
  );
}

/** How many AdmissionReviews the webhook has answered. */
async function reviews(): Promise<number> {
  const text = await (await healthOf(webhook, '/metrics')).text();
  const counts = [...text.matchAll(/^plexus_webhook_review_duration_seconds_count\{.*\} (\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}
