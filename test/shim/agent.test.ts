import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { daemonFrame, decodeFailed, decodeHello, decodeRan, encodeFrame, encodeRefused, encodeWelcome, failReason } from '../support/link-codec.ts';
import { type PlayedConnection, rawRun } from '../support/played-daemon.ts';
import { running, useShimBench } from '../support/shim-bench.ts';
import { shimBuilds, startShim } from '../support/shim-call.ts';
import { waitFor } from '../support/wait-for.ts';

describe.each(Object.entries(shimBuilds))('the program on the host as agent, %s', (_title, shim) => {
  const at = useShimBench(shim);
  const start = () => startShim([shim, 'host-agent', '--socket', at().daemon.socket, '--cni-path', at().bin], { PATH: '/usr/bin:/bin' });
  const stop = async (agent: ReturnType<typeof start>): Promise<void> => {
    agent.child.kill('SIGTERM');
    expect(await agent.ended).toMatchObject({ exitCode: 0, stdout: '' });
  };
  /** The next connection, greeted. */
  async function greeted(): Promise<PlayedConnection> {
    const one = await at().daemon.connection();
    const hello = await one.next();
    expect(hello && decodeHello(hello)).toMatchObject({ role: 'agent', path: [at().bin] });
    one.send(encodeWelcome({ major: 1, minor: 0 }, 'played'));
    return one;
  }
  const sleepers = (): Promise<number> => running('sleep 1000', `CNI_NETNS=${at().netns}`);
  async function startStuckPlugin(one: PlayedConnection): Promise<void> {
    await at().plugin('stuck', 'sleep 1000 & exec sleep 1000');
    one.send(encodeFrame(daemonFrame.run, 1, rawRun('stuck', at().runEnv('DEL'))));
    await waitFor('the plugin', async () => (await sleepers()) === 2);
  }

  it('comes again when the connection is lost', async () => {
    const agent = start();
    for (let times = 0; times < 3; times++) (await greeted()).end();
    await greeted();
    await stop(agent);
  });

  it('comes again after something that is no frame; what it ran is killed', async () => {
    const agent = start();
    const one = await greeted();
    await startStuckPlugin(one);
    one.send(Buffer.alloc(4, 0xff));
    await greeted();
    expect(await sleepers()).toBe(0);
    await stop(agent);
  });

  it('comes again when it is refused, and says why on stderr', async () => {
    const agent = start();
    (await at().daemon.connection()).send(encodeRefused('because'));
    await greeted();
    agent.child.kill('SIGTERM');
    expect((await agent.ended).stderr).toBe('plexus host-agent: because\n');
  });

  it('ends with its plugins at SIGTERM', async () => {
    const agent = start();
    await startStuckPlugin(await greeted());
    await stop(agent);
    await waitFor('the end of the plugin', async () => (await sleepers()) === 0);
  });

  it('killed: its plugins and their children end with it', async () => {
    const agent = start();
    await startStuckPlugin(await greeted());
    agent.child.kill('SIGKILL');
    await agent.ended;
    await waitFor('the end of the plugin', async () => (await sleepers()) === 0);
  });

  it('runs plugins of its folders for any sandbox, but not in the namespace of the node', async () => {
    await at().plugin('mark', `touch ${join(at().folder, 'was-run')}; echo done`);
    const agent = start();
    const one = await greeted();
    const inNode = at()
      .runEnv('DEL')
      .map((each) => (each.startsWith('CNI_NETNS') ? 'CNI_NETNS=/proc/self/ns/net' : each));
    for (const body of [rawRun('mark', inNode), rawRun('../outside', at().runEnv('DEL')), rawRun('mark', [...at().runEnv('DEL'), 'LD_PRELOAD=/x.so'])])
      expect(decodeFailed((await one.ask(daemonFrame.run, body))!)).toMatchObject({ reason: failReason.forbidden });
    expect(existsSync(join(at().folder, 'was-run'))).toBe(false);
    const text = Buffer.from('/proc/self/ns/net');
    expect(decodeFailed((await one.ask(daemonFrame.listLinks, Buffer.concat([Buffer.from([0, 0, 0, text.length]), text])))!).reason).toBe(failReason.forbidden);
    expect(decodeRan((await one.ask(daemonFrame.run, rawRun('mark', at().runEnv('DEL'))))!).stdout).toBe('done\n');
    await stop(agent);
  });
});
