import { execFile } from 'node:child_process';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCredentials } from '../../src/kube/index.ts';
import { type ApiServer, startApiServer } from '../support/api-server/index.ts';
import { aNadObject, aPodSummary } from '../support/pod-summary.ts';
import { type Ended, repository, runProgram } from '../support/plexus-command.ts';
import { startProgram } from '../support/running-command.ts';
import { podObject, putSample, samplePods } from '../support/sample-cluster.ts';

let server: ApiServer;
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
beforeAll(async () => {
  server = await startApiServer();
  putSample(server, []);
  for (const pod of samplePods) {
    const object = podObject(pod);
    server.put('pods', { ...object, metadata: { ...object.metadata, labels: { app: pod.owner ?? 'none' } } });
  }
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-listings-'));
  await server.writeKubeconfig(join(folder.path, 'config'));
});
afterAll(async () => {
  await server.close();
  await folder.remove();
});

const env = (): Record<string, string> => ({ KUBECONFIG: join(folder.path, 'config'), HOME: folder.path });
const plexus = (...words: readonly string[]): Promise<Ended> => runProgram('plexus', words, env());
const dbs = ['pods', '-n', 'shop', '-l', 'app=db'];

describe('plexus pods', () => {
  it('selects pods by label, and prints names that plexus pod takes', async () => {
    const { stdout, stderr } = await plexus(...dbs, '-o', 'name');
    expect({ stdout, stderr }).toEqual({ stdout: 'shop/db-0\nshop/db-1\nshop/db-2\n', stderr: '' });
    expect((await plexus('pod', 'shop/db-0')).stdout).toContain('Pod shop/db-0');
    expect((await plexus('pod', 'pod/db-0', '-n', 'shop')).stdout).toContain('Pod shop/db-0');
  });
  it('fills in a template of kubectl', async () => {
    const template = 'jsonpath={range [*]}{.name} {.attachments[*].ips[*]}{"\\n"}{end}';
    expect((await plexus(...dbs, '-o', template)).stdout).toBe(
      'db-0 10.244.1.5 10.30.0.2\ndb-1 10.244.2.5 10.30.0.3\ndb-2 10.244.2.6 10.30.0.2\n',
    );
  });
  it('prints owners with -o wide, sorts by a column, and leaves out the headings', async () => {
    const { stdout } = await plexus(...dbs, '-o', 'wide', '--sort-by', 'addresses', '--no-headers');
    const rows = stdout.split('\n\n')[0]?.trimEnd().split('\n') ?? [];
    expect(rows.map((row) => row.split(/ {2,}/)[4])).toEqual([
      '10.30.0.2',
      '10.30.0.2',
      '10.30.0.3',
      '10.244.1.5',
      '10.244.2.5',
      '10.244.2.6',
    ]);
    for (const row of rows) expect(row).toMatch(/ {2}db {2}3h$/);
  });
  it.each([
    { words: ['--sort-by', 'colour'], message: 'no such column; choose one of pod, node,' },
    { words: ['-o', 'jsonpath={.name'], message: '{ without its counterpart' },
    { words: ['-o', 'jsonpath'], message: '-o jsonpath=TEMPLATE' },
    { words: ['-w', '-o', 'json'], message: '--watch prints tables' },
    { words: ['--request-timeout', 'soon'], message: '--request-timeout soon is no duration' },
  ])('refuses $words as wrong usage', async ({ words, message }) => {
    const { code, stdout, stderr } = await plexus('pods', ...words);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(message)]);
  });
  it.each([
    { columns: 70, headings: ['POD', 'NETWORK', 'STATE'] },
    { columns: 123, headings: ['POD', 'NODE', 'INTERFACE', 'NETWORK', 'ADDRESSES', 'MAC', 'STATE'] },
    { columns: 130, headings: ['POD', 'NODE', 'INTERFACE', 'NETWORK', 'ADDRESSES', 'MAC', 'STATE', 'AGE'] },
  ])(
    'never wraps on a terminal of $columns columns: it drops columns, the age first',
    async ({ columns, headings }) => {
      const command = `stty cols ${columns}; dist/plexus pods -n shop`;
      const shown = await promisify(execFile)('script', ['-qec', command, '/dev/null'], {
        cwd: repository,
        env: { ...process.env, ...env(), NO_COLOR: '1' },
      });
      const lines = shown.stdout.split(/\r?\n/);
      expect(lines[0]?.trim().split(/ +/)).toEqual(headings);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    },
  );
  it('prints with --watch the rows that change, until it is interrupted', async () => {
    using watch = startProgram('plexus', ['pods', '-n', 'infra', '-w'], env());
    await expect.poll(watch.stdout).toMatch(/^POD .*\ninfra\/archive-0 /);
    const first = watch.stdout().length;
    const name = 'a-pod-with-a-longer-name';
    server.put('pods', podObject(aPodSummary(name, { namespace: 'infra', asks: 'backup', phase: 'Pending' })));
    await expect.poll(() => watch.stdout().slice(first)).toContain(`infra/${name} `);
    // Neither the headings nor the pod that has not changed, although its columns are wider now.
    expect(watch.stdout().slice(first)).not.toMatch(/POD|archive-0/);
    watch.child.kill('SIGINT');
    expect(await watch.ended).toEqual([0, null]);
    server.remove('pods', 'infra', name);
  });
});

describe('plexus networks', () => {
  const named = (name: string, labels?: Readonly<Record<string, string>>) => {
    const object = aNadObject(name);
    return { ...object, metadata: { ...object.metadata, ...(labels !== undefined && { labels }) } };
  };
  beforeAll(() => {
    server.put('network-attachment-definitions', named('blue', { team: 'data', tier: 'test' }));
    server.put('network-attachment-definitions', named('plain'));
  });
  afterAll(() => {
    for (const name of ['blue', 'plain']) server.remove('network-attachment-definitions', 'shop', name);
  });

  it('selects networks by label, and counts the pods of all', async () => {
    server.put('pods', podObject(aPodSummary('user', { namespace: 'infra', asks: 'shop/blue' })));
    try {
      expect((await plexus('networks', '-l', 'team=data,tier!=prod', '-o', 'name')).stdout).toBe('shop/blue\n');
      const { stdout } = await plexus('networks', '-l', 'team in (data)', '-n', 'shop', '-o', 'json');
      expect(JSON.parse(stdout)).toMatchObject([{ name: 'shop/blue', kind: 'definition', pods: 1 }]);
    } finally {
      server.remove('pods', 'infra', 'user');
    }
    expect((await plexus('networks', '-l', 'team=none')).stdout).toBe('no networks\n');
    expect(await plexus('networks', '-l', 'team data')).toMatchObject({ code: 2, stdout: '' });
  });

  it('prints with --watch the rows that change, until it is interrupted', async () => {
    using watch = startProgram('plexus', ['networks', '-l', 'team=data', '-w'], env());
    await expect.poll(watch.stdout).toMatch(/^NETWORK .*\nshop\/blue .*\n$/);
    const first = watch.stdout().length;
    const later = (): readonly string[] => watch.stdout().slice(first).split('\n').slice(0, -1);
    server.put('network-attachment-definitions', named('other', { team: 'web' }));
    server.put('network-attachment-definitions', named('red', { team: 'data' }));
    await expect.poll(later).toEqual([expect.stringMatching(/^shop\/red /)]);
    server.put('pods', podObject(aPodSummary('user', { namespace: 'infra', asks: 'shop/blue' })));
    await expect.poll(later).toHaveLength(2);
    expect(later()[1]).toMatch(/^shop\/blue .* 1 /);
    watch.child.kill('SIGINT');
    expect(await watch.ended).toEqual([0, null]);
    server.remove('pods', 'infra', 'user');
    for (const name of ['other', 'red']) server.remove('network-attachment-definitions', 'shop', name);
  });
});

it('plexus networks prints names and ages', async () => {
  expect((await plexus('networks', '-o', 'name')).stdout).toMatch(/^cluster-net\ninfra\/backup\n/);
  expect((await plexus('networks')).stdout).toMatch(/^NETWORK .* AGE\n(.*\n)*infra\/backup .* 3h\n/);
});

it.each([
  { words: ['pods'], status: 2 },
  { words: ['plan', 'shop/db-0'], status: 1 },
  { words: ['attach', 'shop/db-0', 'storage'], status: 1 },
  { words: ['detach', 'shop/db-0', 'net1'], status: 1 },
])('plexus $words.0 gives up after the time of --request-timeout', async ({ words, status }) => {
  const release = server.faults.hang();
  try {
    const { code, stderr } = await plexus(...words, '--request-timeout', '1s');
    expect([code, stderr]).toEqual([status, expect.stringContaining('PLX-API-UNAVAILABLE')]);
    // The fix is for the person who runs the command, not for a call of the runtime.
    expect(stderr).toContain('run the command again');
    expect(stderr).not.toContain('the runtime retries');
  } finally {
    release();
  }
});

it('plexus ui refuses --request-timeout, because it has no time limit', async () => {
  const { code, stderr } = await plexus('ui', '--request-timeout', '1s');
  expect([code, stderr]).toEqual([2, expect.stringMatching(/request-?timeout/i)]);
});

it('--as impersonates a user in every request', async () => {
  const file = join(folder.path, 'config');
  const credentials = await (await loadCredentials({ kind: 'kubeconfig', file, as: 'jane' })).current();
  expect((await credentials.options()).headers).toMatchObject({ 'Impersonate-User': 'jane' });
  expect((await plexus('networks', '--as', 'jane', '-o', 'name')).stdout).toContain('infra/backup');
});
