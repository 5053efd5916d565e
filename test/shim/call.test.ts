import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, readFile } from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { callCni } from '../support/cni-runtime.ts';
import {
  daemonFrame,
  decodeCall,
  decodeHello,
  decodeRan,
  encodeFrame,
  encodeRefused,
  encodeResultFrame,
  encodeWelcome,
} from '../support/link-codec.ts';
import { playDaemon, rawRun } from '../support/played-daemon.ts';
import { errorIn, finish, useShimBench } from '../support/shim-bench.ts';
import { shimBuilds, startShim } from '../support/shim-call.ts';
import { waitFor } from '../support/wait-for.ts';

/** Whether a process has blocked SIGTERM. */
async function blocksSigterm(pid: number): Promise<boolean> {
  const blocked = /^SigBlk:\s+([0-9a-f]+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return (BigInt(`0x${blocked}`) & (1n << 14n)) !== 0n;
}

describe.each(Object.entries(shimBuilds))('the shim, %s', (_title, shim) => {
  const at = useShimBench(shim);

  describe('without a daemon', () => {
    it.each(['{"cniVersion":"0.4.0"}', '{}', '', 'no json', '{"cniVersion":"9.9.9"}'])(
      'CNI-13: answers VERSION with the same bytes as direct mode: %j',
      async (stdin) => {
        const { stdout, exitCode } = await startShim([shim], { CNI_COMMAND: 'VERSION', PATH: '/bin' }, stdin).ended;
        const direct = await callCni({ command: 'VERSION', config: stdin });
        expect([exitCode, JSON.parse(stdout)]).toEqual([0, JSON.parse(direct.stdout)]);
        expect(stdout.trim()).toBe(direct.stdout.trim());
      },
    );
    it('refuses a call below one of its plugins with code 7', async () => {
      const { stdout } = await at().start('ADD', { PLEXUS_NESTED: '1' }).ended;
      expect(errorIn(stdout)).toMatchObject({ code: 7, msg: expect.stringContaining('PLX-NESTED-CALL') });
    });
    it('refuses a call below a plugin that cleared its environment with code 7', async () => {
      const env = Object.entries({ ...at().callEnv('ADD'), PLEXUS_DAEMON_WAIT_SECONDS: '0.05', PLEXUS_SOCKET: '/x' });
      const words = env.map(([name, value]) => `${name}=${value}`).join(' ');
      await at().plugin('washing', `env -i ${words} sh -c 'setsid ${shim}; exit $?'`);
      const call = at().start('ADD');
      const one = await at().daemon.called();
      const ran = decodeRan((await one.ask(daemonFrame.run, rawRun('washing', at().runEnv('ADD'))))!);
      expect(errorIn(ran.stdout)).toMatchObject({ code: 7, msg: expect.stringContaining('PLX-NESTED-CALL') as string });
      finish(one);
      await call.ended;
    });
    it.each(['FOO', 'add'])('CNI-05: refuses the command %s with the code of direct mode', async (command) => {
      const { stdout, exitCode } = await at().start(command, { PLEXUS_SOCKET: '/nowhere/x.sock' }).ended;
      const direct = errorIn((await callCni({ command, config: '{"cniVersion":"1.0.0"}' })).stdout);
      expect([exitCode, errorIn(stdout)]).toEqual([1, { cniVersion: '1.0.0', code: direct.code, msg: direct.msg }]);
    });
    it('prints what it is when CNI_COMMAND is not set', async () => {
      const { stdout, stderr, exitCode } = await startShim([shim], { PATH: '/bin' }).ended;
      expect([exitCode, stdout, stderr.split(' ')[0]]).toEqual([0, '', 'Plexus']);
    });
    it('refuses a configuration of more than 16 MiB with code 6', async () => {
      const { stdout, exitCode } = await at().start('ADD', {}, ' '.repeat(16 * 1024 * 1024 + 1)).ended;
      expect([exitCode, errorIn(stdout)]).toMatchObject([
        1,
        { code: 6, msg: expect.stringContaining('16777216') as string },
      ]);
    });
    it('answers code 11 at once on SIGTERM while it waits for a daemon', async () => {
      await at().daemon.close();
      const call = at().start('DEL', { PLEXUS_DAEMON_WAIT_SECONDS: '60' });
      await waitFor('its start', () => blocksSigterm(call.child.pid ?? 0));
      call.child.kill('SIGTERM');
      expect(errorIn((await call.ended).stdout)).toMatchObject({
        code: 11,
        msg: expect.stringContaining('ended by a signal') as string,
      });
    });
    it.each([
      { command: 'ADD', code: 11 },
      { command: 'DEL', code: 11 },
      { command: 'CHECK', code: 11 },
      { command: 'GC', code: 11 },
      { command: 'STATUS', code: 50 },
    ])('answers $command with code $code after the configured wait when nothing listens', async ({ command, code }) => {
      const { stdout, exitCode } = await at().start(command, {
        PLEXUS_SOCKET: '/nowhere/x.sock',
        PLEXUS_DAEMON_WAIT_SECONDS: '0.05',
      }).ended;
      expect([exitCode, errorIn(stdout)]).toEqual([
        1,
        expect.objectContaining({ code, msg: expect.stringContaining('PLX-DAEMON-AWAY') }),
      ]);
      expect(stdout).not.toMatch(/not found|no such file/i); // K8S-57
    });
    it('refuses a socket whose listener is not root', async () => {
      const socket = join(at().folder, 'theirs.sock');
      const listen = `require('node:net').createServer().listen(${JSON.stringify(socket)}, () => process.stdout.write('ready'))`;
      await chmod(at().folder, 0o777);
      const theirs = startShim(
        ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, '-e', listen],
        { PATH: '/usr/bin:/bin' },
      );
      await waitFor('their socket', async () => existsSync(socket));
      const { stdout } = await at().start('ADD', { PLEXUS_SOCKET: socket, PLEXUS_DAEMON_WAIT_SECONDS: '5' }).ended;
      theirs.child.kill('SIGKILL');
      await theirs.ended;
      expect(errorIn(stdout)).toMatchObject({
        code: 11,
        msg: expect.stringContaining("the listening process is not root's"),
      });
    });
  });

  describe('with a daemon', () => {
    it('sends version, CNI_PATH, the variables of CNI and tracing, and stdin unchanged', async () => {
      const call = at().start(
        'ADD',
        { SECRET: 'x', LD_PRELOAD: '', TRACEPARENT: '00-1-2-01' },
        '{"name":"n","big":12345678901234567890}',
      );
      const one = await at().daemon.connection();
      const hello = await one.next();
      expect(hello && decodeHello(hello)).toMatchObject({
        version: { major: 1, minor: 1 },
        role: 'call',
        path: [at().bin],
      });
      one.send(encodeWelcome({ major: 1, minor: 0 }, 'played'));
      const frame = await one.next();
      const { env, stdin, netnsIsHost } = decodeCall(frame!);
      expect(Object.keys(env).toSorted()).toEqual([
        'CNI_ARGS',
        'CNI_COMMAND',
        'CNI_CONTAINERID',
        'CNI_IFNAME',
        'CNI_NETNS',
        'CNI_PATH',
        'PATH',
        'TRACEPARENT',
      ]);
      expect([stdin, netnsIsHost]).toEqual(['{"name":"n","big":12345678901234567890}', false]);
      one.send(encodeResultFrame(1, '{"code":7}\n'));
      expect(await call.ended).toMatchObject({ exitCode: 1, stdout: '{"code":7}\n', stderr: '' });
    });
    it('sends a configuration that is not JSON: the daemon reports the problem', async () => {
      const call = at().start('ADD', {}, '{"name":');
      const one = await at().daemon.called();
      expect(decodeCall(one.call).stdin).toBe('{"name":');
      finish(one);
      await call.ended;
    });
    it('CNI-20: reports that CNI_NETNS is the node’s network namespace', async () => {
      const call = at().start('ADD', { CNI_NETNS: '/proc/self/ns/net' });
      const one = await at().daemon.called();
      expect(decodeCall(one.call).netnsIsHost).toBe(true);
      finish(one);
      await call.ended;
    });
    it('sends the call to a daemon that starts while it waits', async () => {
      await at().daemon.close();
      const call = at().start('ADD', { PLEXUS_DAEMON_WAIT_SECONDS: '30' });
      at().daemon = await playDaemon(at().daemon.socket);
      finish(await at().daemon.called());
      expect(await call.ended).toMatchObject({ exitCode: 0, stdout: 'done\n' });
    });
    it.each(['ADD', 'DEL'])(
      'sends %s to the next daemon when the connection is lost before WELCOME',
      async (command) => {
        const call = at().start(command);
        (await at().daemon.connection()).end();
        finish(await at().daemon.called());
        expect(await call.ended).toMatchObject({ exitCode: 0, stdout: 'done\n' });
      },
    );
    it.each(['ADD', 'DEL'])('backs off while a daemon closes every connection: %s', async (command) => {
      await at().daemon.close();
      let connections = 0;
      const server = net.createServer((client) => {
        connections++;
        client.on('error', () => {}).destroy();
      });
      await once(server.listen(at().daemon.socket), 'listening');
      const { stdout } = await at().start(command, { PLEXUS_DAEMON_WAIT_SECONDS: '0.5' }).ended;
      server.close();
      at().daemon = await playDaemon(at().daemon.socket);
      expect(errorIn(stdout)).toMatchObject({ code: 11, msg: expect.stringContaining('PLX-DAEMON-AWAY') as string });
      expect(connections).toBeGreaterThan(1);
      expect(connections).toBeLessThan(15);
    });
    it('rejects a daemon of another major version and names both versions', async () => {
      const call = at().start('ADD');
      const one = await at().daemon.connection();
      one.send(encodeWelcome({ major: 2, minor: 3 }, 'plexus 9.9'));
      expect(errorIn((await call.ended).stdout)).toMatchObject({
        code: 11,
        msg: expect.stringMatching(/PLX-LINK-MISMATCH.*plexus 9\.9.*2\.3.*1\.0/),
      });
    });
    it('accepts a later minor version, which may append values to messages', async () => {
      const call = at().start('ADD');
      const one = await at().daemon.connection();
      one.send(
        encodeFrame(
          daemonFrame.welcome,
          0,
          Buffer.concat([encodeWelcome({ major: 1, minor: 9 }, 'later').subarray(9), Buffer.from('more')]),
        ),
      );
      await one.next();
      await one.next();
      finish(one);
      expect(await call.ended).toMatchObject({ exitCode: 0 });
    });
    it('reports the reason of REFUSED', async () => {
      const call = at().start('STATUS');
      (await at().daemon.connection()).send(encodeRefused('because'));
      expect(errorIn((await call.ended).stdout)).toMatchObject({ code: 50, msg: expect.stringContaining('because') });
    });
    it('reports a reason of REFUSED that has an ID unchanged', async () => {
      const call = at().start('ADD');
      (await at().daemon.connection()).send(encodeRefused('PLX-DAEMON-BUSY: 7 calls. Wait.'));
      expect(errorIn((await call.ended).stdout)).toMatchObject({ code: 11, msg: 'PLX-DAEMON-BUSY: 7 calls. Wait.' });
    });
    it.each([
      { title: 'a frame that is too long', bytes: Buffer.from([0xff, 0xff, 0xff, 0xff, 67]) },
      { title: 'a frame that is too short', bytes: Buffer.from([0, 0, 0, 1, 67]) },
      { title: 'a request before WELCOME', bytes: encodeFrame(daemonFrame.kill, 1) },
      {
        title: 'a result that is cut off',
        bytes: Buffer.concat([
          encodeWelcome({ major: 1, minor: 0 }, 'x'),
          encodeFrame(daemonFrame.result, 0, Buffer.from([0, 0, 0, 0, 9])),
        ]),
      },
    ])('ends with an error on $title', async ({ bytes }) => {
      const call = at().start('ADD');
      (await at().daemon.connection()).send(bytes);
      expect(errorIn((await call.ended).stdout).code).toBe(11);
    });
  });
});
