import { mkdir, mkdtempDisposable, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { unpackTar } from 'modern-tar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileJournal } from '../../src/journal/index.ts';
import { type ApiServer, startApiServer } from '../support/api-server/index.ts';
import { type Ended, runProgram } from '../support/plexus-command.ts';
import { sampleRecord } from '../support/sample-record.ts';

// pods/exec runs the real command, with the files of a node and the operations of its daemon.
let server: ApiServer;
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let daemon: ReturnType<typeof createServer>;
const refused = new Set<string>();
const secrets = {
  nad: 'hunter2-of-the-nad',
  lastApplied: 'hunter2-of-last-applied',
  configuration: 'hunter2-of-the-configuration',
  maskedKey: 'hunter2-of-a-masked-key',
  maskedInNad: 'hunter2-of-a-masked-key-in-a-nad',
  environment: 'hunter2-of-the-environment',
  node: 'hunter2-of-the-node',
  nodeKey: 'hunter2-of-a-masked-key-of-the-node',
  log: 'hunter2-of-the-log',
  operation: 'hunter2-of-an-operation',
  annotation: 'hunter2-of-an-annotation',
};
const labels = { 'app.kubernetes.io/name': 'plexus' };
const containers = [
  { name: 'daemon', image: 'plexus-cni:0.1.0', env: [{ name: 'TOKEN', value: secrets.environment }] },
];
const daemonPod = (name: string, node: string, phase: string) => ({
  metadata: { namespace: 'kube-system', name, labels },
  spec: { nodeName: node, containers },
  status: { phase, containerStatuses: [{ name: 'daemon', ready: true, restartCount: 0 }] },
});
const nodeEnv = (): Readonly<Record<string, string>> => ({
  KUBECONFIG: '/nowhere',
  PLEXUS_ROOT: join(folder.path, 'root'),
  PLEXUS_CNI_CONF_DIR: join(folder.path, 'root/etc/cni/net.d'),
  PLEXUS_CNI_DIR: join(folder.path, 'state'),
  PLEXUS_SOCKET: join(folder.path, 'plexus.sock'),
});

beforeAll(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-sysdump-'));
  server = await startApiServer({
    authorize: ({ resource, subresource }) => !refused.has(subresource === '' ? resource : subresource),
    exec: ({ command: [, ...words] }) => runProgram('plexus', words, nodeEnv()),
    logs: ({ pod }) => `{"level":30,"msg":"hello from ${pod}","password":"${secrets.log}"}\n`,
  });
  putObjects();
  await server.writeKubeconfig(join(folder.path, 'config'));
  await fileJournal(join(folder.path, 'state/journal')).write(sampleRecord({ containerId: '4f1c' }));
  await mkdir(join(folder.path, 'root/etc/cni/net.d'), { recursive: true });
  const conf = {
    cniVersion: '1.0.0',
    name: 'cluster-net',
    plugins: [{ type: 'plexus', maskedKeys: ['site'], site: secrets.nodeKey, auth: { password: secrets.node } }],
  };
  await writeFile(join(folder.path, 'root/etc/cni/net.d/00-plexus.conflist'), JSON.stringify(conf));
  const operation = {
    command: 'ADD',
    sandbox: '4f1c',
    pod: 'shop/db-0',
    startedAt: '2026-03-01T10:00:00.000Z',
    ms: 12,
    outcome: 'success',
    steps: [{ input: { token: secrets.operation } }],
  };
  daemon = createServer((_request, response) => void response.end(JSON.stringify([operation])));
  await new Promise<void>((resolve) => daemon.listen(join(folder.path, 'observe.sock'), resolve));
});
afterAll(async () => {
  daemon.close();
  await server.close();
  await folder.remove();
});

function putObjects(): void {
  for (const name of ['kube-system', 'shop']) server.put('namespaces', { metadata: { name } });
  server.put('daemonsets', {
    metadata: { namespace: 'kube-system', name: 'plexus', labels },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  });
  server.put('pods', daemonPod('plexus-a', 'n1', 'Running'));
  server.put('pods', daemonPod('plexus-b', 'n2', 'Pending'));
  const config = (password: string): string =>
    JSON.stringify({ type: 'macvlan', name: 'net', password, site: { id: secrets.maskedInNad } });
  server.put('network-attachment-definitions', {
    metadata: {
      namespace: 'shop',
      name: 'net',
      annotations: {
        'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({
          spec: { config: config(secrets.lastApplied) },
        }),
      },
    },
    spec: { config: config(secrets.nad) },
  });
  server.put('configmaps', {
    metadata: { namespace: 'kube-system', name: 'plexus', labels },
    data: {
      'plexus.yaml': [
        'logLevel: debug',
        'maskedKeys: [site]',
        'password:',
        `  - ${secrets.configuration}`,
        `site: ${secrets.maskedKey}`,
        '',
      ].join('\n'),
    },
  });
  const networks = JSON.stringify([{ name: 'net', 'cni-args': { password: secrets.annotation } }]);
  server.put('pods', {
    metadata: { namespace: 'shop', name: 'db-0', annotations: { 'k8s.v1.cni.cncf.io/networks': networks } },
    spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] },
    status: { phase: 'Pending' },
  });
}

/** Runs the command on a machine that is no node, unless `env` makes it one. */
const sysdump = (file: string, words: readonly string[] = [], env = {}): Promise<Ended> =>
  runProgram('plexus', ['sysdump', '--output', join(folder.path, file), ...words], {
    KUBECONFIG: join(folder.path, 'config'),
    PLEXUS_ROOT: join(folder.path, 'nothing'),
    PLEXUS_CNI_DIR: join(folder.path, 'none'),
    PLEXUS_SOCKET: join(folder.path, 'none/plexus.sock'),
    ...env,
  });

interface Archive {
  readonly names: readonly string[];
  readonly texts: Readonly<Record<string, string>>;
}
async function archiveIn(file: string): Promise<Archive> {
  const entries = await unpackTar(gunzipSync(await readFile(join(folder.path, file))));
  const names = entries.map(({ header }) => header.name.replace(/^[^/]*\//, ''));
  const texts = entries.map(({ data }) => new TextDecoder().decode(data));
  return { names, texts: Object.fromEntries(names.map((name, index) => [name, texts[index] ?? ''])) };
}

function expectNoSecret({ texts }: Archive): void {
  for (const [name, text] of Object.entries(texts))
    for (const secret of Object.values(secrets)) expect(`${name}\n${text}`).not.toContain(secret);
}

describe('plexus sysdump', () => {
  it('collects the cluster and its nodes from a machine that is no node, without any secret', async () => {
    const { code, stdout, stderr } = await sysdump('all.tar.gz');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^wrote .*all\.tar\.gz: \d+ files; \d+ missing, with the reason in CONTENTS$/m);
    expect((await stat(join(folder.path, 'all.tar.gz'))).mode & 0o777).toBe(0o600);
    const archive = await archiveIn('all.tar.gz');
    expect(archive.names).toEqual([
      'CONTENTS',
      ...['installation', 'configuration', 'daemonset', 'doctor', 'networks', 'pods', 'warnings'].map(
        (name) => `cluster/${name}.json`,
      ),
      'nodes/n2/daemon.log',
      ...['versions', 'configuration', 'doctor', 'attachments', 'operations'].map((name) => `nodes/n1/${name}.json`),
      'nodes/n1/daemon.log',
    ]);
    expectNoSecret(archive);
    const { texts } = archive;
    expect(texts['CONTENTS']).toContain('nodes/n2/: pod kube-system/plexus-b is Pending');
    for (const name of archive.names.slice(1)) expect(texts['CONTENTS']).toContain(`  ${name} `);
    const json = (name: string): unknown => JSON.parse(texts[name] ?? '');
    expect(json('cluster/configuration.json')).toMatchObject([
      {
        configMap: 'kube-system/plexus',
        data: { 'plexus.yaml': { logLevel: 'debug', password: '(masked)', site: '(masked)' } },
      },
    ]);
    const [nad] = json('cluster/networks.json') as readonly { readonly spec: { readonly config: string } }[];
    expect(JSON.parse(nad?.spec.config ?? '')).toEqual({
      type: 'macvlan',
      name: 'net',
      password: '(masked)',
      site: '(masked)',
    });
    expect(texts['cluster/pods.json']).toContain('db-0');
    expect(texts['nodes/n1/attachments.json']).toContain('4f1c');
    expect(texts['nodes/n1/operations.json']).toContain('(masked)');
    expect(texts['nodes/n1/configuration.json']).toContain('00-plexus.conflist');
    expect(json('nodes/n1/doctor.json')).toEqual(
      expect.arrayContaining([expect.objectContaining({ id: 'PLX-D-DAEMON' })]) as unknown,
    );
    expect(texts['nodes/n1/daemon.log']).toContain('hello from plexus-a');
  });

  it('lists what it may not read with the reason, and includes the rest', async () => {
    for (const each of ['configmaps', 'events', 'exec', 'log']) refused.add(each);
    const { code } = await sysdump('refused.tar.gz', ['--node', 'n1']);
    refused.clear();
    expect(code).toBe(0);
    const { names, texts } = await archiveIn('refused.tar.gz');
    expect(names).toContain('cluster/networks.json');
    expect(names.filter((name) => name.startsWith('nodes/'))).toEqual([]);
    expect(texts['CONTENTS']).toMatch(/cluster\/configuration\.json: PLX-API-REFUSED: .*configmaps.*maskedKeys/);
    expect(texts['CONTENTS']).toMatch(/cluster\/warnings\.json: .*Events/);
    expect(texts['CONTENTS']).toMatch(/nodes\/n1\/: PLX-EXEC-REFUSED/);
    expect(texts['CONTENTS']).toMatch(/nodes\/n1\/daemon\.log: PLX-API-REFUSED: .*pods\/log/);
    expect(texts['CONTENTS']).not.toContain('n2');
  });

  it('works on a node without a cluster, without any secret', async () => {
    const { code } = await sysdump('node.tar.gz', [], nodeEnv());
    expect(code).toBe(0);
    const archive = await archiveIn('node.tar.gz');
    expect(archive.names).toContain('this-node/operations.json');
    expect(archive.texts['CONTENTS']).toMatch(/cluster\/: PLX-KUBECONFIG-UNUSABLE/);
    expectNoSecret(archive);
  });

  it('fails if there is neither a node nor a cluster', async () => {
    const { code, stderr } = await sysdump('none.tar.gz', [], { KUBECONFIG: '/nowhere' });
    expect(code).toBe(1);
    expect(stderr).toContain('PLX-KUBECONFIG-UNUSABLE');
  });
});
