import { copyFile, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeCall, decodeHello, frameReader, shimFrame } from '../support/link-codec.ts';
import { hostFileFor } from '../support/host-file.ts';
import type { PlayedConnection } from '../support/played-daemon.ts';
import { errorIn, useShimBench } from '../support/shim-bench.ts';
import { shimBuilds, startShim } from '../support/shim-call.ts';

const keptIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder)).filter((name) => name !== '.open');

describe.each(Object.entries(shimBuilds))('the shim, %s', (_title, shim) => {
  const at = useShimBench(shim);
  const configuration = (): string =>
    JSON.stringify({ cniVersion: '1.0.0', name: 'n', cniDir: join(at().folder, 'state') });
  const keeping = async (): Promise<string> => {
    const folder = join(at().folder, 'state/deferred');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, '.open'), '');
    return folder;
  };

  describe('while no daemon answers', () => {
    const away = { PLEXUS_SOCKET: '/nowhere/x.sock', PLEXUS_DAEMON_WAIT_SECONDS: '0.05' };
    it('defers a DEL as the frames of the call and answers success', async () => {
      const folder = await keeping();
      const stdin = configuration();
      expect(await at().start('DEL', { ...away, SECRET: 'x' }, stdin).ended).toMatchObject({
        exitCode: 0,
        stdout: '',
        stderr: '',
      });
      expect(await keptIn(folder)).toEqual(['c1@eth0.call']);
      expect((await stat(join(folder, 'c1@eth0.call'))).mode & 0o777).toBe(0o600);
      const [hello, call, ...more] = frameReader().push(await readFile(join(folder, 'c1@eth0.call')));
      expect([hello && decodeHello(hello).path, more]).toEqual([[at().bin], []]);
      const { env, stdin: kept, netnsIsHost } = decodeCall(call!);
      expect([kept, netnsIsHost, env['CNI_COMMAND'], env['CNI_NETNS'], env['SECRET']]).toEqual([
        stdin,
        false,
        'DEL',
        at().netns,
        undefined,
      ]);
    });
    it('defers a repeated DEL once', async () => {
      const folder = await keeping();
      for (let tries = 0; tries < 3; tries++)
        expect((await at().start('DEL', away, configuration()).ended).exitCode).toBe(0);
      expect(await keptIn(folder)).toEqual(['c1@eth0.call']);
    });
    it('defers no DEL without the file .open and answers code 11', async () => {
      for (const _without of ['a folder', 'that file']) {
        const { exitCode, stdout } = await at().start('DEL', away, configuration()).ended;
        expect([exitCode, errorIn(stdout).code]).toEqual([1, 11]);
        await mkdir(join(at().folder, 'state/deferred'), { recursive: true });
      }
      expect(await readdir(join(at().folder, 'state/deferred'))).toEqual([]);
    });
    it.each(['ADD', 'CHECK', 'GC'])('defers no %s', async (command) => {
      const folder = await keeping();
      expect((await at().start(command, away, configuration()).ended).exitCode).toBe(1);
      expect(await keptIn(folder)).toEqual([]);
    });
    it.each([
      { CNI_CONTAINERID: '../../x' },
      { CNI_CONTAINERID: '..' },
      { CNI_IFNAME: 'a/b' },
      { CNI_IFNAME: '' },
      { CNI_CONTAINERID: 'x'.repeat(300) },
    ])('defers no DEL whose sandbox or interface is no file name: %j', async (names) => {
      await keeping();
      expect((await at().start('DEL', { ...away, ...names }, configuration()).ended).exitCode).toBe(1);
      expect(await readdir(at().folder, { recursive: true })).not.toContainEqual(expect.stringContaining('.call'));
    });
    it('answers code 11 when the deferred call cannot be written', async () => {
      const folder = await keeping();
      await mkdir(join(folder, 'c1@eth0.call')); // nothing can be renamed to that
      expect((await at().start('DEL', away, configuration()).ended).exitCode).toBe(1);
      expect(await keptIn(folder)).toEqual(['c1@eth0.call']);
    });
    it.each(['ADD', 'DEL', 'CHECK', 'GC', 'STATUS'])(
      'falls back to direct mode for %s with environment, stdin, answer and exit status',
      async (command) => {
        await copyFile(shim, join(at().bin, 'plexus'));
        await at().plugin(
          'plexus-direct',
          `echo "$0 $# $CNI_COMMAND $CNI_CONTAINERID $PLEXUS_DAEMON_AWAY"; grep SigBlk /proc/self/status; cat; exit 3`,
        );
        const own = startShim(
          [join(at().bin, 'plexus')],
          {
            PATH: '/usr/bin:/bin',
            CNI_COMMAND: command,
            CNI_CONTAINERID: 'c1',
            CNI_IFNAME: 'eth0',
            CNI_PATH: '/x',
            ...away,
          },
          configuration(),
        );
        const { stdout, exitCode } = await own.ended;
        expect([exitCode, stdout.replaceAll('\t', ' ')]).toEqual([
          3,
          `${at().bin}/plexus-direct 0 ${command} c1 1\nSigBlk: 0000000000000000\n${configuration()}`,
        ]);
      },
    );
    it('does not fall back for an ADD that the daemon has started', async () => {
      await copyFile(shim, join(at().bin, 'plexus'));
      await at().plugin('plexus-direct', 'echo never');
      const env = {
        PATH: '/usr/bin:/bin',
        CNI_COMMAND: 'ADD',
        CNI_CONTAINERID: 'c1',
        CNI_IFNAME: 'eth0',
        CNI_NETNS: at().netns,
        CNI_PATH: '/x',
        PLEXUS_SOCKET: at().daemon.socket,
      };
      const call = startShim(
        [join(at().bin, 'plexus')],
        { ...env, PLEXUS_DAEMON_WAIT_SECONDS: '0.05' },
        configuration(),
      );
      const one = await at().daemon.called();
      await at().daemon.close();
      one.end();
      expect(errorIn((await call.ended).stdout)).toMatchObject({
        code: 11,
        msg: expect.stringContaining('ended during the call') as string,
      });
    });
    it('answers itself when direct mode cannot be executed', async () => {
      await copyFile(shim, join(at().bin, 'plexus'));
      await writeFile(join(at().bin, 'plexus-direct'), 'no program', { mode: 0o755 });
      await keeping();
      const env = {
        ...hostFileFor(configuration()),
        PATH: '/usr/bin:/bin',
        CNI_COMMAND: 'DEL',
        CNI_CONTAINERID: 'c1',
        CNI_IFNAME: 'eth0',
        CNI_PATH: '/x',
        ...away,
      };
      expect((await startShim([join(at().bin, 'plexus')], env, configuration()).ended).exitCode).toBe(0);
    });
  });

  describe('while a daemon accepts connections and does not answer', () => {
    const silent = (): Readonly<Record<string, string>> => ({ PLEXUS_DAEMON_WAIT_SECONDS: '0.05' });
    /** All frames that a daemon reads from a connection after SIGCONT. */
    const framesOf = async (one: PlayedConnection): Promise<readonly number[]> => {
      const types: number[] = [];
      for (let frame = await one.next(); frame !== undefined; frame = await one.next()) types.push(frame.type);
      return types;
    };
    it('defers a DEL without sending the call', async () => {
      const folder = await keeping();
      const call = at().start('DEL', silent(), configuration());
      const one = await at().daemon.connection();
      expect(await call.ended).toMatchObject({ exitCode: 0, stdout: '' });
      expect(await keptIn(folder)).toEqual(['c1@eth0.call']);
      expect(await framesOf(one)).toEqual([shimFrame.hello]);
    });
    it('falls back to direct mode for an ADD without sending the call', async () => {
      await copyFile(shim, join(at().bin, 'plexus'));
      await at().plugin('plexus-direct', 'echo "$CNI_COMMAND"');
      const call = startShim([join(at().bin, 'plexus')], { ...at().callEnv('ADD'), ...silent() }, configuration());
      const one = await at().daemon.connection();
      expect(await call.ended).toMatchObject({ exitCode: 0, stdout: 'ADD\n' });
      expect(await framesOf(one)).toEqual([shimFrame.hello]);
    });
    it('answers code 11 if it can neither fall back nor defer', async () => {
      const { exitCode, stdout } = await at().start('ADD', silent(), configuration()).ended;
      expect([exitCode, errorIn(stdout)]).toEqual([
        1,
        expect.objectContaining({
          code: 11,
          msg: expect.stringContaining('it accepts connections and does not answer') as string,
        }),
      ]);
    });
  });
});
