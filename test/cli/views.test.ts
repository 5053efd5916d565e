import { execFile } from 'node:child_process';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type ApiServer, startApiServer } from '../support/api-server/index.ts';
import { type Ended, repository, runProgram } from '../support/plexus-command.ts';
import { putSample } from '../support/sample-cluster.ts';

let server: ApiServer;
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let refused: readonly string[] = [];
beforeAll(async () => {
  server = await startApiServer({ authorize: ({ path }) => !refused.includes(path) });
  putSample(server);
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-views-'));
  await server.writeKubeconfig(join(folder.path, 'config'));
});
afterAll(async () => {
  await server.close();
  await folder.remove();
});

const env = (): Record<string, string> => ({ KUBECONFIG: join(folder.path, 'config'), HOME: folder.path });
const plexus = (...words: readonly string[]): Promise<Ended> => runProgram('plexus', words, env());

describe('plexus networks', () => {
  it('shows the source of each network, its plugins, subnets and pods', async () => {
    const { code, stdout, stderr } = await plexus('networks', '-A');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatchInlineSnapshot(`
      "NETWORK        FROM        TYPES           SUBNETS       PODS  PROBLEMS  AGE
      cluster-net    node        -               -             9     -         -
      infra/backup   definition  ipvlan          10.50.0.1/24  2     -         3h
      shop/cameras   definition  bridge, tuning  10.40.0.0/24  2     1         3h
      shop/storage   definition  macvlan         10.30.0.0/24  4     1         3h
      shop/storrage  MISSING     -               -             1     1         -

      4 problems (3 errors, 1 warning): see pods --problems
      "
    `);
  });

  it('shows with -n the networks of a namespace and of its pods, with the pods of all namespaces', async () => {
    expect((await plexus('networks', '-n', 'infra')).stdout).toMatchInlineSnapshot(`
      "NETWORK       FROM        TYPES   SUBNETS       PODS  PROBLEMS  AGE
      cluster-net   node        -       -             9     -         -
      infra/backup  definition  ipvlan  10.50.0.1/24  2     -         3h
      "
    `);
  });

  it('prints the same as JSON and as YAML', async () => {
    const inJson = JSON.parse((await plexus('networks', '-A', '-o', 'json')).stdout) as unknown;
    expect(parse((await plexus('networks', '-A', '-o', 'yaml')).stdout)).toEqual(inJson);
    expect(inJson).toMatchObject([
      { name: 'cluster-net' },
      { name: 'infra/backup' },
      {},
      {},
      { name: 'shop/storrage', problems: [{ kind: 'network-missing' }] },
    ]);
  });
});

describe('plexus pods', () => {
  it('shows each pod’s attachments, address by address, with their problems', async () => {
    const { code, stdout } = await plexus('pods', '-A');
    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "POD                    NODE  INTERFACE  NETWORK        ADDRESSES           MAC                STATE                        AGE
      infra/archive-0        n1    eth0       cluster-net    10.244.1.9          -                  attached                     3h
      infra/archive-0        n1    net1       infra/backup   10.50.0.1           02:00:00:00:00:06  attached                     3h
      shop/db-0              n1    eth0       cluster-net    10.244.1.5          -                  attached                     3h
      shop/db-0              n1    net1       shop/storage   10.30.0.2           02:00:00:00:00:01  attached, DUPLICATE ADDRESS  3h
      shop/db-1              n2    eth0       cluster-net    10.244.2.5          -                  attached                     3h
      shop/db-1              n2    net1       shop/storage   10.30.0.3           02:00:00:00:00:02  attached                     3h
      shop/db-2              n2    eth0       cluster-net    10.244.2.6          -                  attached                     3h
      shop/db-2              n2    net1       shop/storage   10.30.0.2           02:00:00:00:00:03  attached, DUPLICATE ADDRESS  3h
      shop/late              n2    -          infra/backup   -                   -                  waiting                      3h
      shop/recorder-6c9f-x2  n1    eth0       cluster-net    10.244.1.6          -                  attached                     3h
      shop/recorder-6c9f-x2  n1    net1       shop/storage   10.30.0.4, fd30::4  02:00:00:00:00:04  attached                     3h
      shop/recorder-6c9f-x2  n1    cam0       shop/cameras   10.40.0.2           02:00:00:00:00:05  attached                     3h
      shop/typo              n2    eth0       cluster-net    10.244.2.9          -                  attached                     3h
      shop/typo              n2    -          shop/storrage  -                   -                  MISSING NETWORK              3h
      shop/viewer            n1    eth0       cluster-net    10.244.1.7          -                  attached                     3h
      shop/viewer            n1    -          shop/cameras   -                   -                  NOT ATTACHED                 3h
      shop/web-5d4f-a1       n1    eth0       cluster-net    10.244.1.8          -                  attached                     3h
      shop/web-5d4f-b2       n2    eth0       cluster-net    10.244.2.8          -                  attached                     3h

      4 problems (3 errors, 1 warning): see pods --problems
      "
    `);
  });

  it('shows the pods of one network', async () => {
    const { stdout } = await plexus('pods', '-A', '--network', 'cameras');
    expect(stdout).toMatchInlineSnapshot(`
      "POD                    NODE  INTERFACE  NETWORK       ADDRESSES  MAC                STATE         AGE
      shop/recorder-6c9f-x2  n1    cam0       shop/cameras  10.40.0.2  02:00:00:00:00:05  attached      3h
      shop/viewer            n1    -          shop/cameras  -          -                  NOT ATTACHED  3h
      "
    `);
    expect((await plexus('pods', '-A', '--network', 'shop/cameras')).stdout).toBe(stdout);
  });

  it('shows only problems with --problems, errors first, with exit status 1', async () => {
    const { code, stdout } = await plexus('pods', '-A', '--problems');
    expect(code).toBe(1);
    expect(stdout).toMatchInlineSnapshot(`
      "error  network-missing
        network shop/storrage does not exist; requested by shop/typo
        fix: Create the NetworkAttachmentDefinition, or correct the name in the annotation; plexus networks -A lists those that exist.
      error  attachment-missing
        pod shop/viewer requests shop/cameras, but its k8s.v1.cni.cncf.io/network-status does not contain it
        fix: Recreate the pod. If new pods have the same problem, run plexus doctor: another CNI configuration may come first on the node.
      error  ip-duplicate
        shop/db-0 (net1) and shop/db-2 (net1) have the same address 10.30.0.2 in shop/storage
        fix: Delete one of the pods so that it gets another address, and let one IPAM range serve all nodes of the network (whereabouts), or one range per node.
      warning  pod-pending
        pod shop/late is pending and not yet attached to infra/backup
        fix: Wait. If the pod does not start, read its Events: kubectl describe pod.
      "
    `);
    expect(await plexus('pods', '-n', 'infra', '--problems')).toEqual({ code: 0, stdout: 'no problems\n', stderr: '' });
  });

  it('shows the context’s namespace by default', async () => {
    expect(await plexus('pods')).toEqual({ code: 0, stdout: 'no pod has or requests a network\n', stderr: '' });
    expect(await plexus('pods', '-A', '--network', 'camera')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/PLX-NETWORK-UNKNOWN.*did you mean cameras\?/) as unknown,
    });
    for (const command of ['pods', 'networks'])
      expect(await plexus(command, '-n', 'nowhere')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('PLX-NAMESPACE-NOT-FOUND: namespace nowhere does not exist') as unknown,
      });
  });
});

describe('plexus pod', () => {
  it('shows one pod, with exit status 1 if it has a problem', async () => {
    const { code, stdout } = await plexus('pod', 'db-2', '-n', 'shop');
    expect(code).toBe(1);
    expect(stdout.replace(/, \d+[smh] old\)/, ', AGE old)')).toMatchInlineSnapshot(`
      "Pod shop/db-2 (node n2, Running, of db, AGE old)
      state: ADDRESS IN USE

      INTERFACE  NETWORK       ADDRESSES   MAC                STATE
      eth0       cluster-net   10.244.2.6  -                  attached
      net1       shop/storage  10.30.0.2   02:00:00:00:00:03  attached, DUPLICATE ADDRESS

      error  ip-duplicate
        shop/db-0 (net1) and shop/db-2 (net1) have the same address 10.30.0.2 in shop/storage
        fix: Delete one of the pods so that it gets another address, and let one IPAM range serve all nodes of the network (whereabouts), or one range per node.
      "
    `);
    expect((await plexus('pod', 'db-1', '-n', 'shop')).code).toBe(0);
  });

  it('prints its name, or fills in a template of kubectl', async () => {
    expect((await plexus('pod', 'db-1', '-n', 'shop', '-o', 'name')).stdout).toBe('shop/db-1\n');
    const template = 'jsonpath={.attachments[*].interface}{"\\n"}';
    expect((await plexus('pod', 'shop/db-1', '-o', template)).stdout).toBe('eth0 net1\n');
  });

  it('exits with status 2 for a missing pod', async () => {
    const { code, stdout, stderr } = await plexus('pod', 'none', '-n', 'shop');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^plexus: PLX-POD-NOT-FOUND: pod shop\/none does not exist/);
  });
});

describe('the cluster of the views', () => {
  it('is selected by --kubeconfig and --context, then by KUBECONFIG with its files merged, then by ~/.kube/config', async () => {
    const other = join(folder.path, 'other');
    const text = JSON.parse(server.kubeconfig()) as {
      contexts: { name: string; context: object }[];
      'current-context': string;
    };
    const [context] = text.contexts;
    await writeFile(
      other,
      JSON.stringify({
        ...text,
        contexts: [{ name: 'shop', context: { ...context?.context, namespace: 'shop' } }],
        'current-context': '',
      }),
    );
    for (const words of [
      ['--kubeconfig', other, '--context', 'shop'],
      ['--context', 'shop'],
    ]) {
      const { stdout } = await runProgram('plexus', ['pods', '--network', 'cameras', ...words], {
        ...env(),
        KUBECONFIG: `/nonexistent:${join(folder.path, 'config')}:${other}`,
      });
      expect(stdout).toContain('shop/recorder-6c9f-x2');
    }
    const { code, stderr } = await runProgram('plexus', ['pods'], { HOME: folder.path, KUBECONFIG: '' });
    expect(code).toBe(2);
    expect(stderr).toContain(`${folder.path}/.kube/config`);
  });

  it('is reported as unavailable at once, with exit status 2', async () => {
    const file = join(folder.path, 'away');
    await writeFile(file, server.kubeconfig().replace(/https:\/\/127\.0\.0\.1:\d+/, 'https://127.0.0.1:1'));
    const { code, stderr } = await plexus('pods', '-A', '--kubeconfig', file);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^plexus: PLX-API-UNAVAILABLE: Kubernetes API request failed \(list (pods|events|network-attachment-definitions)\): connect ECONNREFUSED/,
    );
  });

  it.each([
    ['plan', 'db-0', '-n', 'shop'],
    ['plan', '--pod', 'examples/chained/pod.yaml'],
    ['validate', '--cluster', 'examples/chained/pod.yaml'],
  ])('is reported as unavailable at once, also by %s %s', async (...words) => {
    const { code, stderr } = await plexus(...words, '--kubeconfig', join(folder.path, 'away'));
    expect(code).toBe(words[0] === 'plan' ? 1 : 2);
    // Without a cause, because the request was not retried until the deadline.
    expect(stderr).toMatch(
      /^plexus: PLX-API-UNAVAILABLE: Kubernetes API request failed \(get [^\n]*\): connect ECONNREFUSED [^\n]*\n$/,
    );
  });

  it('is reported with its reason, with exit status 2, if it refuses a request', async () => {
    refused = ['/api/v1/pods'];
    const { code, stderr } = await plexus('pods', '-A');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^plexus: PLX-API-REFUSED: Kubernetes API refused list pods \(403\)/);
  });

  it('may refuse networks of other namespaces, which are then not shown as missing', async () => {
    refused = ['/apis/k8s.cni.cncf.io/v1/network-attachment-definitions'];
    const { stdout } = await plexus('networks', '-n', 'shop');
    refused = [];
    expect(stdout).toContain('infra/backup   not readable');
  });

  it('may lack the CustomResourceDefinition of networks, and its pods are still shown', async () => {
    await using bare = {
      server: await startApiServer({ nadCrd: false }),
      [Symbol.asyncDispose]: () => bare.server.close(),
    };
    await bare.server.writeKubeconfig(join(folder.path, 'bare'));
    expect(await plexus('networks', '-A', '--kubeconfig', join(folder.path, 'bare'))).toEqual({
      code: 0,
      stdout: 'no networks\n',
      stderr: '',
    });
  });
});

describe('the colours of the views', () => {
  const onTerminal = async (more: Record<string, string>): Promise<string> => {
    const command = `${join(repository, 'dist/plexus')} pods -A`;
    const { stdout } = await promisify(execFile)('script', ['-qec', command, '/dev/null'], {
      env: { ...process.env, TERM: 'xterm', NO_COLOR: '', ...env(), ...more },
    });
    return stdout;
  };
  it('are used on a terminal, and never with NO_COLOR', async () => {
    expect(await onTerminal({})).toContain('\u{1b}[31mMISSING NETWORK\u{1b}[0m');
    expect(await onTerminal({ NO_COLOR: '1' })).not.toContain('\u{1b}[3');
  });
});

describe('the kubectl plugin', () => {
  it('prints the same as plexus, and its help names kubectl plexus', async () => {
    expect((await runProgram('kubectl-plexus', ['pods', '-A', '--network', 'cameras'], env())).stdout).toBe(
      (await plexus('pods', '-A', '--network', 'cameras')).stdout,
    );
    const { stdout } = await runProgram('kubectl-plexus', ['pods', '--help']);
    expect(stdout).toContain('kubectl plexus pods -A --problems');
    const { stderr } = await runProgram('kubectl-plexus', ['pods', '--nonsense']);
    expect(stderr).toContain('See: kubectl plexus --help');
  });
});
