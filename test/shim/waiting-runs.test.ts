import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  daemonFrame,
  decodeFailed,
  decodeRan,
  encodeFrame,
  encodeWelcome,
  failReason,
  shimFrame,
} from '../support/link-codec.ts';
import { type PlayedConnection, rawRun } from '../support/played-daemon.ts';
import { errorIn, finish, running, useShimBench } from '../support/shim-bench.ts';
import { shimBuilds } from '../support/shim-call.ts';
import { waitFor } from '../support/wait-for.ts';

describe.each(Object.entries(shimBuilds))('a plugin run that waits for another one, %s', (_title, shim) => {
  const at = useShimBench(shim);
  const log = (): string => join(at().folder, 'log');
  const logged = async (): Promise<string> => (existsSync(log()) ? readFile(log(), 'utf8') : '');

  /** Writes the plugins `good`, `bad` and `slow`, which log their input; `slow` ends when the file `go` exists. */
  async function plugins(): Promise<void> {
    const note = `read line; echo "$line" >>${log()}`;
    await at().plugin('good', `${note}; echo done`);
    await at().plugin('bad', `${note}; exit 1`);
    await at().plugin('slow', `${note}; while [ ! -e ${at().folder}/go ]; do sleep 0.01; done`);
  }
  const go = (): Promise<void> => writeFile(join(at().folder, 'go'), '');
  const waitingRun = (plugin: string, id: number, after: number, deadlineMs = 0): Buffer => {
    const last = Buffer.alloc(4);
    last.writeUInt32BE(after);
    const body = rawRun(plugin, at().runEnv('ADD'), `input ${id}\n`, deadlineMs);
    return encodeFrame(daemonFrame.run, id, Buffer.concat([body, last]));
  };
  /** Reads so many answers: "3 ran 0", "4 failed 11". */
  async function answers(one: PlayedConnection, count: number): Promise<readonly string[]> {
    const texts: string[] = [];
    for (let left = count; left > 0; left--) {
      const frame = await one.next();
      if (frame === undefined) return [...texts, 'the end'];
      const end =
        frame.type === shimFrame.ran ? `ran ${decodeRan(frame).exitCode}` : `failed ${decodeFailed(frame).reason}`;
      texts.push(`${frame.id} ${end}`);
    }
    return texts;
  }
  async function called() {
    await plugins();
    const call = at().start('ADD');
    const one = await at().daemon.called();
    const end = async (): Promise<void> => {
      finish(one);
      expect((await call.ended).exitCode).toBe(0);
    };
    return { one, call, end };
  }
  const skipped = failReason.skipped;

  it('begins when the other one has succeeded, one after another', async () => {
    const { one, end } = await called();
    one.send(Buffer.concat([1, 2, 3, 4].map((id) => waitingRun('good', id, id - 1))));
    expect(await answers(one, 4)).toEqual(['1 ran 0', '2 ran 0', '3 ran 0', '4 ran 0']);
    expect(await logged()).toBe('input 1\ninput 2\ninput 3\ninput 4\n');
    await end();
  });
  it.each([
    { bytes: 4096, second: '2 ran 0' },
    { bytes: 4097, second: `2 failed ${skipped}` },
  ])('after an output of $bytes bytes: $second', async ({ bytes, second }) => {
    const { one, end } = await called();
    await at().plugin('prints', `head -c ${bytes} /dev/zero`);
    one.send(Buffer.concat([waitingRun('prints', 1, 0), waitingRun('good', 2, 1)]));
    expect(await answers(one, 2)).toEqual(['1 ran 0', second]);
    await end();
  });
  it('does not begin while the other one runs', async () => {
    const { one, end } = await called();
    one.send(Buffer.concat([waitingRun('slow', 1, 0), waitingRun('good', 2, 1)]));
    await waitFor('the first plugin', async () => (await logged()) !== '');
    one.send(waitingRun('good', 3, 0));
    expect(await answers(one, 1)).toEqual(['3 ran 0']);
    expect(await logged()).toBe('input 1\ninput 3\n');
    await go();
    expect(await answers(one, 2)).toEqual(['1 ran 0', '2 ran 0']);
    await end();
  });
  it('begins at once if the other one has succeeded before', async () => {
    const { one, end } = await called();
    one.send(waitingRun('good', 1, 0));
    expect(await answers(one, 1)).toEqual(['1 ran 0']);
    one.send(Buffer.concat([waitingRun('good', 2, 1), waitingRun('good', 3, 1)]));
    expect((await answers(one, 2)).toSorted()).toEqual(['2 ran 0', '3 ran 0']);
    await end();
  });
  it.each([
    { title: 'fails', first: 'bad', answer: '1 ran 1' },
    { title: 'does not exist', first: 'absent', answer: `1 failed ${failReason.missing}` },
    { title: 'is refused', first: 'plexus-cni', answer: `1 failed ${failReason.forbidden}` },
  ])('is skipped, with all that wait for it, if the other one $title', async ({ first, answer }) => {
    const { one, end } = await called();
    one.send(Buffer.concat([waitingRun(first, 1, 0), waitingRun('good', 2, 1), waitingRun('good', 3, 2)]));
    expect(await answers(one, 3)).toEqual([answer, `2 failed ${skipped}`, `3 failed ${skipped}`]);
    one.send(waitingRun('good', 4, 3));
    expect(await answers(one, 1)).toEqual([`4 failed ${skipped}`]);
    expect(await logged()).not.toMatch(/[234]/);
    await end();
  });
  it('is skipped if it waits for a number that was never used, and refused if it waits for itself', async () => {
    const { one, end } = await called();
    one.send(Buffer.concat([waitingRun('good', 1, 9), waitingRun('good', 2, 2)]));
    expect((await answers(one, 2)).toSorted()).toEqual([`1 failed ${skipped}`, `2 failed ${failReason.forbidden}`]);
    await end();
  });
  it('is skipped by KILL, with all that wait for it', async () => {
    const { one, end } = await called();
    one.send(Buffer.concat([waitingRun('slow', 1, 0), waitingRun('good', 2, 1), waitingRun('good', 3, 2)]));
    await waitFor('the first plugin', async () => (await logged()) !== '');
    one.send(encodeFrame(daemonFrame.kill, 2));
    expect(await answers(one, 2)).toEqual([`2 failed ${skipped}`, `3 failed ${skipped}`]);
    await go();
    expect(await answers(one, 1)).toEqual(['1 ran 0']);
    expect(await logged()).toBe('input 1\n');
    await end();
  });
  it('is skipped if the other one is killed', async () => {
    const { one, end } = await called();
    one.send(Buffer.concat([waitingRun('slow', 1, 0), waitingRun('good', 2, 1)]));
    await waitFor('the first plugin', async () => (await logged()) !== '');
    one.send(encodeFrame(daemonFrame.kill, 1));
    expect(await answers(one, 2)).toEqual([`1 failed ${failReason.killed}`, `2 failed ${skipped}`]);
    await end();
  });
  it('has its deadline from its beginning', async () => {
    const { one, end } = await called();
    one.send(Buffer.concat([waitingRun('slow', 1, 0), waitingRun('good', 2, 1, 30_000)]));
    one.send(waitingRun('slow', 3, 0, 200));
    expect(await answers(one, 1)).toEqual([`3 failed ${failReason.deadline}`]);
    await go();
    expect(await answers(one, 2)).toEqual(['1 ran 0', '2 ran 0']);
    await end();
  });
  it('is checked by the guard', async () => {
    const { one, end } = await called();
    const body = Buffer.concat([
      rawRun('good', ['CNI_COMMAND=ADD', 'CNI_CONTAINERID=other']),
      Buffer.from([0, 0, 0, 1]),
    ]);
    one.send(Buffer.concat([waitingRun('good', 1, 0), encodeFrame(daemonFrame.run, 2, body)]));
    expect(await answers(one, 2)).toEqual(['1 ran 0', `2 failed ${failReason.forbidden}`]);
    await end();
  });
  it('counts towards the plugins that the shim holds', async () => {
    const { one, end } = await called();
    one.send(waitingRun('slow', 1, 0));
    for (let id = 2; id <= 257; id++) one.send(waitingRun('good', id, id - 1));
    expect(await answers(one, 1)).toEqual([`257 failed ${failReason.system}`]);
    one.send(encodeFrame(daemonFrame.kill, 2));
    await go();
    expect((await answers(one, 256)).filter((answer) => answer.endsWith(`failed ${skipped}`))).toHaveLength(255);
    await end();
  });
  it('never begins once the connection is lost', async () => {
    const { one, call } = await called();
    one.send(Buffer.concat([waitingRun('slow', 1, 0), waitingRun('good', 2, 1)]));
    await waitFor('the first plugin', async () => (await logged()) !== '');
    one.end();
    await go();
    expect(errorIn((await call.ended).stdout).code).toBe(11);
    expect(await logged()).toBe('input 1\n');
  });
  it('never begins once the shim is killed', async () => {
    const { one, call } = await called();
    one.send(Buffer.concat([waitingRun('slow', 1, 0), waitingRun('good', 2, 1)]));
    await waitFor('the first plugin', async () => (await logged()) !== '');
    call.child.kill('SIGKILL');
    await go();
    await call.ended;
    await waitFor('the end of the plugin', async () => (await running(join(at().bin, 'slow'))) === 0);
    expect(await logged()).toBe('input 1\n');
  });
  it('does not take a success of an earlier connection for that of its own', async () => {
    await plugins();
    const call = at().start('DEL');
    const run = (plugin: string, id: number, after: number): Buffer => {
      const body = rawRun(plugin, at().runEnv('DEL'), `input ${id}\n`);
      return encodeFrame(daemonFrame.run, id, Buffer.concat([body, Buffer.from([0, 0, 0, after])]));
    };
    const first = await at().daemon.called();
    first.send(run('good', 1, 0));
    expect(await answers(first, 1)).toEqual(['1 ran 0']);
    first.end();
    const second = await at().daemon.called();
    second.send(run('good', 2, 1));
    expect(await answers(second, 1)).toEqual([`2 failed ${skipped}`]);
    finish(second);
    expect((await call.ended).exitCode).toBe(0);
  });
  it('is not needed by a daemon of link 1.0', async () => {
    await plugins();
    const call = at().start('ADD');
    const one = await at().daemon.connection();
    await one.next();
    one.send(encodeWelcome({ major: 1, minor: 0 }, 'older'));
    await one.next();
    one.send(encodeFrame(daemonFrame.run, 1, rawRun('good', at().runEnv('ADD'), 'input\n')));
    expect(await answers(one, 1)).toEqual(['1 ran 0']);
    finish(one);
    expect((await call.ended).exitCode).toBe(0);
  });
});
