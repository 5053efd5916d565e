import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { daemonFrame, failReason } from '../support/link-codec.ts';
import { rawRun } from '../support/played-daemon.ts';
import { finish, useShimBench } from '../support/shim-bench.ts';
import { shimBuilds } from '../support/shim-call.ts';

describe.each(Object.entries(shimBuilds))('the program on the host, %s', (_title, shim) => {
  const at = useShimBench(shim);

  describe('does nothing that the runtime has not asked for', () => {
    const marker = () => join(at().folder, 'was-run');
    beforeEach(async () => {
      await at().plugin('evil', `touch ${marker()}`);
      await writeFile(join(at().folder, 'outside'), `#!/bin/sh\ntouch ${marker()}\n`, { mode: 0o755 });
      await mkdir(join(at().bin, 'folder'));
      await writeFile(join(at().bin, 'no-program'), 'x');
    });
    const other = 'CNI_CONTAINERID=c2';
    it.each<{ title: string; asked?: string; name?: string; env?: (base: string[]) => string[]; reason?: number }>([
      { title: 'a path', name: '../outside' },
      { title: 'an absolute path', name: '/bin/sh' },
      { title: 'a path inside of the folder', name: './evil' },
      { title: 'nothing', name: '' },
      { title: '"."', name: '.' },
      { title: '".."', name: '..' },
      { title: 'a plugin that is not there', name: 'absent', reason: failReason.missing },
      { title: 'a program of PATH', name: 'sh', reason: failReason.missing },
      { title: 'a folder', name: 'folder', reason: failReason.missing },
      { title: 'LD_PRELOAD', env: (base) => [...base, 'LD_PRELOAD=/x.so'] },
      { title: 'a variable of ours', env: (base) => [...base, 'PLEXUS_SOCKET=/x'] },
      { title: 'a variable without value', env: (base) => [...base, 'CNI_ARGS'] },
      { title: 'another sandbox', env: (base) => base.map((each) => (each.startsWith('CNI_CONTAINERID') ? other : each)) },
      { title: 'no sandbox', env: (base) => base.filter((each) => !each.startsWith('CNI_CONTAINERID')) },
      { title: 'another namespace', env: (base) => base.map((each) => (each.startsWith('CNI_NETNS') ? 'CNI_NETNS=/proc/1/ns/net' : each)) },
      { title: 'no command', env: (base) => base.filter((each) => !each.startsWith('CNI_COMMAND')) },
      { title: 'an unknown command', env: (base) => base.map((each) => (each.startsWith('CNI_COMMAND') ? 'CNI_COMMAND=EVIL' : each)) },
      { title: 'ADD in a DEL', asked: 'DEL' },
      { title: 'ADD in a CHECK', asked: 'CHECK' },
      { title: 'ADD in a STATUS', asked: 'STATUS' },
      { title: 'ADD in a GC', asked: 'GC' },
    ])('$title', async ({ asked = 'ADD', name = 'evil', env = (base) => base, reason = failReason.forbidden }) => {
      const call = at().start(asked);
      const one = await at().daemon.called();
      expect(await at().failureOf(one, rawRun(name, env(at().runEnv('ADD'))))).toMatchObject({ reason });
      finish(one);
      await call.ended;
      expect(existsSync(marker())).toBe(false);
    });
    it.each([
      { title: 'listing links', type: daemonFrame.listLinks },
      { title: 'reading routes', type: daemonFrame.getRoutes },
      { title: 'setting routes', type: daemonFrame.setRoutes },
    ])('$title in another namespace', async ({ type }) => {
      const text = Buffer.from('/proc/1/ns/net');
      const body = Buffer.concat([Buffer.from([0, 0, 0, text.length]), text, Buffer.from([0, 0, 0, 1]), Buffer.from('x'), Buffer.from([4, 0, 0, 0, 0])]);
      const call = at().start('ADD');
      const one = await at().daemon.called();
      expect((await at().failureOf(one, body, type)).reason).toBe(failReason.forbidden);
      finish(one);
      await call.ended;
    });
    it('what it does not know, it says', async () => {
      const call = at().start('ADD');
      const one = await at().daemon.called();
      expect((await at().failureOf(one, Buffer.alloc(0), 99)).reason).toBe(failReason.unknown);
      finish(one);
      await call.ended;
    });
  });
});
