import fc from 'fast-check';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerDirectly } from '../../src/cli/plugin.ts';
import { callCni } from '../support/cni-runtime.ts';
import { hostFileFor } from '../support/host-file.ts';
import { type TestNode, createTestNode, engineUnderTest } from '../support/test-node.ts';

let node: TestNode;
beforeAll(async () => {
  node = await createTestNode();
});
afterAll(() => node.remove());

const isCniError = (text: string): boolean => {
  const error = JSON.parse(text) as { code: unknown; msg: unknown; cniVersion: unknown };
  return (
    typeof error.code === 'number' &&
    error.code > 0 &&
    typeof error.msg === 'string' &&
    error.msg !== '' &&
    typeof error.cniVersion === 'string'
  );
};
const sandboxEnv = (command: string): Record<string, string> => ({
  CNI_COMMAND: command,
  CNI_CONTAINERID: 'c1',
  CNI_NETNS: '/var/run/netns/plx-none',
  CNI_IFNAME: 'eth0',
  CNI_PATH: '/nowhere',
});
const answer = (env: Record<string, string>, stdin: string) =>
  answerDirectly(
    { env: { ...hostFileFor(stdin), ...env }, readStdin: () => Promise.resolve(stdin), programFolder: '/nowhere' },
    new AbortController().signal,
  );

describe('bad input ends in a CNI error and exit status 1 and does not change the node', () => {
  it('for any text as stdin of ADD', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), async (stdin) => {
        const { stdout, exitCode } = await answer(sandboxEnv('ADD'), stdin);
        return exitCode === 1 && isCniError(stdout);
      }),
      { numRuns: 300 },
    );
  });

  it('for any text as an environment variable', async () => {
    const config = JSON.stringify(node.config({ logLevel: 'silent' }));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('CNI_CONTAINERID', 'CNI_NETNS', 'CNI_IFNAME', 'CNI_ARGS', 'CNI_COMMAND'),
        fc.string({ unit: 'binary' }),
        async (name, value) => {
          const { stdout, exitCode } = await answer({ ...sandboxEnv('ADD'), [name]: value }, config);
          return name === 'CNI_COMMAND' && exitCode === 0 ? true : exitCode === 1 && isCniError(stdout);
        },
      ),
      { numRuns: 100 },
    );
    expect(await node.leftovers()).toEqual([]);
  });

  it.each([
    { args: 'K8S_POD_NAME=p', missing: 'K8S_POD_NAMESPACE' },
    { args: 'K8S_POD_NAMESPACE=default', missing: 'K8S_POD_NAME' },
  ])('for an incomplete pod reference: $args', async ({ args, missing }) => {
    const { stdout, exitCode } = await answer(
      { ...sandboxEnv('ADD'), CNI_ARGS: `IgnoreUnknown=1;${args}` },
      JSON.stringify(node.config()),
    );
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      msg: expect.stringMatching(new RegExp(`^PLX-POD-UNIDENTIFIED: .*${missing}`)),
    });
  });

  it('for any text as the annotation', async () => {
    const pod = await node.pod('any');
    const run = async (annotation: string): Promise<void> => {
      await writeFile(
        join(node.dir, 'manifests/pod-any.yaml'),
        JSON.stringify({
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: {
            name: 'any',
            namespace: 'default',
            uid: pod.uid,
            annotations: { 'k8s.v1.cni.cncf.io/networks': annotation },
          },
        }),
      );
      const { exitCode, stdout } = await node.call('ADD', pod);
      expect([exitCode, isCniError(stdout)]).toEqual([1, true]);
    };
    for (const text of [
      '[null]',
      '[{}]',
      '{',
      'a,',
      'A_B',
      '[{"name":5}]',
      '"',
      'a@b@c',
      'x/y/z',
      '[{"name":"a","ips":[""]}]',
      '\u0000',
      '[[]]',
    ])
      await run(text);
    expect(await node.leftovers()).toEqual([]);
  });

  it('for a NAD with any configuration', async () => {
    const pod = await node.pod('any-nad', 'any');
    for (const config of [
      '{',
      '[]',
      '{}',
      '5',
      '{"plugins":[]}',
      '{"plugins":[null]}',
      '{"type":"../sh"}',
      '{"type":"x","name":"a/b"}',
      '{"cniVersion":"9.9.9","type":"x"}',
      '{"type":"x","args":"x"}',
    ]) {
      const object = {
        apiVersion: 'k8s.cni.cncf.io/v1',
        kind: 'NetworkAttachmentDefinition',
        metadata: { name: 'any', namespace: 'default' },
        spec: { config },
      };
      await writeFile(join(node.dir, 'manifests/nad-default-any.yaml'), JSON.stringify(object));
      const { exitCode, stdout } = await node.call('ADD', pod);
      expect([config, exitCode, isCniError(stdout)]).toEqual([config, 1, true]);
    }
    expect(await node.leftovers()).toEqual([]);
  });

  const kubeconfigs = ['', 'not yaml: [', '{}', 'apiVersion: v1\nkind: Config\nclusters: []\n', '\u0000\u0001'];
  // the daemon's own configuration names the API server
  it.skipIf(engineUnderTest === 'daemon').each(kubeconfigs)('for a kubeconfig that is %j', async (text) => {
    const kubeconfig = join(node.dir, 'bad-kubeconfig');
    await writeFile(kubeconfig, text);
    const pod = await node.pod('bad-kubeconfig');
    const { manifestsDir: _none, ...config } = node.config();
    const { exitCode, stdout } = await node.call('ADD', pod, { config: { ...config, kubeconfig } });
    expect([exitCode, isCniError(stdout)]).toEqual([1, true]);
    expect(stdout).toContain('PLX-KUBECONFIG-UNUSABLE');
    expect(await node.leftovers()).toEqual([]);
  });
});

describe('the plugin as a process', () => {
  it('CNI-13: VERSION echoes the requested version and lists all seven, also with empty or invalid stdin', async () => {
    const supportedVersions = ['0.1.0', '0.2.0', '0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'];
    const versions = async (config: string): Promise<unknown> =>
      JSON.parse((await callCni({ command: 'VERSION', config })).stdout);
    expect(await versions('{"cniVersion":"0.4.0"}')).toEqual({ cniVersion: '0.4.0', supportedVersions });
    expect(await versions('')).toEqual({ cniVersion: '1.1.0', supportedVersions });
    expect(await versions('{{{')).toEqual({ cniVersion: '1.1.0', supportedVersions });
  });
  it('CNI-11: identifies itself on stderr if CNI_COMMAND is not set', async () => {
    const { exitCode, stdout, stderr } = await callCni({ command: '', config: '' });
    expect([exitCode, stdout]).toEqual([0, '']);
    expect(stderr).toContain('CNI protocol versions supported: 0.1.0, 0.2.0');
  });
  it('STATUS fails with code 50 at once while the default network is not ready (CNI-33, CNI-36)', async () => {
    const config = node.config({ cniVersion: '1.1.0', readinessindicatorfile: join(node.dir, 'not-yet') });
    const { exitCode, stdout } = await callCni({ command: 'STATUS', config, path: ['/nowhere'] });
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      code: 50,
      msg: expect.stringMatching(/^PLX-STATUS-NOT-READY: this node cannot attach pods now: \S+ does not exist\. /),
    });
  });
});
