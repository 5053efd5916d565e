import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  daemonFrame,
  decodeFailed,
  decodeRan,
  encodeFrame,
  encodeResultFrame,
  failReason,
  shimFrame,
} from '../support/link-codec.ts';
import { rawRun } from '../support/played-daemon.ts';
import { errorIn, finish, running, useShimBench } from '../support/shim-bench.ts';
import { withheldVariables } from '../../src/runtime/run-plugin.ts';
import { shimBuilds, startShim } from '../support/shim-call.ts';
import { waitFor } from '../support/wait-for.ts';

describe.each(Object.entries(shimBuilds))('the shim, %s', (_title, shim) => {
  const at = useShimBench(shim);

  describe('while plugins run', () => {
    it('runs several plugins at once and reports their output and exit status', async () => {
      await at().plugin('one', 'cat; echo problem >&2; exit 3');
      const call = at().start('ADD');
      const one = await at().daemon.called();
      for (const id of [7, 8])
        one.send(encodeFrame(daemonFrame.run, id, rawRun('one', at().runEnv('ADD'), `input ${id}`)));
      const answers = [await one.next(), await one.next()];
      expect(answers.map((frame) => frame!.id).toSorted((a, b) => a - b)).toEqual([7, 8]);
      for (const frame of answers)
        expect(decodeRan(frame!)).toEqual({ exitCode: 3, stdout: `input ${frame!.id}`, stderr: 'problem\n' });
      finish(one);
      await call.ended;
    });
    it('runs a plugin with the daemon’s CNI variables and the runtime’s environment', async () => {
      await at().plugin('show', 'env');
      const own = {
        HTTPS_PROXY: 'http://proxy:3128',
        NO_PROXY: '.svc',
        HOME: '/root',
        GODEBUG: 'http2client=0',
        TRACEPARENT: 'of the runtime',
        BAGGAGE: 'b',
      };
      const withheld = Object.fromEntries(withheldVariables.map((name) => [name.replace(/_$/, '_FOO'), 'x']));
      const call = at().start('ADD', { ...own, ...withheld });
      const one = await at().daemon.called();
      const frame = await one.ask(
        daemonFrame.run,
        rawRun('show', [...at().runEnv('DEL'), 'CNI_PATH=/evil', 'PATH=/evil', 'TRACEPARENT=t']),
      );
      const env = decodeRan(frame!)
        .stdout.split('\n')
        .filter((line) => line !== '' && !/^(PWD|SHLVL|_|OLDPWD)=/.test(line));
      const passedOn = Object.entries({
        ...own,
        TRACEPARENT: 't',
        PATH: '/usr/bin:/bin',
        CNI_PATH: at().bin,
        PLEXUS_NESTED: '1',
      });
      expect(env.toSorted()).toEqual(
        [...at().runEnv('DEL'), ...passedOn.map(([name, value]) => `${name}=${value}`)].toSorted(),
      );
      finish(one);
      await call.ended;
    });
    it('runs a plugin without the descriptors that the runtime left open', async () => {
      await at().plugin('show', 'ls -l /proc/$$/fd');
      const secret = join(at().folder, 'secret');
      await writeFile(secret, '');
      const call = startShim(
        ['sh', '-c', `exec 3<${secret} 5<${secret} 9<${secret}; exec "$0"`, shim],
        at().callEnv('ADD'),
      );
      const one = await at().daemon.called();
      const { stdout } = decodeRan((await one.ask(daemonFrame.run, rawRun('show', at().runEnv('ADD'))))!);
      const numbers = [...stdout.matchAll(/ (\d+) -> /g)].map(([, number]) => number);
      expect(numbers.toSorted((a = '', b = '') => (a < b ? -1 : 1))).toEqual(['0', '1', '10', '2']); // 10: the script itself
      expect(stdout).not.toContain(secret);
      finish(one);
      await call.ended;
    });
    it('kills a plugin that prints too much', async () => {
      await at().plugin('chatty', 'head -c 8000000 /dev/zero');
      const call = at().start('ADD');
      const one = await at().daemon.called();
      expect(await at().failureOf(one, rawRun('chatty', at().runEnv('ADD')))).toMatchObject({
        reason: failReason.tooLong,
      });
      finish(one);
      await call.ended;
    });
    it('runs at most 256 plugins and refuses the others: 1,000 at once', async () => {
      await at().plugin('wait', 'exec sleep 1000');
      const call = at().start('ADD');
      const one = await at().daemon.called();
      for (let id = 1; id <= 1000; id++) one.send(encodeFrame(daemonFrame.run, id, rawRun('wait', at().runEnv('ADD'))));
      for (let refused = 257; refused <= 1000; refused++) {
        const frame = await one.next();
        expect(frame && [frame.id, frame.type, decodeFailed(frame).reason]).toEqual([
          refused,
          shimFrame.failed,
          failReason.system,
        ]);
      }
      finish(one);
      expect((await call.ended).exitCode).toBe(0);
      await waitFor('the end of all', async () => (await running('sleep 1000', `CNI_NETNS=${at().netns}`)) === 0);
    });
    it('keeps the end of stderr', async () => {
      await at().plugin('chatty', 'head -c 8000000 /dev/zero >&2; echo the end >&2');
      const call = at().start('ADD');
      const one = await at().daemon.called();
      const ran = decodeRan((await one.ask(daemonFrame.run, rawRun('chatty', at().runEnv('ADD'))))!);
      expect([ran.exitCode, ran.stderr.endsWith('the end\n'), ran.stderr.length <= 64 * 1024]).toEqual([0, true, true]);
      finish(one);
      await call.ended;
    });
    it('kills plugins and their children at their deadline', async () => {
      await at().plugin('family', 'sleep 1000 & trap "" TERM; sleep 1000 & wait; sleep 1000');
      const call = at().start('ADD');
      const one = await at().daemon.called();
      expect(await at().failureOf(one, rawRun('family', at().runEnv('ADD'), '{}', 200))).toMatchObject({
        reason: failReason.deadline,
      });
      await waitFor('the end of all', async () => (await running('sleep 1000', `CNI_NETNS=${at().netns}`)) === 0);
      finish(one);
      await call.ended;
    });
    it('KILL ends a plugin and its children after a grace period', async () => {
      await at().plugin('family', `sleep 1000 & echo $! >${at().folder}/child; wait`);
      const call = at().start('ADD');
      const one = await at().daemon.called();
      one.send(encodeFrame(daemonFrame.run, 5, rawRun('family', at().runEnv('ADD'))));
      await waitFor('the child', async () => existsSync(join(at().folder, 'child')));
      one.send(encodeFrame(daemonFrame.kill, 5));
      expect(decodeFailed((await one.next())!)).toMatchObject({ reason: failReason.killed });
      const pid = (await readFile(join(at().folder, 'child'), 'utf8')).trim();
      await waitFor(
        'the end of the child',
        async () => !existsSync(`/proc/${pid}`) || (await readFile(`/proc/${pid}/stat`, 'utf8')).includes(') Z '),
      );
      finish(one);
      await call.ended;
    });
  });

  describe('at its end', () => {
    it('answers ADD with code 11 after a lost connection and lets a running plugin finish', async () => {
      const go = join(at().folder, 'go');
      await at().plugin('slow', `while [ ! -e ${go} ]; do sleep 0.01; done; touch ${go}.done`);
      const call = at().start('ADD');
      const one = await at().daemon.called();
      one.send(encodeFrame(daemonFrame.run, 1, rawRun('slow', at().runEnv('ADD'))));
      await waitFor('the plugin', async () => (await running(join(at().bin, 'slow'))) > 0);
      one.end();
      await writeFile(go, '');
      expect(errorIn((await call.ended).stdout)).toMatchObject({
        code: 11,
        msg: expect.stringContaining('ended during the call'),
      });
      expect(existsSync(`${go}.done`)).toBe(true);
    });
    it('answers ADD with code 11 after a lost connection and kills a plugin that does not finish', async () => {
      await at().plugin('stuck', 'sleep 1000 & exec sleep 1000');
      const call = at().start('ADD');
      const one = await at().daemon.called();
      one.send(encodeFrame(daemonFrame.run, 1, rawRun('stuck', at().runEnv('ADD'))));
      await waitFor('the plugin', async () => (await sleepers()) === 2);
      one.end();
      expect(errorIn((await call.ended).stdout).code).toBe(11);
      await waitFor('the end of the plugin', async () => (await sleepers()) === 0);
    });
    it.each(['DEL', 'CHECK'])('repeats %s after a lost connection', async (command) => {
      const call = at().start(command);
      (await at().daemon.called()).end();
      finish(await at().daemon.called());
      expect(await call.ended).toMatchObject({ exitCode: 0, stdout: 'done\n' });
    });
    it('sends CANCEL on SIGTERM and prints the daemon’s answer', async () => {
      const call = at().start('ADD');
      const one = await at().daemon.called();
      call.child.kill('SIGTERM');
      expect((await one.next())?.type).toBe(shimFrame.cancel);
      one.send(encodeResultFrame(1, '{"code":11}\n'));
      expect(await call.ended).toMatchObject({ exitCode: 1, stdout: '{"code":11}\n' });
    });
    it('ends at once with its plugins on a second SIGTERM', async () => {
      await at().plugin('stuck', 'exec sleep 1000');
      const call = at().start('ADD');
      const one = await at().daemon.called();
      one.send(encodeFrame(daemonFrame.run, 1, rawRun('stuck', at().runEnv('ADD'))));
      await waitFor('the plugin', async () => (await sleepers()) > 0);
      call.child.kill('SIGTERM');
      await one.next();
      call.child.kill('SIGTERM');
      expect((await call.ended).exitCode).toBe(1);
      await waitFor('the end of the plugin', async () => (await sleepers()) === 0);
    });
    it('lets a running plugin finish when it is killed, and keeps the connection to the daemon until then', async () => {
      const go = join(at().folder, 'go');
      await at().plugin('slow', `while [ ! -e ${go} ]; do sleep 0.01; done; touch ${go}.done`);
      const call = at().start('ADD');
      const one = await at().daemon.called();
      one.send(encodeFrame(daemonFrame.run, 1, rawRun('slow', at().runEnv('ADD'))));
      await waitFor('the plugin', async () => (await running(join(at().bin, 'slow'))) > 0);
      call.child.kill('SIGKILL');
      await call.ended;
      const ended = one.next().then(() => existsSync(`${go}.done`));
      await writeFile(go, '');
      expect(await ended).toBe(true);
    });
    it('has its unfinished plugins and their children killed soon after it is killed', async () => {
      await at().plugin('stuck', 'sleep 1000 & exec sleep 1000');
      const call = at().start('ADD');
      const one = await at().daemon.called();
      one.send(encodeFrame(daemonFrame.run, 1, rawRun('stuck', at().runEnv('ADD'))));
      await waitFor('the plugin', async () => (await sleepers()) === 2);
      call.child.kill('SIGKILL');
      await call.ended;
      await waitFor('the end of the plugin', async () => (await sleepers()) === 0);
    });
    const sleepers = (): Promise<number> => running('sleep 1000', 'CNI_CONTAINERID=c1');
  });
});
