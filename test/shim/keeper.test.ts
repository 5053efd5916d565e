import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { daemonFrame, decodeFailed, decodeRan, encodeFrame, encodeWelcome, failReason } from '../support/link-codec.ts';
import { rawRun } from '../support/played-daemon.ts';
import { finish, running, useShimBench } from '../support/shim-bench.ts';
import { shimBuilds, startShim } from '../support/shim-call.ts';
import { waitFor } from '../support/wait-for.ts';

// like a daemon: in its own session, with an ended parent, and without the plugin's pipes
const daemonize = (command: string): string => `(setsid sh -c '${command}' >/dev/null 2>&1 </dev/null &)`;

describe.each(Object.entries(shimBuilds))('a process that a plugin started, %s', (_title, shim) => {
  const at = useShimBench(shim);
  const pidFile = (): string => join(at().folder, 'pid');
  const isAlive = async (): Promise<boolean> => {
    const pid = (await readFile(pidFile(), 'utf8')).trim();
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    return stat !== '' && !stat.includes(') Z ');
  };
  const begun = (): Promise<void> =>
    waitFor('the process', async () => existsSync(pidFile()) && (await readFile(pidFile(), 'utf8')).endsWith('\n'));
  const daemonOf = (): string => daemonize(`echo $$ >${pidFile()}; exec sleep 1000`);
  const untilBegun = (): string => `until [ -s ${pidFile()} ]; do sleep 0.01; done`;
  /** Ends processes that a test left running on purpose. */
  const endIt = async (): Promise<void> => {
    const pid = Number(await readFile(pidFile(), 'utf8'));
    expect(pid).toBeGreaterThan(1);
    process.kill(pid, 'SIGKILL');
  };

  it.each([
    { title: 'at its deadline', deadline: 3000, reason: failReason.deadline },
    { title: 'at KILL', deadline: 0, reason: failReason.killed },
  ])('is killed with the plugin $title, also in its own session', async ({ deadline, reason }) => {
    await at().plugin('leaves', `${daemonOf()}; exec sleep 1000`);
    const call = at().start('ADD');
    const one = await at().daemon.called();
    one.send(encodeFrame(daemonFrame.run, 5, rawRun('leaves', at().runEnv('ADD'), '{}', deadline)));
    await begun();
    if (deadline === 0) one.send(encodeFrame(daemonFrame.kill, 5));
    expect(decodeFailed((await one.next())!)).toMatchObject({ reason });
    expect(await isAlive()).toBe(false);
    finish(one);
    await call.ended;
  });
  it('is killed when the plugin prints too much', async () => {
    await at().plugin('leaves', `${daemonOf()}; ${untilBegun()}; exec yes`);
    const call = at().start('ADD');
    const one = await at().daemon.called();
    expect(await at().failureOf(one, rawRun('leaves', at().runEnv('ADD')))).toMatchObject({
      reason: failReason.tooLong,
    });
    expect(await isAlive()).toBe(false);
    finish(one);
    await call.ended;
  });
  it.each(['exit 1', 'kill -9 $$'])('is killed when the plugin fails: %s', async (end) => {
    await at().plugin('leaves', `${daemonOf()}; ${untilBegun()}; ${end}`);
    const call = at().start('ADD');
    const one = await at().daemon.called();
    expect(decodeRan((await one.ask(daemonFrame.run, rawRun('leaves', at().runEnv('ADD'))))!).exitCode).not.toBe(0);
    expect(await isAlive()).toBe(false);
    finish(one);
    await call.ended;
  });
  it('is killed when it keeps the pipes of an ended plugin open', async () => {
    await at().plugin('leaves', `setsid sh -c 'echo $$ >${pidFile()}; exec sleep 1000' & ${untilBegun()}; echo done`);
    const call = at().start('ADD');
    const one = await at().daemon.called();
    expect(decodeRan((await one.ask(daemonFrame.run, rawRun('leaves', at().runEnv('ADD'))))!)).toMatchObject({
      exitCode: 0,
      stdout: 'done\n',
    });
    expect(await isAlive()).toBe(false);
    finish(one);
    await call.ended;
  });
  it('keeps running after a plugin that succeeded, as with libcni', async () => {
    await at().plugin('leaves', `${daemonOf()}; ${untilBegun()}; echo done`);
    const call = at().start('ADD');
    const one = await at().daemon.called();
    expect(decodeRan((await one.ask(daemonFrame.run, rawRun('leaves', at().runEnv('ADD'))))!)).toMatchObject({
      exitCode: 0,
      stdout: 'done\n',
    });
    finish(one);
    await call.ended;
    expect(await isAlive()).toBe(true);
    await endIt();
  });
  it('is killed when the shim is killed, and the connection to the daemon lasts until then', async () => {
    await at().plugin('leaves', `${daemonOf()}; exec sleep 1000`);
    const call = at().start('ADD');
    const one = await at().daemon.called();
    one.send(encodeFrame(daemonFrame.run, 5, rawRun('leaves', at().runEnv('ADD'))));
    await begun();
    const ended = one.next();
    call.child.kill('SIGKILL');
    await call.ended;
    expect(await ended).toBeUndefined();
    expect([await isAlive(), await running('sleep 1000', `CNI_PATH=${at().bin}`)]).toEqual([false, 0]);
  });
  it('is killed even if the plugin has stopped its keeper', async () => {
    await at().plugin('leaves', 'kill -STOP $PPID; echo $$ >$CNI_ARGS; exec sleep 1000');
    const call = at().start('ADD');
    const one = await at().daemon.called();
    one.send(encodeFrame(daemonFrame.run, 5, rawRun('leaves', [...at().runEnv('ADD'), `CNI_ARGS=${pidFile()}`])));
    await begun();
    one.send(encodeFrame(daemonFrame.kill, 5));
    expect(decodeFailed((await one.next())!)).toMatchObject({ reason: failReason.killed });
    await waitFor('its end', async () => !(await isAlive()));
    finish(one);
    await call.ended;
  });
  it('makes its keeper unavailable for other plugins, which otherwise share one', async () => {
    await at().plugin('parent', 'echo $PPID');
    await at().plugin('leaves', `${daemonOf()}; ${untilBegun()}; echo $PPID`);
    const call = at().start('ADD');
    const one = await at().daemon.called();
    const keepers: string[] = [];
    for (const plugin of ['parent', 'parent', 'leaves', 'parent']) {
      const answer = await one.ask(daemonFrame.run, rawRun(plugin, at().runEnv('ADD')));
      keepers.push(decodeRan(answer!).stdout.trim());
    }
    const [first, second, third, fourth] = keepers;
    expect([second, third]).toEqual([first, first]);
    expect(fourth).not.toBe(first);
    expect(await isAlive()).toBe(true);
    finish(one);
    await call.ended;
    expect(await isAlive()).toBe(true);
    await endIt();
  });
  it('is the only process that an agent in another PID namespace than its /proc kills', async () => {
    await at().plugin('leaves', `${daemonOf()}; exec sleep 1000`);
    const words = [
      'unshare',
      '--pid',
      '--fork',
      '--kill-child',
      shim,
      'host-agent',
      '--socket',
      at().daemon.socket,
      '--cni-path',
      at().bin,
    ];
    const bystander = startShim(['sleep', '1000'], { PATH: '/usr/bin:/bin', OF: at().folder });
    const agent = startShim(words, { PATH: '/usr/bin:/bin' });
    const one = await at().daemon.connection();
    await one.next();
    one.send(encodeWelcome({ major: 1, minor: 0 }, 'played'));
    one.send(encodeFrame(daemonFrame.run, 5, rawRun('leaves', at().runEnv('DEL'))));
    await begun();
    one.send(encodeFrame(daemonFrame.kill, 5));
    expect(decodeFailed((await one.next())!)).toMatchObject({ reason: failReason.killed });
    expect(await running('sleep 1000', `CNI_PATH=${at().bin}`)).toBe(0);
    expect(await running('sleep 1000', `OF=${at().folder}`)).toBe(1);
    agent.child.kill('SIGKILL');
    await agent.ended;
    bystander.child.kill('SIGKILL');
  });
});
