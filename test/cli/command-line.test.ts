import { execFile } from 'node:child_process';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { errorsOutside } from '../../src/make/errors-outside.ts';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);
interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}
const plexus = (...words: string[]): Promise<Ended> =>
  run(join(root, 'dist/plexus'), words, { cwd: root }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: Ended) => ({ code: error.code, stdout: error.stdout, stderr: error.stderr }),
  );

describe('the plexus command line', () => {
  it('prints for plan one row per attachment, then the input of every plugin', async () => {
    const { stdout } = await plexus(
      'plan',
      '--pod',
      'examples/chained/pod.yaml',
      '--nads',
      'examples/chained',
      '--conf',
      'examples/node/00-plexus.conflist',
    );
    expect(stdout).toMatchInlineSnapshot(`
      "Pod default/chained

      INTERFACE  NETWORK        PLUGINS          REQUESTS
      eth0       cluster-net    bridge, portmap  -
      fast0      default/tuned  bridge, tuning   mac 02:00:00:00:70:01

      fast0: mac 02:00:00:00:70:01: read by bridge from CNI_ARGS, tuning from runtimeConfig, tuning from CNI_ARGS

      ── eth0, plugin 1 of 2: bridge
      CNI_ARGS=IgnoreUnknown=true;K8S_POD_NAMESPACE=default;K8S_POD_NAME=chained;K8S_POD_INFRA_CONTAINER_ID=CNI_CONTAINERID;K8S_POD_UID=UID
      {
        "type": "bridge",
        "bridge": "cni0",
        "isDefaultGateway": true,
        "ipMasq": true,
        "ipam": {
          "type": "host-local",
          "ranges": [
            [
              {
                "subnet": "10.244.0.0/24"
              }
            ]
          ]
        },
        "name": "cluster-net",
        "cniVersion": "1.0.0"
      }

      ── eth0, plugin 2 of 2: portmap, with prevResult = what bridge returned
      CNI_ARGS=IgnoreUnknown=true;K8S_POD_NAMESPACE=default;K8S_POD_NAME=chained;K8S_POD_INFRA_CONTAINER_ID=CNI_CONTAINERID;K8S_POD_UID=UID
      {
        "type": "portmap",
        "name": "cluster-net",
        "cniVersion": "1.0.0"
      }

      ── fast0, plugin 1 of 2: bridge
      CNI_ARGS=IgnoreUnknown=true;K8S_POD_NAMESPACE=default;K8S_POD_NAME=chained;K8S_POD_INFRA_CONTAINER_ID=CNI_CONTAINERID;K8S_POD_UID=UID;MAC=02:00:00:00:70:01
      {
        "type": "bridge",
        "bridge": "tuned0",
        "ipam": {
          "type": "host-local",
          "ranges": [
            [
              {
                "subnet": "10.70.0.0/24"
              }
            ]
          ]
        },
        "name": "tuned",
        "cniVersion": "1.0.0"
      }

      ── fast0, plugin 2 of 2: tuning, with prevResult = what bridge returned
      CNI_ARGS=IgnoreUnknown=true;K8S_POD_NAMESPACE=default;K8S_POD_NAME=chained;K8S_POD_INFRA_CONTAINER_ID=CNI_CONTAINERID;K8S_POD_UID=UID;MAC=02:00:00:00:70:01
      {
        "type": "tuning",
        "mtu": 1400,
        "name": "tuned",
        "cniVersion": "1.0.0",
        "runtimeConfig": {
          "mac": "02:00:00:00:70:01"
        }
      }
      "
    `);
  });
  it('reports for plan the problem, its place and the fix, with exit status 1', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-plan-'));
    const pod = join(folder.path, 'pod.yaml');
    await writeFile(pod, 'kind: Pod\nmetadata:\n  name: p\n  annotations:\n    k8s.v1.cni.cncf.io/networks: "a, b,"\n');
    expect(await plexus('plan', '--pod', pod, '--nads', folder.path)).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^plexus: PLX-SELECTION-INVALID: annotation k8s\.v1\.cni\.cncf\.io\/networks, .*empty/,
      ),
    });
    await writeFile(pod, 'kind: Pod\n  bad: [');
    expect((await plexus('plan', '--pod', pod, '--nads', folder.path)).stderr).toMatch(
      /PLX-MANIFEST-INVALID: .*pod\.yaml: line \d+, column \d+: /,
    );
  });
  it.each([
    { words: ['-A'], text: 'Specify a command' },
    { words: ['plna'], text: 'Did you mean plexus plan?' },
    { words: ['plan'], text: 'Specify a pod' },
    { words: ['plan', '--pod', 'x', '--nads', 'y', '--output', 'xml'], text: 'output' },
    { words: ['plan', '--pdo', 'x'], text: 'Unknown argument: pdo' },
  ])('reports invalid arguments ($words) on stderr, with exit status 2', async ({ words, text }) => {
    const { code, stdout, stderr } = await plexus(...words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(text);
  });
  it('has a help text with examples for each command', async () => {
    expect((await plexus('plan', '--help')).stdout).toMatchInlineSnapshot(`
      "plexus plan [name]

      Show the networks that a pod would get and the exact input of each plugin; changes nothing

      Positionals:
        name  Pod of the cluster: NAME, NAMESPACE/NAME or pod/NAME                                [string]

      Options:
            --version          Show version number                                               [boolean]
            --pod              YAML file with the pod, instead of a pod of the cluster            [string]
            --nads             Folder of YAML files with NetworkAttachmentDefinitions, instead of those of
                               the cluster                                                        [string]
            --conf             CNI configuration of Plexus (or Multus) on the node; default: that of this
                               node in PLEXUS_CNI_CONF_DIR; without any, the default network is unknown
                                                                                                  [string]
            --device           Device to plan with, as kubelet would allocate it: RESOURCE=ID, or
                               claim:CLAIM/REQUEST=ID                                [array] [default: []]
            --diff             Compare with what is attached according to the journal; run this on the
                               node of the pod                                  [boolean] [default: false]
            --cni-dir          diff: the daemon's cniDir         [string] [default: "/var/lib/cni/plexus"]
            --node             Run in the daemon of this node, as kubectl exec does; needs the permission
                               to create pods/exec                                                [string]
            --kubeconfig       kubeconfig file; default: KUBECONFIG, ~/.kube/config, or the credentials of
                               this pod                                                           [string]
            --context          Context of the kubeconfig; default: its current context            [string]
            --as               User to impersonate                                                [string]
            --request-timeout  How long to wait for the API server: 10s, 2m; without a unit, seconds
                                                                                                  [string]
        -n, --namespace        Namespace of the pod; default: that of the context                 [string]
        -o, --output           Output format         [choices: "table", "json", "yaml"] [default: "table"]
        -h, --help             Show help                                                         [boolean]

      Examples:
        plexus plan db-0 -n shop --node worker-3            The networks of db-0 with the configuration of
                                                            that node
        plexus plan --pod pod.yaml --nads .                 The additional networks of a pod
        plexus plan --pod pod.yaml --nads . --device        With a device that kubelet would allocate to
        intel.com/vf=0000:18:02.5                           the pod
        plexus plan --pod pod.yaml --nads . --conf          All of it, for a script
        00-plexus.conflist -o json
        plexus plan db-0 -n shop --conf                     Compare how db-0 is attached with how it would
        /etc/cni/net.d/00-plexus.conflist --diff            be attached now

      Exit status: 0 success, 1 the pod could not be planned, 2 wrong usage. With --diff: 0 as planned, 1
      differences, 2 failure.
      "
    `);
  });
  it('lists the supported specifications for version', async () => {
    expect((await plexus('version')).stdout).toMatch(
      /^plexus \d+\.\d+\.\d+\nCNI specification 0\.1\.0, .*1\.1\.0\nNPWG multi-network specification 1\.3\n/,
    );
  });
  it('runs the plugin for cni', async () => {
    const env = { PATH: process.env['PATH'] ?? '', CNI_COMMAND: 'VERSION' };
    const child = run(join(root, 'dist/plexus'), ['cni'], { env });
    child.child.stdin?.end('{"cniVersion":"1.0.0"}');
    expect(JSON.parse((await child).stdout)).toMatchObject({ cniVersion: '1.0.0' });
  });
});

/** The message as in docs/errors.md. */
function saidOutside(id: string, values: Readonly<Record<string, string>> = {}): string {
  const { sentence = '', fix = '' } = errorsOutside.find((each) => each.id === id) ?? {};
  return `${id}: ${sentence.replaceAll(/‹(\w+)›/g, (_, name: string) => values[name] ?? '')}. ${fix}`;
}

describe('the launcher of the plugin', () => {
  it('answers with a CNI error if there is no Node.js', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-launcher-'));
    await run('cp', [join(root, 'dist/plexus-cni'), folder.path]);
    const script = `mount --make-rprivate / && mount -t tmpfs none /usr/local/bin && { [ ! -e /usr/bin/node ] || mount --bind /dev/null /usr/bin/node; } && exec ${folder.path}/plexus-cni`;
    const ended = await run('unshare', ['-m', 'sh', '-c', script], { env: {} }).catch((error: Ended) => error);
    expect(ended).toMatchObject({ code: 1 });
    expect(JSON.parse(ended.stdout)).toMatchObject({ code: 5, msg: saidOutside('PLX-NODE-MISSING') });
  });
  it('answers with a CNI error if Node.js is too old', async () => {
    const older = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.9.0' } })`;
    const child = run(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(older)}`, join(root, 'dist/plexus-cni.mjs')],
      { env: {} },
    );
    const ended = await child.catch((error: Ended) => error);
    expect(ended).toMatchObject({ code: 1 });
    expect(JSON.parse(ended.stdout)).toMatchObject({
      code: 5,
      msg: saidOutside('PLX-NODE-TOO-OLD', { version: '20.9.0', file: process.execPath }),
    });
  });
  it('works through a symbolic link and with an empty environment', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-link-'));
    await run('ln', ['-s', join(root, 'dist/plexus-cni'), join(folder.path, 'plexus-cni')]);
    const child = run(join(folder.path, 'plexus-cni'), [], { env: { CNI_COMMAND: 'VERSION' } });
    child.child.stdin?.end();
    expect(JSON.parse((await child).stdout)).toMatchObject({ cniVersion: '1.1.0' });
  });
});
