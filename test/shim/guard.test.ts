import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { daemonFrame, decodeFailed, encodeFrame, failReason } from '../support/link-codec.ts';
import { rawRun } from '../support/played-daemon.ts';
import { errorIn, finish, useShimBench } from '../support/shim-bench.ts';
import { shimBuilds } from '../support/shim-call.ts';

describe.each(Object.entries(shimBuilds))('the shim, %s', (_title, shim) => {
  const at = useShimBench(shim);

  describe('refuses what does not follow from the runtime’s call', () => {
    const marker = () => join(at().folder, 'was-run');
    beforeEach(async () => {
      await at().plugin('evil', `touch ${marker()}`);
      await writeFile(join(at().folder, 'outside'), `#!/bin/sh\ntouch ${marker()}\n`, { mode: 0o755 });
      await mkdir(join(at().bin, 'folder'));
      await writeFile(join(at().bin, 'no-program'), 'x');
    });
    const other = 'CNI_CONTAINERID=c2';
    it.each<{ title: string; command?: string; name?: string; env?: (base: string[]) => string[]; reason?: number }>([
      { title: 'a plugin by a path', name: '../outside' },
      { title: 'a plugin by an absolute path', name: '/bin/sh' },
      { title: 'a plugin by a path inside the folder', name: './evil' },
      { title: 'an empty plugin name', name: '' },
      { title: 'the plugin name "."', name: '.' },
      { title: 'the plugin name ".."', name: '..' },
      { title: 'a plugin that does not exist', name: 'absent', reason: failReason.missing },
      { title: 'a program that only PATH contains', name: 'sh', reason: failReason.missing },
      { title: 'a folder as the plugin', name: 'folder', reason: failReason.missing },
      { title: 'the variable LD_PRELOAD', env: (base) => [...base, 'LD_PRELOAD=/x.so'] },
      { title: 'a PLEXUS_* variable', env: (base) => [...base, 'PLEXUS_SOCKET=/x'] },
      { title: 'a variable without "="', env: (base) => [...base, 'CNI_ARGS'] },
      {
        title: 'another sandbox',
        env: (base) => base.map((each) => (each.startsWith('CNI_CONTAINERID') ? other : each)),
      },
      { title: 'a second CNI_CONTAINERID', env: (base) => [...base, other] },
      { title: 'a second CNI_NETNS', env: (base) => [...base, 'CNI_NETNS=/proc/1/ns/net'] },
      { title: 'a second CNI_COMMAND', env: (base) => [...base, 'CNI_COMMAND=GC'] },
      {
        title: 'a run without CNI_CONTAINERID',
        env: (base) => base.filter((each) => !each.startsWith('CNI_CONTAINERID')),
      },
      {
        title: 'another namespace',
        env: (base) => base.map((each) => (each.startsWith('CNI_NETNS') ? 'CNI_NETNS=/proc/1/ns/net' : each)),
      },
      { title: 'a run without CNI_COMMAND', env: (base) => base.filter((each) => !each.startsWith('CNI_COMMAND')) },
      {
        title: 'an unknown command',
        env: (base) => base.map((each) => (each.startsWith('CNI_COMMAND') ? 'CNI_COMMAND=EVIL' : each)),
      },
      { title: 'ADD during DEL', command: 'DEL' },
      { title: 'ADD during CHECK', command: 'CHECK' },
      { title: 'ADD during STATUS', command: 'STATUS' },
      { title: 'ADD during GC', command: 'GC' },
    ])(
      'refuses $title',
      async ({ command = 'ADD', name = 'evil', env = (base) => base, reason = failReason.forbidden }) => {
        const call = at().start(command);
        const one = await at().daemon.called();
        expect(await at().failureOf(one, rawRun(name, env(at().runEnv('ADD'))))).toMatchObject({ reason });
        finish(one);
        await call.ended;
        expect(existsSync(marker())).toBe(false);
      },
    );
    it.each([
      { title: 'listing links', type: daemonFrame.listLinks },
      { title: 'reading routes', type: daemonFrame.getRoutes },
      { title: 'setting routes', type: daemonFrame.setRoutes },
    ])('refuses $title in another network namespace', async ({ type }) => {
      const text = Buffer.from('/proc/1/ns/net');
      const body = Buffer.concat([
        Buffer.from([0, 0, 0, text.length]),
        text,
        Buffer.from([0, 0, 0, 1]),
        Buffer.from('x'),
        Buffer.from([4, 0, 0, 0, 0]),
      ]);
      const call = at().start('ADD');
      const one = await at().daemon.called();
      expect((await at().failureOf(one, body, type)).reason).toBe(failReason.forbidden);
      finish(one);
      await call.ended;
    });
    it('refuses a request whose number is that of an in-flight request', async () => {
      await at().plugin('wait', 'exec sleep 1000');
      const call = at().start('ADD');
      const one = await at().daemon.called();
      one.send(encodeFrame(daemonFrame.run, 9, rawRun('wait', at().runEnv('ADD'))));
      one.send(encodeFrame(daemonFrame.run, 9, rawRun('evil', at().runEnv('ADD'))));
      const refused = await one.next();
      expect(refused && [refused.id, decodeFailed(refused).reason]).toEqual([9, failReason.forbidden]);
      one.send(encodeFrame(daemonFrame.kill, 9));
      const killed = await one.next();
      expect(killed && [killed.id, decodeFailed(killed).reason]).toEqual([9, failReason.killed]);
      finish(one);
      await call.ended;
      expect(existsSync(marker())).toBe(false);
    });
    it('drops an incomplete frame when the connection ends', async () => {
      const call = at().start('ADD');
      const one = await at().daemon.called();
      const whole = encodeFrame(daemonFrame.run, 1, rawRun('evil', at().runEnv('ADD')));
      one.send(whole.subarray(0, whole.length - 1));
      one.end();
      expect(errorIn((await call.ended).stdout).code).toBe(11);
      expect(existsSync(marker())).toBe(false);
    });
    it.each([
      { title: 'that is truncated', body: (whole: Buffer) => whole.subarray(0, whole.length - 1) },
      {
        title: 'with a NUL in the plugin name',
        body: (whole: Buffer) => Buffer.from(whole.toString('latin1').replace('evil', 'evi\0'), 'latin1'),
      },
      {
        title: 'with a count of variables beyond its length',
        body: (whole: Buffer) => Buffer.concat([whole.subarray(0, 8), Buffer.alloc(4, 0xff), whole.subarray(12)]),
      },
    ])('refuses a request $title', async ({ body }) => {
      const call = at().start('ADD');
      const one = await at().daemon.called();
      expect(await at().failureOf(one, body(rawRun('evil', at().runEnv('ADD'))))).toMatchObject({
        reason: failReason.forbidden,
      });
      finish(one);
      await call.ended;
      expect(existsSync(marker())).toBe(false);
    });
    it('reports an unknown request type', async () => {
      const call = at().start('ADD');
      const one = await at().daemon.called();
      expect((await at().failureOf(one, Buffer.alloc(0), 99)).reason).toBe(failReason.unknown);
      finish(one);
      await call.ended;
    });
  });
});
