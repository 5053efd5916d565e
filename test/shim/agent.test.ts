import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  daemonFrame,
  decodeFailed,
  decodeHello,
  decodeRan,
  encodeFrame,
  encodeRefused,
  encodeWelcome,
  failReason,
} from '../support/link-codec.ts';
import { createNetns } from '../support/netns.ts';
import { type PlayedConnection, rawRun } from '../support/played-daemon.ts';
import { running, useShimBench } from '../support/shim-bench.ts';
import { shimBuilds, startShim } from '../support/shim-call.ts';
import { waitFor } from '../support/wait-for.ts';

const childrenOf = async (pid: number): Promise<readonly number[]> =>
  (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8'))
    .split(' ')
    .flatMap((each) => (each === '' ? [] : [Number(each)]));

describe.each(Object.entries(shimBuilds))('the shim as host agent, %s', (_title, shim) => {
  const at = useShimBench(shim);
  const start = (...options: readonly string[]) =>
    startShim([shim, 'host-agent', '--socket', at().daemon.socket, '--cni-path', at().bin, ...options], {
      PATH: '/usr/bin:/bin',
    });
  const stop = async (agent: ReturnType<typeof start>): Promise<void> => {
    agent.child.kill('SIGTERM');
    expect(await agent.ended).toMatchObject({ exitCode: 0, stdout: '' });
  };
  /** The next connection, after WELCOME. */
  async function greeted(): Promise<PlayedConnection> {
    const one = await at().daemon.connection();
    const hello = await one.next();
    expect(hello && decodeHello(hello)).toMatchObject({ role: 'agent', path: [at().bin] });
    one.send(encodeWelcome({ major: 1, minor: 0 }, 'played'));
    return one;
  }
  const sleepers = (): Promise<number> => running('sleep 1000', `CNI_PATH=${at().bin}`);
  async function startStuckPlugin(one: PlayedConnection): Promise<void> {
    await at().plugin('stuck', 'sleep 1000 & exec sleep 1000');
    one.send(encodeFrame(daemonFrame.run, 1, rawRun('stuck', at().runEnv('DEL'))));
    await waitFor('the plugin', async () => (await sleepers()) === 2);
  }

  it('reconnects when the connection is lost', async () => {
    const agent = start();
    for (let times = 0; times < 3; times++) (await greeted()).end();
    await greeted();
    await stop(agent);
  });

  it('reconnects after a malformed frame and kills its plugins', async () => {
    const agent = start();
    const one = await greeted();
    await startStuckPlugin(one);
    one.send(Buffer.alloc(4, 0xff));
    await greeted();
    expect(await sleepers()).toBe(0);
    await stop(agent);
  });

  it('reconnects after REFUSED and prints the reason on stderr', async () => {
    const agent = start();
    (await at().daemon.connection()).send(encodeRefused('because'));
    await greeted();
    agent.child.kill('SIGTERM');
    expect((await agent.ended).stderr).toBe('plexus host-agent: because\n');
  });

  it('--root changes the root of all its plugins, and every reconnect still reaches the daemon', async () => {
    const root = join(at().folder, 'root');
    for (const folder of ['bin', 'proc', 'plugins']) await mkdir(join(root, folder), { recursive: true });
    await copyFile('/bin/busybox', join(root, 'bin/busybox'));
    await symlink('busybox', join(root, 'bin/sh'));
    await symlink('/plugins', join(root, 'link')); // absolute links are resolved in the new root
    await writeFile(join(root, 'plugins/look'), '#!/bin/sh\nread -r line </only-here; echo "$line $PWD $0"\n', {
      mode: 0o755,
    });
    await writeFile(join(root, 'only-here'), 'inside\n');
    const agent = startShim(
      [shim, 'host-agent', '--socket', at().daemon.socket, '--root', root, '--cni-path', '/nowhere:/link'],
      {
        PATH: '/usr/bin:/bin',
        ASAN_OPTIONS: 'detect_leaks=0', // which needs /proc
      },
    );
    for (let times = 0; times < 2; times++) {
      const one = await at().daemon.connection();
      await one.next();
      one.send(encodeWelcome({ major: 1, minor: 0 }, 'played'));
      const ran = await one.ask(daemonFrame.run, rawRun('look', ['CNI_COMMAND=DEL', 'CNI_CONTAINERID=c1']));
      expect(ran && decodeRan(ran)).toMatchObject({ exitCode: 0, stdout: 'inside / /link/look\n' });
      one.end();
    }
    await stop(agent);
  });

  it.each([
    { option: '--root', path: '/nowhere/at/all' },
    { option: '--socket', path: '/nowhere/at/all/x.sock' },
  ])('prints that the value of $option cannot be used, and exits', async ({ option, path }) => {
    const { exitCode, stderr } = await startShim([shim, 'host-agent', '--socket', at().daemon.socket, option, path], {
      PATH: '/usr/bin:/bin',
    }).ended;
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringMatching(/^plexus host-agent: cannot use \/nowhere\/at\/all: No such file or directory\n$/),
    ]);
  });

  it('ends itself and its plugins on SIGTERM', async () => {
    const agent = start();
    await startStuckPlugin(await greeted());
    await stop(agent);
    await waitFor('the end of the plugin', async () => (await sleepers()) === 0);
  });

  it('reaps processes that plugins left behind, as PID 1 of a container', async () => {
    const words = [shim, 'host-agent', '--socket', at().daemon.socket, '--cni-path', at().bin];
    const agent = startShim(['unshare', '--pid', '--fork', '--kill-child', ...words], { PATH: '/usr/bin:/bin' });
    const one = await greeted();
    await at().plugin('leaves', '(sleep 0.1 >/dev/null 2>&1 </dev/null &) ; true');
    for (let id = 1; id <= 20; id++) one.send(encodeFrame(daemonFrame.run, id, rawRun('leaves', at().runEnv('DEL'))));
    for (let id = 1; id <= 20; id++) expect(decodeRan((await one.next())!)).toMatchObject({ exitCode: 0 });
    const [inner] = await childrenOf(agent.child.pid ?? 0);
    await waitFor('no child', async () => (await childrenOf(inner ?? 0)).length === 0);
    agent.child.kill('SIGKILL');
    await agent.ended;
  });

  it('handles a signal while plugins of a lost connection finish', async () => {
    const agent = start();
    const one = await greeted();
    await startStuckPlugin(one);
    one.end();
    expect(await one.next()).toBeUndefined(); // the agent has closed the connection
    await stop(agent);
    expect(await sleepers()).toBe(0);
  });

  it('its plugins and their children end soon after it is killed', async () => {
    const agent = start();
    await startStuckPlugin(await greeted());
    agent.child.kill('SIGKILL');
    await agent.ended;
    await waitFor('the end of the plugin', async () => (await sleepers()) === 0);
  });

  const withNetns = (command: string, path: string): readonly string[] =>
    at()
      .runEnv(command)
      .map((each) => (each.startsWith('CNI_NETNS') ? `CNI_NETNS=${path}` : each));

  it('runs plugins for ADD in a namespace that only root can replace, with its own path', async () => {
    await at().plugin('mark', 'echo "$CNI_COMMAND $CNI_NETNS"');
    const netns = await createNetns();
    const link = join(at().folder, 'link');
    await symlink(netns.path, link);
    const agent = start();
    const one = await greeted();
    const ran = await one.ask(daemonFrame.run, rawRun('mark', withNetns('ADD', netns.path)));
    expect(ran && decodeRan(ran)).toMatchObject({ exitCode: 0, stdout: `ADD ${netns.path}\n` });
    for (const path of [link, '/proc/1/ns/net', '/proc/self/ns/net', '', '/run/netns/', '/run/netns/../netns/x'])
      expect(await at().failureOf(one, rawRun('mark', withNetns('ADD', path)))).toMatchObject({
        reason: failReason.forbidden,
      });
    expect(await at().failureOf(one, rawRun('mark', withNetns('ADD', '/run/netns/absent')))).toMatchObject({
      reason: failReason.netns,
    });
    for (const command of ['CHECK', 'GC', 'STATUS'])
      expect(await at().failureOf(one, rawRun('mark', at().runEnv(command)))).toMatchObject({
        reason: failReason.forbidden,
      });
    await stop(agent);
    await netns.remove();
  });

  it('with --hot-plug off, runs plugins for DEL of any sandbox, for no other command, and never in the node’s network namespace', async () => {
    await at().plugin('mark', `touch ${join(at().folder, 'was-run')}; echo done`);
    const agent = start('--hot-plug', 'off');
    const one = await greeted();
    const inNode = withNetns('DEL', '/proc/self/ns/net');
    const refused = [
      rawRun('mark', inNode),
      rawRun('../outside', at().runEnv('DEL')),
      rawRun('mark', [...at().runEnv('DEL'), 'LD_PRELOAD=/x.so']),
      ...['ADD', 'CHECK', 'GC', 'STATUS'].map((command) => rawRun('mark', at().runEnv(command))),
    ];
    for (const body of refused)
      expect(decodeFailed((await one.ask(daemonFrame.run, body))!)).toMatchObject({ reason: failReason.forbidden });
    expect(existsSync(join(at().folder, 'was-run'))).toBe(false);
    const text = Buffer.from('/proc/self/ns/net');
    expect(
      decodeFailed((await one.ask(daemonFrame.listLinks, Buffer.concat([Buffer.from([0, 0, 0, text.length]), text])))!)
        .reason,
    ).toBe(failReason.forbidden);
    expect(decodeRan((await one.ask(daemonFrame.run, rawRun('mark', at().runEnv('DEL'))))!).stdout).toBe('done\n');
    await stop(agent);
  });
});
