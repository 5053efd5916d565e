import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorsOutside } from '../../src/make/errors-outside.ts';
import {
  daemonFrame,
  decodeFailed,
  decodeRan,
  encodeFrame,
  encodeResultFrame,
  encodeWelcome,
  failReason,
} from '../support/link-codec.ts';
import { type Netns, createNetns } from '../support/netns.ts';
import { type PlayedDaemon, playDaemon, rawRun } from '../support/played-daemon.ts';
import { running } from '../support/shim-bench.ts';
import { shimBuilds, startShim } from '../support/shim-call.ts';
import { waitFor } from '../support/wait-for.ts';

const run = promisify(execFile);
const shim = shimBuilds['as shipped'];
const hasValgrind = await run('valgrind', ['--version']).then(
  () => true,
  () => false,
);
// valgrind does not know the ioctl NS_GET_NSTYPE
const valgrind = [
  'valgrind',
  '--quiet',
  '--sim-hints=lax-ioctls',
  '--error-exitcode=99',
  '--errors-for-leak-kinds=definite',
  '--leak-check=full',
];

let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let daemon: PlayedDaemon;
let netns: Netns;
let bin: string;
beforeEach(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-shim-'));
  bin = join(folder.path, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'echo'), '#!/bin/sh\nexec cat\n');
  await chmod(join(bin, 'echo'), 0o755);
  daemon = await playDaemon(join(folder.path, 'x.sock'));
  netns = await createNetns();
});
afterEach(async () => {
  await daemon.close();
  await netns.remove();
  await folder.remove();
});

const envOf = (command: string) => [
  `CNI_COMMAND=${command}`,
  'CNI_CONTAINERID=c1',
  `CNI_NETNS=${netns.path}`,
  'CNI_IFNAME=eth0',
];
const netnsBody = (): Buffer => Buffer.concat([Buffer.from([0, 0, 0, netns.path.length]), Buffer.from(netns.path)]);

describe('the memory of the shim', () => {
  it('is a CNI error when it is exhausted', async () => {
    const call = startShim(
      ['prlimit', '--as=8000000', shim],
      { PATH: '/usr/bin:/bin', CNI_COMMAND: 'ADD' },
      ' '.repeat(12_000_000),
    );
    const { exitCode, stdout } = await call.ended;
    const { sentence, fix, code } = errorsOutside.find(({ id }) => id === 'PLX-SHIM-FAILED')!;
    expect([exitCode, JSON.parse(stdout)]).toEqual([
      1,
      { cniVersion: '1.1.0', code, msg: `PLX-SHIM-FAILED: ${sentence}. ${fix}` },
    ]);
  });

  it('does not grow with use: 5,000 requests of an agent', async () => {
    const agent = startShim([shim, 'host-agent', '--socket', daemon.socket, '--cni-path', bin], {
      PATH: '/usr/bin:/bin',
    });
    const one = await daemon.connection();
    await one.next();
    one.send(encodeWelcome({ major: 1, minor: 0 }, 'played'));
    const kib = async (): Promise<number> =>
      Number(/^RssAnon:\s+(\d+)/m.exec(await readFile(`/proc/${agent.child.pid}/status`, 'utf8'))?.[1]);
    const batch = async (requests: number): Promise<void> => {
      for (let count = 0; count < requests; count += 50) {
        for (let id = 1; id <= 40; id++) one.send(encodeFrame(daemonFrame.listLinks, id, netnsBody()));
        for (let id = 41; id <= 50; id++)
          one.send(encodeFrame(daemonFrame.run, id, rawRun('echo', envOf('DEL'), 'x'.repeat(10_000))));
        for (let answers = 0; answers < 50; answers++) await one.next();
      }
    };
    await batch(500);
    const before = await kib();
    await batch(5000);
    // The smallest block of malloc has 32 bytes: one kept for each request would be 156 KiB.
    expect((await kib()) - before).toBeLessThan(128);
    agent.child.kill('SIGTERM');
    expect((await agent.ended).exitCode).toBe(0);
  });

  it.each([
    { title: 'do not read', script: 'exec sleep 100' },
    { title: 'have read', script: 'cat >/dev/null; exec sleep 100' },
  ])('refuses a plugin when 64 MiB of input were sent to plugins that run and $title it', async ({ script }) => {
    await writeFile(join(bin, 'deaf'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const env = {
      PATH: '/usr/bin:/bin',
      CNI_COMMAND: 'ADD',
      CNI_CONTAINERID: 'c1',
      CNI_NETNS: netns.path,
      CNI_PATH: bin,
    };
    const call = startShim([shim], { ...env, PLEXUS_SOCKET: daemon.socket });
    const one = await daemon.called();
    const input = 'x'.repeat(15 * 1024 * 1024);
    const send = (id: number): void => one.send(encodeFrame(daemonFrame.run, id, rawRun('deaf', envOf('ADD'), input)));
    for (let id = 1; id <= 4; id++) send(id);
    await waitFor('the plugins', async () => (await running('sleep 100', `CNI_PATH=${bin}`)) === 4);
    send(5);
    const refused = await one.next();
    expect(refused && decodeFailed(refused)).toEqual({
      reason: failReason.system,
      detail: 'the running plugins have more than 64 MiB of input',
    });
    one.send(encodeResultFrame(0, ''));
    await call.ended;
  });

  it('is not kept by the keepers of its plugins after the shim has freed it', async () => {
    await writeFile(join(bin, 'wait'), '#!/bin/sh\nexec sleep 100\n', { mode: 0o755 });
    const env = {
      PATH: '/usr/bin:/bin',
      CNI_COMMAND: 'ADD',
      CNI_CONTAINERID: 'c1',
      CNI_NETNS: netns.path,
      CNI_PATH: bin,
    };
    const call = startShim([shim], { ...env, PLEXUS_SOCKET: daemon.socket });
    const one = await daemon.called();
    const ignored = encodeFrame(99, 9, Buffer.alloc(8 * 1024 * 1024, 1));
    for (let id = 1; id <= 4; id++) {
      one.send(Buffer.concat([ignored, encodeFrame(daemonFrame.run, id, rawRun('wait', envOf('ADD')))]));
      await one.next(); // FAILED for the first of the two
    }
    await waitFor('the plugins', async () => (await running('sleep 100', `CNI_PATH=${bin}`)) === 4);
    const { pid } = call.child;
    const keepers = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ');
    expect(keepers).toHaveLength(4);
    for (const keeper of keepers)
      expect(Number(/^RssAnon:\s+(\d+)/m.exec(await readFile(`/proc/${keeper}/status`, 'utf8'))?.[1])).toBeLessThan(
        1024,
      );
    one.send(encodeResultFrame(0, ''));
    await call.ended;
  });

  it.skipIf(!hasValgrind)('has no invalid access and no leak under valgrind', async () => {
    const debug = join(import.meta.dirname, '../../dist/shim/plexus-debug');
    const env = {
      PATH: '/usr/bin:/bin',
      CNI_COMMAND: 'ADD',
      CNI_CONTAINERID: 'c1',
      CNI_NETNS: netns.path,
      CNI_IFNAME: 'eth0',
      CNI_PATH: bin,
      PLEXUS_SOCKET: daemon.socket,
    };
    const call = startShim([...valgrind, debug], env);
    const one = await daemon.called();
    const ran = await one.ask(daemonFrame.run, rawRun('echo', envOf('ADD'), 'hello'));
    expect(ran && decodeRan(ran)).toMatchObject({ exitCode: 0, stdout: 'hello' });
    await one.ask(daemonFrame.listLinks, netnsBody());
    await one.ask(daemonFrame.run, rawRun('../x', envOf('ADD')));
    await one.ask(99, Buffer.alloc(3));
    one.send(encodeResultFrame(0, 'done\n'));
    expect(await call.ended).toEqual({ exitCode: 0, signal: null, stdout: 'done\n', stderr: '' });
  });
});
