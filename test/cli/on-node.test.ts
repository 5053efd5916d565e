import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileJournal } from '../../src/journal/index.ts';
import { type ApiServer, startApiServer } from '../support/api-server/index.ts';
import type { ExecRequest, ExecResult, ExecStreams } from '../support/api-server/exec.ts';
import { type Ended, runProgram } from '../support/plexus-command.ts';
import { startProgram } from '../support/running-command.ts';
import { sampleRecord } from '../support/sample-record.ts';

// pods/exec runs the real command in the environment of that node's daemon; the connection is a real WebSocket.
let server: ApiServer;
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let mayExec = true;
const executed: ExecRequest[] = [];

const pod = (name: string, node: string, more: object = {}) => ({
  metadata: { namespace: 'kube-system', name, labels: { 'app.kubernetes.io/name': 'plexus' } },
  spec: { nodeName: node, containers: [{ name: 'daemon', image: 'plexus-cni:0.1.0' }] },
  status: { phase: 'Running', containerStatuses: [{ name: 'daemon', ready: true, restartCount: 0 }] },
  ...more,
});

beforeAll(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-on-node-'));
  server = await startApiServer({
    authorize: ({ subresource }) => subresource !== 'exec' || mayExec,
    exec: async (request, streams) => {
      executed.push(request);
      const [, ...words] = request.command;
      const env = {
        PLEXUS_CNI_DIR: join(folder.path, 'state'),
        PLEXUS_SOCKET: join(folder.path, 'plexus.sock'),
      };
      return words.includes('--watch') ? runWatch(words, env, streams) : runProgram('plexus', words, env);
    },
  });
  for (const name of ['kube-system', 'shop']) server.put('namespaces', { metadata: { name } });
  server.put('pods', pod('plexus-a', 'n1'));
  server.put('pods', pod('plexus-b', 'n2', { status: { phase: 'Pending' } }));
  const db = {
    metadata: { namespace: 'shop', name: 'db-0' },
    spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] },
    status: { phase: 'Pending' },
  };
  server.put('pods', db);
  server.put('pods', {
    ...db,
    metadata: { namespace: 'shop', name: 'late' },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  });
  await server.writeKubeconfig(join(folder.path, 'config'));
  await fileJournal(join(folder.path, 'state/journal')).write(sampleRecord({ containerId: '4f1c' }));
});
afterAll(async () => {
  await server.close();
  await folder.remove();
});

/** Exit statuses of the watches that have ended on the node. */
const endedWatches: unknown[] = [];

/** Runs a command as kubelet does: closes its input when the client does, and never sends a signal. */
async function runWatch(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  { stdout, inputEnd }: ExecStreams,
): Promise<ExecResult> {
  using command = startProgram('plexus', words, env);
  command.child.stdout?.on('data', stdout);
  inputEnd.addEventListener('abort', () => void command.child.stdin?.end());
  const [status] = await command.ended;
  endedWatches.push(status);
  return { code: Number(status), stdout: '', stderr: command.stderr() };
}

const elsewhere = (): Readonly<Record<string, string>> => ({
  KUBECONFIG: join(folder.path, 'config'),
  PLEXUS_CNI_DIR: join(folder.path, 'none'),
  PLEXUS_SOCKET: join(folder.path, 'none/plexus.sock'),
});

/** Runs a command on a machine that is no node. */
const plexus = (...words: readonly string[]): Promise<Ended> => runProgram('kubectl-plexus', words, elsewhere());

describe('a command that needs a node', () => {
  it('runs in the daemon of the node that --node names, and passes output and exit status on', async () => {
    const { code, stdout, stderr } = await plexus('attachments', '--node', 'n1');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^4f1c +shop\/db-0 +net1 +shop\/net /m);
    expect(executed.at(-1)).toMatchObject({ namespace: 'kube-system', pod: 'plexus-a', container: 'daemon' });
    const unknown = await plexus('attachments', 'show', 'none', '--node', 'n1');
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('PLX-SANDBOX-UNKNOWN') as unknown });
  });

  it('finds the node of a pod, and explains with its daemon why the pod is waiting', async () => {
    const { stdout } = await plexus('attachments', '--pod', 'db-0', '-n', 'shop', '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject([{ sandbox: '4f1c', pod: 'shop/db-0' }]);
    const operations: object[] = [
      {
        command: 'ADD',
        sandbox: '4f1c',
        pod: 'shop/db-0',
        startedAt: '2026-03-01T10:00:00.000Z',
        ms: 12,
        outcome: 'success',
        background: false,
        steps: [],
      },
    ];
    const daemon = createServer((_request, response) => void response.end(JSON.stringify(operations)));
    await new Promise<void>((resolve) => daemon.listen(join(folder.path, 'observe.sock'), resolve));
    const traced = await plexus('trace', 'pod', 'db-0', '-n', 'shop');
    expect(traced).toMatchObject({ code: 0, stdout: expect.stringContaining('ADD') as unknown });
    expect(executed.at(-1)?.command).toEqual([
      'plexus',
      'trace',
      'pod',
      'db-0',
      '--namespace',
      'shop',
      '--output',
      'table',
    ]);
    const named = await plexus('trace', '--node', 'n1', '-o', 'name');
    expect(named).toMatchObject({ code: 0, stdout: '4f1c\n' });
    const filled = await plexus('trace', '--node', 'n1', '-o', 'jsonpath={[*].command} took {[0].ms} ms{"\\n"}');
    expect(filled).toMatchObject({ code: 0, stdout: 'ADD took 12 ms\n' });
    operations[0] = {
      ...operations[0],
      outcome: 'failure',
      error: { id: 'PLX-PLUGIN-TIMEOUT', code: 11, message: 'slow', details: '', fix: 'Wait.' },
    };
    const shown = await plexus('pod', 'db-0', '-n', 'shop');
    daemon.close();
    expect(shown).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('FAILING (PLX-PLUGIN-TIMEOUT)') as unknown,
    });
  });

  it('repairs there by pod and by network, and changes nothing with --dry-run', async () => {
    const journal = fileJournal(join(folder.path, 'state/journal'));
    const dry = await plexus('attachments', 'forget', '--network', 'shop/net', '--force', '--dry-run', '--node', 'n1');
    expect(dry).toMatchObject({ code: 0, stdout: 'would forget net1 (shop/net) of shop/db-0\n' });
    expect((await journal.list((record) => record)).found).toHaveLength(1);
    const none = await plexus('attachments', 'forget', '--network', 'shop/none', '--node', 'n1');
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('PLX-NO-RECORD-SELECTED') as unknown });
    const detached = await plexus('attachments', 'detach', '--all', '--node', 'n1');
    expect(detached).toMatchObject({ code: 1, stderr: expect.stringContaining('PLX-PLUGINS-ELSEWHERE') as unknown });
    expect((await plexus('attachments', 'forget', '--pod', 'db-0', '-n', 'shop', '--force')).code).toBe(0);
    expect((await journal.list((record) => record)).found).toEqual([]);
  });

  it.each([
    { words: ['attachments'], id: 'PLX-NOT-ON-NODE' },
    { words: ['devices'], id: 'PLX-NOT-ON-NODE' },
    { words: ['trace'], id: 'PLX-NOT-ON-NODE' },
    {
      words: ['trace', '--node', 'n2'],
      id: 'PLX-NODE-WITHOUT-DAEMON: node n2 has no running plexus daemon: pod kube-system/plexus-b is Pending',
    },
    { words: ['trace', '--node', 'n3'], id: 'no pod of the DaemonSet is on it' },
    { words: ['trace', 'pod', 'late', '-n', 'shop'], id: 'PLX-POD-WITHOUT-NODE' },
    { words: ['trace', 'pod', 'none', '-n', 'shop'], id: 'PLX-POD-NOT-FOUND' },
  ])('reports why it cannot run: $words', async ({ words, id }) => {
    const { code, stderr } = await plexus(...words);
    expect(code).not.toBe(0);
    expect(stderr).toContain(id);
  });

  it.each(['SIGINT', 'SIGKILL'] as const)(
    'watches there until it ends here with %s, which ends it on the node too',
    async (signal) => {
      const journal = fileJournal(join(folder.path, 'state/journal'));
      const [first, second] = [sampleRecord({ containerId: 'aaaa' }), sampleRecord({ containerId: 'bbbb' })];
      await journal.write(first);
      const before = endedWatches.length;
      using watch = startProgram('kubectl-plexus', ['attachments', '--node', 'n1', '-w'], elsewhere());
      await expect.poll(watch.stdout).toMatch(/^SANDBOX .*\n(.*\n)*aaaa +shop\/db-0 /);
      const shown = watch.stdout().length;
      await journal.write(second);
      await expect.poll(() => watch.stdout().slice(shown)).toMatch(/^bbbb +shop\/db-0 .*\n$/);
      watch.child.kill(signal);
      expect(await watch.ended).toEqual(signal === 'SIGINT' ? [0, null] : [null, 'SIGKILL']);
      await expect.poll(() => endedWatches.slice(before)).toEqual([0]);
      for (const record of [first, second]) await journal.remove(record);
    },
  );

  it('reports why it cannot watch there', async () => {
    const watched = await plexus('attachments', 'list', 'none', '--node', 'n1', '-w');
    expect(watched).toMatchObject({ code: 1, stderr: expect.stringContaining('PLX-SANDBOX-UNKNOWN') as unknown });
  });

  it('names the permission that is missing', async () => {
    mayExec = false;
    const { code, stderr } = await plexus('trace', '--node', 'n1');
    mayExec = true;
    expect(code).toBe(1);
    expect(stderr).toMatch(/PLX-EXEC-REFUSED: .*kube-system\/plexus-a.*pods\/exec/);
  });
});

describe('plexus plan without the configuration of a node', () => {
  it('states that the default network is unknown', async () => {
    const file = join(folder.path, 'pod.yaml');
    await writeFile(
      file,
      'apiVersion: v1\nkind: Pod\nmetadata: { name: web, namespace: shop }\nspec: { containers: [] }\n',
    );
    const { stdout } = await plexus('plan', '--pod', file);
    expect(stdout).toContain('(unknown: pass --node or --conf)');
    expect(stdout).not.toContain('see-option-conf');
    const inJson = await plexus('plan', '--pod', file, '-o', 'json');
    expect(JSON.parse(inJson.stdout)).toMatchObject({ defaultNetwork: 'unknown', attachments: [] });
  });
});
