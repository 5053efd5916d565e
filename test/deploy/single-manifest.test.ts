import { execFile } from 'node:child_process';
import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type KubeObject, nadCrdFile, startApiServer } from '../support/api-server/index.ts';
import { schemaProblems } from '../support/kube-schema.ts';
import { renderKustomization } from '../support/kustomize.ts';
import { patienceMs } from '../support/patience.ts';
import { whyNoKustomize } from './kustomize-itself.ts';
import { deploy } from './objects.ts';

const file = join(deploy, 'plexus.yaml');
const documents = async (path: string | URL): Promise<readonly KubeObject[]> =>
  parseAllDocuments(await readFile(path, 'utf8'))
    .map((document) => document.toJS() as KubeObject | null)
    .filter((object) => object !== null);
const [crd, ...objects] = await documents(file);

it('the one manifest holds the CRD and the objects of the overlay for containerd', async () => {
  expect([crd]).toEqual(await documents(nadCrdFile));
  expect(objects).toEqual(await renderKustomization(join(deploy, 'overlays/containerd')));
});

it.each(objects.map((object) => [object.kind, object] as const))(
  'its %s is valid for the Kubernetes API',
  (_, object) => {
    expect(schemaProblems(object)).toEqual([]);
  },
);

it.skipIf((await whyNoKustomize()) !== undefined)(
  'kubectl apply installs it in an empty cluster, and changes nothing when it is repeated',
  async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-manifest-'));
    const server = await startApiServer({ nadCrd: false });
    try {
      const kubeconfig = join(folder.path, 'kubeconfig');
      await server.writeKubeconfig(kubeconfig);
      const options = ['--kubeconfig', kubeconfig, '--cache-dir', join(folder.path, 'cache')];
      const kubectl = async (...args: readonly string[]): Promise<readonly string[]> => {
        const { stdout } = await promisify(execFile)('kubectl', [...options, ...args], { timeout: patienceMs });
        return stdout.trim().split('\n');
      };
      const lines = (end: string): readonly string[] =>
        [crd, ...objects].map((object) => `${object?.metadata.name} ${end}`);
      const named = (answer: readonly string[]): readonly string[] => answer.map((line) => line.replace(/^\S+\//, ''));
      const apply = ['apply', '-f', file];
      expect(named(await kubectl(...apply, '--dry-run=server'))).toEqual(lines('created (server dry run)'));
      expect(named(await kubectl(...apply))).toEqual(lines('created'));
      expect(named(await kubectl(...apply))).toEqual(lines('unchanged'));
      expect(await kubectl('get', 'nad', '-A', '-o', 'name')).toEqual(['']);
      expect(server.get('daemonsets', 'kube-system', 'plexus')).toMatchObject({ kind: 'DaemonSet' });
    } finally {
      await server.close();
    }
  },
);
