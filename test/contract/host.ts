import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { operationCancelled } from '../../src/errors/index.ts';
import type { DefaultRouteEntry, Family, Host, PluginRun } from '../../src/host/index.ts';
import { type Netns, createNetns } from '../support/netns.ts';
import { patience } from '../support/patience.ts';

// A host may reject variables other than those of CNI, so tests use these to control plugins.
const callEnv = { PATH: '/usr/bin:/bin', CNI_COMMAND: 'ADD' };

/** The requirements for every host, with real plugins and real namespaces. */
export function testHost(makeHost: () => Host): void {
  describe('a host runs plugins', () => testPlugins(makeHost));
  describe('a host looks into namespaces', () => testLinks(makeHost));
  describe('a host sets default routes', () => testRoutes(makeHost));
}

function testPlugins(makeHost: () => Host): void {
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'plexus-host-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const put = (name: string, script: string, mode = 0o755): Promise<void> =>
    writeFile(join(folder, name), `#!/bin/sh\n${script}\n`, { mode });
  const run = (change: Partial<PluginRun> = {}, signal = patience()) =>
    makeHost().runPlugin({ plugin: 'p', path: [folder], env: callEnv, stdin: '', ...change }, signal);

  it('CNI-55: passes exactly the given environment and stdin', async () => {
    await put('p', 'cat; /usr/bin/env >&2');
    const { exitCode, stdout, stderr } = await run({
      env: { CNI_COMMAND: 'ADD', CNI_ARGS: 'x=y\nz' },
      stdin: 'é'.repeat(100_000),
    });
    expect({ exitCode, stdout: stdout === 'é'.repeat(100_000) }).toEqual({ exitCode: 0, stdout: true });
    // The shell itself sets PWD and _.
    expect(stderr.split('\n').filter((line) => !/^(PWD|_|OLDPWD|SHLVL)=/.test(line))).toEqual(
      expect.arrayContaining(['CNI_COMMAND=ADD', 'CNI_ARGS=x=y', 'z']),
    );
    expect(stderr).not.toContain('HOME=');
  });

  it('CNI-65: returns an exit status other than 0 as a result', async () => {
    await put('p', 'echo out; echo err >&2; exit 7');
    expect(await run()).toEqual({ exitCode: 7, stdout: 'out\n', stderr: 'err\n' });
  });

  it('CNI-65: returns exit status -1 for a signal', async () => {
    await put('p', 'kill -9 $$');
    expect(await run()).toEqual({ exitCode: -1, stdout: '', stderr: '' });
  });

  it('accepts a plugin that never reads its stdin', async () => {
    await put('p', 'exec 0<&-; echo done');
    expect(await run({ stdin: 'x'.repeat(1_000_000) })).toMatchObject({ exitCode: 0, stdout: 'done\n' });
  });

  it('CNI-47: uses the first folder with a file of that name, and follows links', async () => {
    const [first, second] = [join(folder, 'first'), join(folder, 'second')];
    for (const each of [first, second]) await mkdir(each);
    await mkdir(join(first, 'p'));
    await put('target', 'echo linked');
    await symlink('../target', join(second, 'p'));
    await put('p', 'echo last');
    expect(await run({ path: ['', join(folder, 'missing'), first, second, folder] })).toMatchObject({
      stdout: 'linked\n',
    });
  });

  it.each(['absent', '', '.', '..', '../p', '/bin/true', 'a/p', 'p\0'])(
    'CNI-47: reports %j as missing, with the searched folders',
    async (plugin) => {
      await put('p', 'echo ran');
      await expect(run({ plugin, path: ['/opt/none', folder] })).rejects.toMatchObject({
        id: 'PLX-PLUGIN-MISSING',
        message: expect.stringContaining(`/opt/none, ${folder}`) as string,
      });
    },
  );

  it.each([
    { what: 'a file without execute permission', text: '#!/bin/sh\n', mode: 0o644, says: /not executable.*EACCES/ },
    { what: 'a missing interpreter', text: '#!/opt/none/sh\n', mode: 0o755, says: /ENOENT/ },
    { what: 'a file that is not a program', text: 'hello there\n', mode: 0o755, says: /neither a program/ },
    { what: 'a program for another machine', text: '\x7fELFgarbage', mode: 0o755, says: /./ },
  ])('CNI-65: $what is reported with the file', async ({ text, mode, says }) => {
    await writeFile(join(folder, 'p'), text, { mode });
    const outcome = await run().catch((error: unknown) => error);
    // A shell reads the last one as a script and fails, which is an answer of the plugin.
    if (text.startsWith('\x7fELF')) return expect(outcome).not.toMatchObject({ exitCode: 0 });
    expect(outcome).toMatchObject({ id: 'PLX-PLUGIN-NOT-RUNNABLE', message: expect.stringMatching(says) as string });
    expect((outcome as Error).message).toContain(join(folder, 'p'));
  });

  it('reports an environment that is too long for the kernel', async () => {
    await put('p', 'true');
    await expect(run({ env: { ...callEnv, CNI_ARGS: 'x'.repeat(3_000_000) } })).rejects.toMatchObject({
      id: 'PLX-PLUGIN-NOT-RUNNABLE',
    });
  });

  it('kills a plugin with endless output', async () => {
    await put('p', 'echo $$ > "$CNI_ARGS/pid"; exec yes');
    await expect(run({ env: { ...callEnv, CNI_ARGS: folder } })).rejects.toMatchObject({
      id: 'PLX-PLUGIN-OUTPUT-TOO-LONG',
    });
    await expect.poll(() => isAlive(join(folder, 'pid'))).toBe(false);
  });

  it('keeps the end of a long stderr', async () => {
    await put('p', 'yes 2>/dev/null | head -c 1000000 >&2; echo the end >&2; exit 1');
    const { stderr } = await run();
    expect(stderr.length).toBeLessThanOrEqual(64 * 1024);
    expect(stderr.endsWith('the end\n')).toBe(true);
  });

  it('CNI-68: kills the plugin and its children on cancellation', async () => {
    await put('p', 'sleep 1000 & echo $! > "$CNI_ARGS/child"; echo $$ > "$CNI_ARGS/pid"; wait');
    const stop = new AbortController();
    const ended = run({ env: { ...callEnv, CNI_ARGS: folder } }, stop.signal).catch((error: unknown) => error);
    await expect.poll(() => existsSync(join(folder, 'pid'))).toBe(true);
    const reason = operationCancelled({ command: 'ADD', reason: 'test' });
    stop.abort(reason);
    expect(await ended).toBe(reason);
    expect(await isAlive(join(folder, 'pid'))).toBe(false);
    await expect.poll(() => isAlive(join(folder, 'child'))).toBe(false);
  });

  it.each(['before', 'while'])('CNI-68: reports a cancellation for any reason (%s it runs)', async (when) => {
    await put('p', 'touch "$CNI_ARGS/ran"; sleep 1000');
    const stop = new AbortController();
    if (when === 'before') stop.abort('enough');
    const ended = run({ env: { ...callEnv, CNI_ARGS: folder } }, stop.signal).catch((error: unknown) => error);
    if (when === 'while') await expect.poll(() => existsSync(join(folder, 'ran'))).toBe(true);
    stop.abort('enough');
    expect(await ended).toMatchObject({
      id: 'PLX-OPERATION-CANCELLED',
      message: expect.stringContaining('enough') as string,
    });
    expect(existsSync(join(folder, 'ran'))).toBe(when === 'while');
  });

  it.each([
    { what: 'in the group', start: 'sleep 1000 &' },
    { what: 'in its own session', start: 'setsid sleep 1000 &' },
  ])('does not wait for a grandchild that keeps the pipes open ($what)', async ({ start }) => {
    await put('p', `${start}\necho $! > "$CNI_ARGS/child"; echo answer`);
    expect(await run({ env: { ...callEnv, CNI_ARGS: folder } })).toMatchObject({ exitCode: 0, stdout: 'answer\n' });
    await endGrandchild(join(folder, 'child'));
  });
}

const pidIn = async (file: string): Promise<number> => Number(await readFile(file, 'utf8'));

// A process in its own session is out of the host's reach, so the test ends it.
async function endGrandchild(pidFile: string): Promise<void> {
  if (await isAlive(pidFile)) process.kill(await pidIn(pidFile), 'SIGKILL');
}

async function isAlive(pidFile: string): Promise<boolean> {
  const stat = await readFile(`/proc/${await pidIn(pidFile)}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/\) Z /.test(stat);
}

function testLinks(makeHost: () => Host): void {
  let netns: Netns;
  beforeEach(async () => void (netns = await createNetns()));
  afterEach(() => netns.remove());

  it('lists links with addresses', async () => {
    await netns.exec([
      'ip',
      'link',
      'add',
      'net1',
      'address',
      '02:00:00:00:00:01',
      'mtu',
      '1400',
      'type',
      'veth',
      'peer',
      'name',
      'peer1',
    ]);
    for (const command of [
      'ip link set net1 up',
      'ip address add 10.0.0.1/24 dev net1',
      'ip address add fd00::1/64 dev net1 nodad',
    ])
      await netns.exec(command.split(' '));
    const links = await makeHost().listLinks(netns.path, patience());
    expect(links.map(({ name }) => name)).toEqual(['lo', 'peer1', 'net1']);
    expect(links[2]).toMatchObject({ name: 'net1', mac: '02:00:00:00:00:01', mtu: 1400, up: true });
    expect(links[2]?.addresses).toEqual(expect.arrayContaining(['10.0.0.1/24', 'fd00::1/64']));
    expect(links[1]).toMatchObject({ up: false, addresses: [] });
  });

  it.each(['/run/netns/none', '/run', '/etc/hostname', '/proc/self/ns/mnt', '/dev/null', ''])(
    'reports that %j is not a namespace',
    async (path) => {
      await expect(makeHost().listLinks(path, patience())).rejects.toMatchObject({ id: 'PLX-NETNS-UNUSABLE' });
      const target = { netns: path, interfaceName: 'lo', family: 4 } as const;
      await expect(makeHost().setDefaultRoutes(target, [{ gateway: '10.0.0.1' }], patience())).rejects.toMatchObject({
        id: 'PLX-NETNS-UNUSABLE',
      });
    },
  );

  it('stops on cancellation', async () => {
    await expect(makeHost().listLinks(netns.path, AbortSignal.abort('enough'))).rejects.toMatchObject({
      id: 'PLX-OPERATION-CANCELLED',
    });
  });
}

const gateways = { 4: ['10.0.0.254', '10.0.0.253'], 6: ['fd00::fe', 'fd00::fd'] } as const;

function testRoutes(makeHost: () => Host): void {
  let netns: Netns;
  beforeEach(async () => {
    netns = await createNetns();
    for (const [link, peer, subnet] of [['net1', 'peer1', 0] as const, ['net2', 'peer2', 1] as const]) {
      await netns.exec(['ip', 'link', 'add', link, 'type', 'veth', 'peer', 'name', peer]);
      for (const each of [link, peer]) await netns.exec(['ip', 'link', 'set', each, 'up']);
      await netns.exec(['ip', 'address', 'add', `10.0.${subnet}.1/24`, 'dev', link]);
      await netns.exec(['ip', 'address', 'add', `fd0${subnet}::1/64`, 'dev', link, 'nodad']);
    }
  });
  afterEach(() => netns.remove());

  const target = (family: Family, interfaceName = 'net1') => ({ netns: netns.path, interfaceName, family });
  const shown = (family: Family, interfaceName?: string) =>
    makeHost().defaultRoutes(target(family, interfaceName), patience());
  const ip = (command: string) => netns.exec(['ip', ...command.split(' ')]);
  const strongest = { 4: undefined, 6: 1024 } as const;

  describe.each([4, 6] as const)('IPv%i', (family) => {
    const [gateway, other] = gateways[family];
    const far = family === 4 ? '10.0.1.254' : 'fd01::fe';
    const metric = strongest[family];
    const plain: DefaultRouteEntry = { gateway, ...(metric !== undefined && { metric }) };
    const set = (routes: readonly DefaultRouteEntry[], interfaceName?: string) =>
      makeHost().setDefaultRoutes(target(family, interfaceName), routes, patience());

    it('sets, sets again, changes and removes default routes', async () => {
      for (const routes of [
        [{ gateway }],
        [{ gateway }],
        [{ gateway: other }],
        [{ gateway }, { gateway: other, metric: 5000 }],
        [],
      ]) {
        await set(routes);
        expect(await shown(family)).toEqual(
          routes.map((route) => ({ ...(metric !== undefined && { metric }), ...route })),
        );
      }
    });

    it('removes routes with other metrics, and keeps other interfaces and tables', async () => {
      for (const words of [
        `via ${gateway} metric 300`,
        `via ${other} metric 200`,
        'dev net1 metric 400',
        `via ${far} metric 500`,
        `via ${gateway} table 77`,
      ])
        await ip(`-${family} route add default ${words}`);
      await set([{ gateway: other }]);
      expect(await shown(family)).toEqual([{ ...plain, gateway: other }]);
      expect(await shown(family, 'net2')).toEqual([{ gateway: far, metric: 500 }]);
      expect(await ip(`-${family} route show table 77`)).toContain(gateway);
    });

    it('removes the interface from a multipath route', async () => {
      await ip(`-${family} route add default metric 50 nexthop via ${gateway} dev net1 nexthop via ${far} dev net2`);
      expect(await shown(family)).toEqual([{ gateway, metric: 50 }]);
      await set([]);
      expect(await shown(family)).toEqual([]);
      expect(await shown(family, 'net2')).toEqual([{ gateway: far, metric: 50 }]);
    });

    it('removes a multipath route whose next hops all use the interface', async () => {
      await ip(`-${family} route add default metric 50 nexthop via ${gateway} dev net1 nexthop via ${other} dev net1`);
      await set([{ gateway }]);
      expect(await shown(family)).toEqual([plain]);
    });

    it('does not interrupt a route that is already correct', async () => {
      await ip(`-${family} route add default via ${gateway} dev net1 proto 99`);
      await set([{ gateway }, { gateway: other, metric: 2000 }]);
      expect(await ip(`-${family} route show default proto 99`)).toContain(gateway);
    });

    it('reports why a gateway cannot be used, with the existing addresses', async () => {
      await expect(set([{ gateway: family === 4 ? '192.0.2.1' : '2001:db8::1' }])).rejects.toMatchObject({
        id: 'PLX-ROUTES-FAILED',
        message: expect.stringMatching(
          family === 4 ? /invalid gateway.*10\.0\.0\.1\/24/s : /No route to host.*fd00::1\/64/s,
        ) as string,
      });
    });

    it('reports another interface’s route of the same metric', async () => {
      await ip(`-${family} route add default via ${far} dev net2`);
      await expect(set([{ gateway }])).rejects.toMatchObject({
        id: 'PLX-ROUTES-FAILED',
        message: expect.stringContaining('File exists') as string,
      });
    });

    it('reports a missing interface', async () => {
      await expect(set([{ gateway }], 'none')).rejects.toMatchObject({
        id: 'PLX-ROUTES-FAILED',
        message: expect.stringContaining('"none"') as string,
      });
    });
  });

  it('sets an IPv4 route through an IPv6 gateway', async () => {
    await makeHost().setDefaultRoutes(target(4), [{ gateway: 'fd00::fe' }], patience());
    expect(await shown(4)).toEqual([{ gateway: 'fd00::fe' }]);
    await makeHost().setDefaultRoutes(target(4), [], patience());
    expect(await shown(4)).toEqual([]);
  });

  it('reports that IPv6 is disabled', async () => {
    await netns.exec(['sysctl', '-qw', 'net.ipv6.conf.net1.disable_ipv6=1']);
    await expect(makeHost().setDefaultRoutes(target(6), [{ gateway: 'fd00::fe' }], patience())).rejects.toMatchObject({
      id: 'PLX-ROUTES-FAILED',
      message: expect.stringContaining('IPv6 may be disabled') as string,
    });
  });
}
