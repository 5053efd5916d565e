import { KubeConfig, type KubernetesObject, KubernetesObjectApi } from '@kubernetes/client-node';
import { execFile } from 'node:child_process';
import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClusterUnderTest, isRealCluster, requestsDuring, startCluster } from '../support/cluster-under-test.ts';

const root = join(import.meta.dirname, '../..');
interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real program with the given stdin. */
const plexus = (words: readonly string[], stdin = ''): Promise<Ended> => {
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const child = execFile(join(root, 'dist/plexus'), words, { cwd: root }, (error, stdout, stderr) =>
    resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
  );
  child.stdin?.end(stdin);
  return promise;
};

describe('plexus validate', () => {
  it('reports problems with their places like a compiler, with exit status 1', async () => {
    const { code, stdout, stderr } = await plexus([
      'validate',
      'test/validate/broken/range-outside.yaml',
      'test/validate/broken/pod-capability.yaml',
    ]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatchInlineSnapshot(`
      "test/validate/broken/pod-capability.yaml:11:19: warning: spec.config.plugins[1].type: portmap has no effect: it does not declare the capability portMappings [PLX-V-REQUEST-LOST]
          Add "capabilities": {"portMappings": true} beside its "type".
      test/validate/broken/pod-capability.yaml:22:25: error: metadata.annotations["k8s.v1.cni.cncf.io/networks"][0].portMappings: the pod requests portMappings on network default/storage, but portmap receives it only if its configuration declares "capabilities": {"portMappings": true} [PLX-CAPABILITY-MISSING]
          Declare the capability in the configuration of that plugin, or remove the request from the annotation. To attach the pod without it, set unservedRequests: warn.
      test/validate/broken/range-outside.yaml:15:25: error: spec.config.ipam.ranges[0][0].rangeStart: rangeStart 10.1.3.10 is not in subnet 10.1.2.0/24 [PLX-V-RANGE]
          Correct the range or the subnet.
      2 errors, 1 warning in 2 files
      "
    `);
  });

  it('exits with 0 if there is no problem, and finds files in folders', async () => {
    const { code, stdout } = await plexus(['validate', 'examples', '-o', 'json']);
    expect(code).toBe(0);
    const findings = JSON.parse(stdout) as readonly { readonly severity: string; readonly rule: string }[];
    // the webhook requests the devices of one example
    expect(findings.filter(({ severity }) => severity !== 'note')).toMatchObject([
      { rule: 'PLX-RESOURCE-NOT-REQUESTED', file: 'examples/sriov-namespace/pod.yaml' },
    ]);
    expect((await plexus(['validate', 'examples/chained'])).stdout).toBe('no findings in 2 files\n');
  });

  it('checks networks against the policy of the daemon, with labels of Namespace objects among the files', async () => {
    const nads = ['infra', 'shop'].map(
      (namespace) => `---
apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata: { name: net, namespace: ${namespace} }
spec: { config: '{"cniVersion": "1.0.0", "type": "bridge", "bridge": "cni0"}' }
`,
    );
    const namespace = '---\nkind: Namespace\nmetadata: { name: infra, labels: { plexus-cni.io/plugins: all } }\n';
    const words = ['validate', '--policy', 'examples/node/plugin-policies.yaml', '-', '-o', 'json'];
    const { code, stdout } = await plexus(words, [namespace, ...nads].join(''));
    expect([code, JSON.parse(stdout)]).toEqual([
      1,
      [
        expect.objectContaining({
          rule: 'PLX-PLUGIN-REFUSED',
          line: 13,
          text: expect.stringContaining('shop/net') as string,
        }),
      ],
    ]);
  });

  it('reports no problem in deploy/, and skips only templates', async () => {
    const { code, stdout } = await plexus(['validate', 'deploy', 'crds', '-o', 'json']);
    expect(code).toBe(0);
    const rules = (JSON.parse(stdout) as readonly { readonly rule: string }[]).map(({ rule }) => rule);
    expect([...new Set(rules)]).toEqual(['PLX-V-TEMPLATE']);
  });

  it('checks a file once if it is named twice, or also in a named folder', async () => {
    const { code, stdout } = await plexus([
      'validate',
      'examples/chained',
      'examples/chained/pod.yaml',
      './examples/chained/pod.yaml',
    ]);
    expect([code, stdout]).toEqual([0, 'no findings in 2 files\n']);
  });

  it('counts warnings in the exit status only with --strict', async () => {
    const file = 'test/validate/broken/gateway-outside.yaml';
    expect([(await plexus(['validate', file])).code, (await plexus(['validate', '--strict', file])).code]).toEqual([
      0, 1,
    ]);
  });

  it('reads stdin', async () => {
    const text = await readFile(join(root, 'test/validate/broken/macvlan-mode.yaml'), 'utf8');
    expect((await plexus(['validate', '-'], text)).stdout).toContain(
      'stdin:11:15: error: spec.config.mode: "bridged" is not allowed',
    );
  });

  it('prints SARIF', async () => {
    const { stdout, code } = await plexus(['validate', '-o', 'sarif', 'test/validate/broken/macvlan-mode.yaml']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          results: [
            {
              ruleId: 'PLX-V-VALUE',
              level: 'error',
              locations: [{ physicalLocation: { region: { startLine: 11, startColumn: 15 } } }],
            },
          ],
        },
      ],
    });
  });

  it('plans pods with the configuration of a node', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-validate-'));
    const config = join(folder.path, 'node.conf');
    const strict = {
      cniVersion: '1.0.0',
      name: 'plexus',
      type: 'plexus-cni',
      clusterNetwork: 'net',
      namespaceIsolation: true,
    };
    await writeFile(config, JSON.stringify(strict));
    const pod = join(folder.path, 'pod.yaml');
    await writeFile(pod, 'kind: Pod\nmetadata:\n  name: p\n  annotations: {k8s.v1.cni.cncf.io/networks: shop/lab}\n');
    expect((await plexus(['validate', '--config', config, pod])).stdout).toContain('PLX-NAMESPACE-REFUSED');
  });

  it.each([
    { words: ['validate'], message: 'Specify the files or folders' },
    { words: ['validate', 'no/such/file.yaml'], message: 'PLX-FILE-UNUSABLE' },
    { words: ['validate', '--config', 'examples/node/README.md', 'examples'], message: 'PLX-CONFIG-UNDECODABLE' },
    {
      words: ['validate', '--cluster', '--kubeconfig', 'no/such/kubeconfig', 'examples/chained/pod.yaml'],
      message: 'PLX-KUBECONFIG-UNUSABLE',
    },
    { words: ['validate', '--nonsense', 'examples'], message: 'nonsense' },
  ])('exits with 2 if it could not run: $words', async ({ words, message }) => {
    const { code, stderr, stdout } = await plexus(words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  it('documents its exit status, with examples', async () => {
    const stdout = (await plexus(['validate', '--help'])).stdout.replaceAll(/\s+/g, ' ');
    expect(stdout).toContain('Exit status: 0 no errors, 1 errors (with --strict: errors or warnings), 2 failure.');
    expect(stdout).toContain('plexus validate --cluster pod.yaml');
  });
});

describe('plexus validate --cluster', () => {
  let server: ClusterUnderTest;
  let folder: { path: string; remove: () => Promise<void> };
  let access: readonly string[];

  beforeAll(async () => {
    server = await startCluster();
    folder = await mkdtempDisposable(join(tmpdir(), 'plexus-validate-'));
    const file = join(folder.path, 'kubeconfig');
    await server.writeKubeconfig(file);
    access = ['--cluster', '--kubeconfig', file];
    const config = new KubeConfig();
    config.loadFromFile(file);
    const metadata = { name: 'lab', namespace: 'default' };
    const lab = {
      apiVersion: 'k8s.cni.cncf.io/v1',
      kind: 'NetworkAttachmentDefinition',
      metadata,
      spec: { config: '{"cniVersion":"1.0.0","type":"dummy"}' },
    };
    await KubernetesObjectApi.makeApiClient(config).create(lab as KubernetesObject);
  });
  afterAll(async () => {
    await server.close();
    await folder.remove();
  });

  const podWith = (networks: string): string =>
    `kind: Pod\nmetadata:\n  name: p\n  annotations:\n    k8s.v1.cni.cncf.io/networks: '${networks}'\n`;

  it('reads the networks that pods name, and requests nothing else', async () => {
    let ended: Ended | undefined;
    const requests = await requestsDuring(server, async () => {
      ended = await plexus(['validate', ...access, '-'], podWith('lab'));
    });
    expect(ended).toEqual({ code: 0, stdout: 'no findings in 1 file\n', stderr: '' });
    if (!isRealCluster)
      expect(requests).toEqual(['GET /apis/k8s.cni.cncf.io/v1/namespaces/default/network-attachment-definitions/lab']);
  });

  it('reports a missing network as an error', async () => {
    const { code, stdout } = await plexus(['validate', ...access, '-'], podWith('laboratory'));
    expect(code).toBe(1);
    expect(stdout).toContain(
      'error: metadata.annotations["k8s.v1.cni.cncf.io/networks"]: pod default/p requests NetworkAttachmentDefinition default/laboratory, which does not exist',
    );
  });

  it('checks the pod’s selection against the network', async () => {
    const { stdout } = await plexus(
      ['validate', ...access, '-'],
      podWith('[{"name": "lab", "bandwidth": {"ingressRate": 1}}]'),
    );
    expect(stdout).toContain('[PLX-REQUEST-UNSERVED]');
  });

  it('exits with 2 for a context that the kubeconfig does not have', async () => {
    const { code, stderr } = await plexus(['validate', ...access, '--context', 'elsewhere', '-'], podWith('lab'));
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('its current-context "elsewhere" is not among its contexts'),
    ]);
  });

  it('exits with 2 for a server that does not answer', async () => {
    const file = join(folder.path, 'nowhere');
    await writeFile(file, server.kubeconfig().replaceAll(server.url, 'https://127.0.0.1:1'));
    const { code, stderr } = await plexus(['validate', '--cluster', '--kubeconfig', file, '-'], podWith('lab'));
    expect([code, stderr]).toEqual([2, expect.stringContaining('PLX-API-UNAVAILABLE')]);
  });
});
