import { describe, expect, it } from 'vitest';
import {
  type Admitted,
  type Cluster,
  admit,
  foo,
  networksKey,
  podOf,
  quantities,
  resourceKey,
  selectorKey,
  shapeOf,
  withResource,
} from './admitted.ts';

// The behaviour that the 51 end-to-end tests of network-resources-injector and its table of control switches check, case
// by case. Where Plexus differs, the title says so. What their pods read from files (kubelet writes those) is here the
// volume that describes the files.

describe('networks and namespaces (resourcename_test)', () => {
  it.each([
    {
      title: 'a network that does not exist',
      cluster: { nads: {} },
      namespace: 'default',
      missing: 'default/foo-network',
    },
    {
      title: 'a network of another namespace, named without it',
      cluster: { nads: { 'mysterious/foo-network': { [resourceKey]: foo } } },
      namespace: 'default',
      missing: 'default/foo-network',
    },
    {
      title: 'a network of default from another namespace',
      cluster: withResource,
      namespace: 'mysterious',
      missing: 'mysterious/foo-network',
    },
  ])('rejects a pod with $title', async ({ cluster, namespace, missing }) => {
    const { denial } = await admit(podOf('foo-network'), cluster, { namespace });
    expect(denial).toContain('PLX-NAD-NOT-FOUND');
    expect(denial).toContain(missing);
  });

  it.each([
    { title: 'one network', networks: 'foo-network', count: '1', namespace: 'default', spec: {} },
    { title: 'two networks', networks: 'foo-network,foo-network', count: '2', namespace: 'default', spec: {} },
    {
      title: 'one network in another namespace',
      networks: 'foo-network',
      count: '1',
      namespace: 'mysterious',
      spec: {},
    },
    {
      title: 'one network and no token of a ServiceAccount',
      networks: 'foo-network',
      count: '1',
      namespace: 'default',
      spec: { automountServiceAccountToken: false },
    },
  ])('adds $count to limits and requests for $title', async ({ networks, count, namespace, spec }) => {
    const cluster = { nads: { [`${namespace}/foo-network`]: { [resourceKey]: foo } } };
    const admitted = await admit(podOf(networks, { spec }), cluster, { namespace });
    const [container] = shapeOf(admitted).spec.containers;
    expect(admitted.denial).toBeUndefined();
    expect(container?.resources).toEqual(quantities({ [foo]: count }));
  });
});

describe('node labels (nodeselector_test)', () => {
  it.each(
    ['kind-worker', 'kind-worker15'].flatMap((node) =>
      ['default', 'mysterious'].flatMap((namespace) =>
        [true, false].map((hasResource) => ({ node, namespace, hasResource })),
      ),
    ),
  )('adds node $node in namespace $namespace; a resource: $hasResource', async ({ node, namespace, hasResource }) => {
    const annotations = { [selectorKey]: `kubernetes.io/hostname=${node}`, ...(hasResource && { [resourceKey]: foo }) };
    const admitted = await admit(
      podOf('foo-network'),
      { nads: { [`${namespace}/foo-network`]: annotations } },
      { namespace },
    );
    const { nodeSelector, containers } = shapeOf(admitted).spec;
    expect([admitted.denial, nodeSelector]).toEqual([undefined, { 'kubernetes.io/hostname': node }]);
    expect(containers[0]?.resources?.limits?.[foo]).toBe(hasResource ? '1' : undefined);
  });
});

const injection = (value: object): object => ({ op: 'add', path: '/metadata/annotations', value });
const network = injection({ [networksKey]: 'sriov-net-attach-def' });
const secret = injection({ 'top-secret': 'password' });
const injecting = (injections: object | undefined): Cluster => ({
  nads: { ...withResource.nads, 'default/sriov-net-attach-def': { [resourceKey]: 'example.com/boo' } },
  ...(injections !== undefined && { switches: { 'user-defined-injections': injections } }),
});
const annotationsOf = (admitted: Admitted): unknown => shapeOf(admitted).metadata.annotations;

describe('user-defined injections (userdefinedinjections_test)', () => {
  it.each([
    {
      title: 'to a pod without networks',
      networks: undefined,
      labels: { customInjection: 'true' },
      expected: { [networksKey]: 'sriov-net-attach-def' },
    },
    {
      title: 'in place of the networks of the pod',
      networks: 'foo-network',
      labels: { customInjection: 'true' },
      expected: { [networksKey]: 'sriov-net-attach-def' },
    },
    {
      title: 'of two labels',
      networks: 'foo-network',
      labels: { customInjection: 'true', secondInjection: 'true' },
      expected: { [networksKey]: 'sriov-net-attach-def', 'top-secret': 'password' },
    },
    {
      title: 'that is no network, beside the networks of the pod',
      networks: 'foo-network',
      labels: { secondInjection: 'true' },
      expected: { [networksKey]: 'foo-network', 'top-secret': 'password' },
    },
  ])('add the annotation $title', async ({ networks, labels, expected }) => {
    const cluster = injecting({ customInjection: network, secondInjection: secret });
    const admitted = await admit(podOf(networks, { labels }), cluster);
    expect([admitted.denial, annotationsOf(admitted)]).toEqual([undefined, expected]);
    const counts = shapeOf(admitted).spec.containers[0]?.resources?.limits;
    expect(counts).toEqual({ [expected[networksKey] === 'foo-network' ? foo : 'example.com/boo']: '1' });
  });

  it('follow the ConfigMap: each pod gets what it contains when the pod is created, and keeps it', async () => {
    const labels = { customInjection: 'true', secondInjection: 'true' };
    const [first, second, third] = await Promise.all(
      [{ customInjection: network }, { secondInjection: secret }, undefined].map((each) =>
        admit(podOf('foo-network', { labels }), injecting(each)),
      ),
    );
    expect([first, second, third].map((each) => each && annotationsOf(each))).toEqual([
      { [networksKey]: 'sriov-net-attach-def' },
      { [networksKey]: 'foo-network', 'top-secret': 'password' },
      { [networksKey]: 'foo-network' },
    ]);
  });

  it.each([
    {
      title: 'without the ConfigMap of that name and namespace',
      labels: { customInjection: 'true' },
      injections: undefined,
    },
    { title: 'without the label', labels: undefined, injections: { customInjection: network } },
    {
      title: 'with another value of the label',
      labels: { customInjection: 'yes' },
      injections: { customInjection: network },
    },
    { title: 'with the value false', labels: { customInjection: 'false' }, injections: { customInjection: network } },
    { title: 'with a number', labels: { customInjection: '123' }, injections: { customInjection: network } },
    { title: 'with another label', labels: { otherInjection: 'true' }, injections: { customInjection: network } },
  ])('do not change a pod $title', async ({ labels, injections }) => {
    const admitted = await admit(podOf('foo-network', labels === undefined ? {} : { labels }), injecting(injections));
    expect(annotationsOf(admitted)).toEqual({ [networksKey]: 'foo-network' });
  });

  it('that name a missing network cause the rejection of the pod', async () => {
    const cluster = { ...withResource, switches: { 'user-defined-injections': { customInjection: network } } };
    const { denial } = await admit(podOf('foo-network', { labels: { customInjection: 'true' } }), cluster);
    expect(denial).toContain('PLX-NAD-NOT-FOUND');
    expect(denial).toContain('default/sriov-net-attach-def');
  });

  it.each([
    { title: 'without features', more: { networkResourceNameKeys: [resourceKey, 'k8s.v1.cni.cncf.io/bridgeName'] } },
    {
      title: 'with all features disabled',
      more: {
        features: {
          enableHugePageDownApi: false,
          enableHonorExistingResources: false,
          enableCustomizedInjection: false,
          enableResourceName: false,
        },
      },
    },
    { title: 'with unknown features', more: { features: { someSuperFeature: false, resourceName: false } } },
  ])('work in a ConfigMap $title (control_switches_test)', async ({ more }) => {
    const switches = { ...more, 'user-defined-injections': { customInjection: secret } };
    const admitted = await admit(podOf('foo-network', { labels: { customInjection: 'true' } }), {
      ...withResource,
      switches,
    });
    expect(annotationsOf(admitted)).toEqual({ [networksKey]: 'foo-network', 'top-secret': 'password' });
  });
});
