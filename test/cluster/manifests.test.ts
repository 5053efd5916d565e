import fc from 'fast-check';
import { mkdtempDisposable, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Cluster, connect, connectOptionsFor, readPodFile } from '../../src/cluster/index.ts';
import { PlexusError } from '../../src/errors/index.ts';
import { testCluster } from '../contract/cluster.ts';
import { patience } from '../support/patience.ts';

const yaml = `apiVersion: v1
kind: Pod
metadata:
  name: alice
  uid: u-alice
  annotations:
    k8s.v1.cni.cncf.io/networks: lab
---
apiVersion: v1
kind: List
items:
  - apiVersion: k8s.cni.cncf.io/v1
    kind: NetworkAttachmentDefinition
    metadata:
      name: lab
      annotations:
        k8s.v1.cni.cncf.io/resourceName: vendor/x
    spec:
      config: '{"type":"macvlan"}'
`;
let folder: { path: string; remove: () => Promise<void> };
let cluster: Cluster;
beforeEach(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-manifests-'));
  await writeFile(join(folder.path, 'all.yaml'), yaml);
  cluster = connect({ kind: 'manifests', dir: folder.path });
});
afterEach(() => folder.remove());

const text = (file: string): Promise<string | undefined> =>
  readFile(join(folder.path, 'status', file), 'utf8').catch(() => undefined);
const eventsOf = async (): Promise<{ type: string; reason: string; message: string }[]> =>
  ((await text('events.jsonl')) ?? '')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { type: string; reason: string; message: string });

testCluster(() => ({ cluster, uid: 'u-alice', statusOf: (pod) => text(`default.${pod}.json`), eventsOf }));

const signal = patience();
describe('a folder of manifests', () => {
  it('reports an unreadable file only if it might contain the object, with line and column', async () => {
    await writeFile(join(folder.path, 'bad.yaml'), 'kind: Pod\nmetadata: [');
    expect(await cluster.getPod({ namespace: 'default', name: 'alice' }, signal)).toMatchObject({ name: 'alice' });
    await expect(cluster.getPod({ namespace: 'default', name: 'bob' }, signal)).rejects.toMatchObject({
      id: 'PLX-MANIFEST-INVALID',
      message: expect.stringMatching(/bad\.yaml: line \d+, column \d+/),
    });
  });
  it('reports a missing folder', async () => {
    await rm(folder.path, { recursive: true });
    await expect(cluster.getPod({ namespace: 'default', name: 'alice' }, signal)).rejects.toMatchObject({
      id: 'PLX-FILE-UNUSABLE',
    });
  });
  it('reports an annotation that is not a string', async () => {
    await writeFile(join(folder.path, 'all.yaml'), 'kind: Pod\nmetadata:\n  name: alice\n  annotations:\n    a: 5\n');
    await expect(cluster.getPod({ namespace: 'default', name: 'alice' }, signal)).rejects.toMatchObject({
      message: expect.stringContaining('annotations of Pod alice are not all texts (quote them)'),
    });
  });
  it('reads a pod from any file, or rejects it with a PlexusError', async () => {
    const file = join(folder.path, 'any.yaml');
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), async (content) => {
        await writeFile(file, content);
        return readPodFile(file).then(
          () => true,
          (error: unknown) => error instanceof PlexusError,
        );
      }),
      { numRuns: 200 },
    );
  });
});

describe('connectOptionsFor', () => {
  it.each([
    { settings: { manifestsDir: '/m', kubeconfig: '/k' }, env: {}, options: { kind: 'manifests', dir: '/m' } },
    {
      settings: { kubeconfig: '/k' },
      env: { KUBERNETES_SERVICE_HOST: 'h', KUBERNETES_SERVICE_PORT: '1' },
      options: { kind: 'kubeconfig', file: '/k' },
    },
    {
      settings: {},
      env: { KUBERNETES_SERVICE_HOST: 'h', KUBERNETES_SERVICE_PORT: '1' },
      options: { kind: 'in-cluster' },
    },
    { settings: {}, env: { KUBERNETES_SERVICE_HOST: 'h' }, options: undefined },
    { settings: {}, env: {}, options: undefined },
  ])('returns for $settings with $env: $options', ({ settings, env, options }) => {
    expect(connectOptionsFor(settings, env)).toEqual(options);
  });
});
