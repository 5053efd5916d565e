import { describe, expect, it } from 'vitest';
import { type Admitted, admit, plain, podOf, quantities, shapeOf, withResource } from './admitted.ts';

// The behaviour that the end-to-end tests of network-resources-injector check for hugepages; see injector-cases.test.ts.

const podnetinfo = (admitted: Admitted) => shapeOf(admitted).spec.volumes?.find(({ name }) => name === 'podnetinfo');
const hugepageFiles = (admitted: Admitted): readonly string[] =>
  (podnetinfo(admitted)?.downwardAPI?.items ?? [])
    .map(({ path }) => path)
    .filter((path) => path.startsWith('hugepages'));

const one = { 'hugepages-1Gi': '2Gi', memory: '2Gi' };
const two = { 'hugepages-2Mi': '500Mi', memory: '2Gi' };
const both = { 'hugepages-1Gi': '1Gi', 'hugepages-2Mi': '250Mi', memory: '2Gi' };
const files = (container: string, ...sizes: readonly string[]): readonly string[] =>
  sizes.flatMap((size) => ['limit', 'request'].map((part) => `hugepages_${size}_${part}_${container}`));

describe('hugepages (hugepages_test)', () => {
  it.each([
    { title: '1 Gi pages and memory', resources: [quantities(one)], expected: files('test', '1G') },
    { title: '2 Mi pages and memory', resources: [quantities(two)], expected: files('test', '2M') },
    {
      title: '1 Gi pages and a CPU limit',
      resources: [{ requests: { 'hugepages-1Gi': '2Gi' }, limits: { 'hugepages-1Gi': '2Gi', cpu: '4' } }],
      expected: files('test', '1G'),
    },
    {
      title: 'both sizes in the same amount',
      resources: [quantities({ ...both, 'hugepages-2Mi': '1Gi' })],
      expected: files('test', '1G', '2M'),
    },
    { title: 'both sizes in different amounts', resources: [quantities(both)], expected: files('test', '1G', '2M') },
    {
      title: 'both sizes in the first of two containers',
      resources: [quantities(both), {}],
      expected: files('test', '1G', '2M'),
    },
    {
      title: 'both sizes in the second of two containers',
      resources: [{}, quantities(both)],
      expected: files('second', '1G', '2M'),
    },
    {
      title: 'both sizes in both containers',
      resources: [quantities(both), quantities(both)],
      expected: [...files('test', '1G', '2M'), ...files('second', '1G', '2M')],
    },
    {
      title: 'the 64 Ki pages of arm64',
      resources: [quantities({ 'hugepages-64Ki': '64Ki' })],
      expected: files('test', '64K'),
    },
    { title: 'zero 1 Gi pages', resources: [quantities({ 'hugepages-1Gi': '0', memory: '0' })], expected: [] },
    { title: 'zero 2 Mi pages', resources: [quantities({ 'hugepages-2Mi': '0Mi', memory: '0' })], expected: [] },
    {
      title: 'zero 1 Gi pages and a CPU limit',
      resources: [{ limits: { 'hugepages-1Gi': '0', cpu: '1' } }],
      expected: [],
    },
  ])('are described in files for $title', async ({ resources, expected }) => {
    const admitted = await admit(podOf('foo-network', { resources }), withResource);
    expect(admitted.denial).toBeUndefined();
    expect(new Set(hugepageFiles(admitted))).toEqual(new Set(expected));
    const { containers } = shapeOf(admitted).spec;
    for (const { name, env, volumeMounts } of containers) {
      expect(volumeMounts).toEqual([{ name: 'podnetinfo', readOnly: true, mountPath: '/etc/podnetinfo' }]);
      const isUser = expected.some((file) => file.endsWith(`_${name}`));
      expect(env).toEqual(isUser ? [{ name: 'CONTAINER_NAME', value: name }] : undefined);
    }
  });

  it('are read in MiB from the container that requests them', async () => {
    const admitted = await admit(podOf('foo-network', { resources: [{}, quantities(one)] }), withResource);
    expect(podnetinfo(admitted)?.downwardAPI?.items).toContainEqual({
      path: 'hugepages_1G_limit_second',
      resourceFieldRef: { containerName: 'second', resource: 'limits.hugepages-1Gi', divisor: '1Mi' },
    });
  });

  it.each([one, { 'hugepages-1Gi': '0', memory: '0' }])(
    'of a pod whose network has no resource are not described: %j',
    async (amounts) => {
      expect(
        podnetinfo(await admit(podOf('foo-network', { resources: [quantities(amounts)] }), plain)),
      ).toBeUndefined();
    },
  );

  it('are not described if the ConfigMap disables it', async () => {
    const switches = { features: { enableHugePageDownApi: false, enableHonorExistingResources: false } };
    const admitted = await admit(podOf('foo-network', { resources: [quantities(one)] }), { ...withResource, switches });
    expect(podnetinfo(admitted)?.downwardAPI?.items.map(({ path }) => path)).toEqual(['annotations']);
  });

  it.each([
    { volume: 'podnetinfo', path: '/etc/podnetinfo', differs: true },
    { volume: 'something-else', path: '/etc/podnetinfo', differs: true },
    { volume: 'podnetinfo', path: '/etc/somethingElse', differs: true },
    { volume: 'something-else', path: '/etc/somethingElse', differs: false },
  ])(
    'keep the pod valid that has a volume $volume at $path; the injector makes it invalid: $differs',
    async ({ volume, path }) => {
      const items = [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }];
      const mounted = {
        name: 'test',
        image: 'i',
        resources: quantities(one),
        volumeMounts: [{ name: volume, mountPath: path }],
      };
      const spec = { volumes: [{ name: volume, downwardAPI: { items } }], containers: [mounted] };
      const admitted = await admit(podOf('foo-network', { spec }), withResource);
      const { volumes = [], containers } = shapeOf(admitted).spec;
      const mounts = containers[0]?.volumeMounts ?? [];
      expect(volumes.find(({ name }) => name === volume)).toEqual({ name: volume, downwardAPI: { items } });
      expect(new Set(volumes.map(({ name }) => name)).size).toBe(volumes.length);
      expect(new Set(mounts.map(({ mountPath }) => mountPath)).size).toBe(mounts.length);
      expect(mounts).toContainEqual({ name: volume, mountPath: path });
      if (volume !== 'podnetinfo' && path !== '/etc/podnetinfo')
        expect(mounts).toContainEqual({ name: 'podnetinfo', readOnly: true, mountPath: '/etc/podnetinfo' });
    },
  );
});
