import { execFile } from 'node:child_process';
import { rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  daemonFrame,
  decodeFailed,
  decodeLinks,
  decodeRan,
  encodeFrame,
  encodeWelcome,
  failReason,
  shimFrame,
} from '../support/link-codec.ts';
import { type Netns, createNetns } from '../support/netns.ts';
import { type PlayedConnection, rawRun } from '../support/played-daemon.ts';
import { finish, useShimBench } from '../support/shim-bench.ts';
import { type ShimCall, shimBuilds, startShim } from '../support/shim-call.ts';

const run = promisify(execFile);
const nodeNetns = `/proc/${process.pid}/ns/net`;
const nameOfNode = "that namespace is the node's own";

const text = (value: string): Buffer => {
  const bytes = Buffer.alloc(4 + Buffer.byteLength(value));
  bytes.writeUInt32BE(Buffer.byteLength(value));
  bytes.write(value, 4);
  return bytes;
};
const routesOf = (netns: string): Buffer => Buffer.concat([text(netns), text('lo'), Buffer.from([4])]);
const noRoutesFor = (netns: string): Buffer => Buffer.concat([routesOf(netns), Buffer.alloc(4)]);

/** Replaces a symbolic link atomically. */
async function leadTo(link: string, target: string): Promise<void> {
  await symlink(target, `${link}.next`);
  await rename(`${link}.next`, link);
}

describe.each(Object.entries(shimBuilds))('the shim, %s, when a path changes its target', (_title, shim) => {
  const at = useShimBench(shim);
  let other: Netns;
  let link: string;
  beforeAll(async () => {
    other = await createNetns();
    await run('ip', ['-n', other.name, 'link', 'add', 'in-other', 'type', 'veth', 'peer', 'name', 'its-peer']);
  });
  afterAll(() => other.remove());
  beforeEach(async () => {
    link = join(at().folder, 'netns');
    await leadTo(link, at().netns);
  });

  const asAgent = (...words: readonly string[]): Promise<readonly [ShimCall, PlayedConnection]> =>
    asAgentWith([], words);
  const asAgentWith = async (
    options: readonly string[],
    words: readonly string[] = [],
  ): Promise<readonly [ShimCall, PlayedConnection]> => {
    const own = ['host-agent', '--socket', at().daemon.socket, '--cni-path', at().bin];
    const agent = startShim([...words, shim, ...own, ...options], { PATH: '/usr/sbin:/usr/bin:/bin' });
    const one = await at().daemon.connection();
    await one.next();
    one.send(encodeWelcome({ major: 1, minor: 0 }, 'played'));
    return [agent, one];
  };
  const stop = async ([agent]: readonly [ShimCall, PlayedConnection]): Promise<void> => {
    agent.child.kill('SIGKILL'); // unshare ignores others
    await agent.ended;
  };
  const delEnv = (netns: string): string[] =>
    at()
      .runEnv('DEL')
      .map((each) => (each.startsWith('CNI_NETNS') ? `CNI_NETNS=${netns}` : each));
  // like a plugin that opens its namespace after the path was changed to the node's
  const flipping = async (target: string): Promise<void> =>
    at().plugin(
      'slow',
      `ln -sfn ${target} ${link}.next; mv -T ${link}.next ${link}; echo "$CNI_NETNS"; nsenter --net="$CNI_NETNS" readlink /proc/self/ns/net`,
    );
  const inodeOf = async (netns: string): Promise<string> =>
    (await run('nsenter', [`--net=${netns}`, 'readlink', '/proc/self/ns/net'])).stdout.trim();

  it.each([
    { title: 'GC', words: undefined },
    { title: 'the host agent', words: [] },
    {
      title: 'the host agent in its own PID namespace',
      words: ['unshare', '--pid', '--fork', '--kill-child'],
    },
  ])('$title passes the checked namespace to a plugin after the path changed', async ({ words }) => {
    await flipping(nodeNetns);
    const agent = words && (await asAgent(...words));
    const call = agent === undefined ? at().start('GC') : undefined;
    const one = agent?.[1] ?? (await at().daemon.called());
    const answer = await one.ask(daemonFrame.run, rawRun('slow', delEnv(link)));
    const [path, entered] = decodeRan(answer!).stdout.split('\n');
    expect(path).toMatch(/^\/proc\/\d+\/fd\/\d+$/);
    expect(entered).toBe(await inodeOf(at().netns));
    // refused, because the path now names the node's namespace
    expect(decodeFailed((await one.ask(daemonFrame.run, rawRun('slow', delEnv(link))))!)).toEqual({
      reason: failReason.forbidden,
      detail: nameOfNode,
    });
    finish(one);
    if (agent !== undefined) await stop(agent);
    await call?.ended;
  });

  it('ADD uses the namespace of its path at the start and refuses plugins after the path changed', async () => {
    await at().plugin('mark', 'echo ran');
    const call = startShim([shim], { ...at().callEnv('ADD'), CNI_NETNS: link });
    const one = await at().daemon.called();
    const env = (): string[] => [
      ...at()
        .runEnv('ADD')
        .filter((each) => !each.startsWith('CNI_NETNS')),
      `CNI_NETNS=${link}`,
    ];
    expect(decodeRan((await one.ask(daemonFrame.run, rawRun('mark', env())))!).stdout).toBe('ran\n');
    await leadTo(link, other.path);
    const links = await one.ask(daemonFrame.listLinks, text(link));
    expect(decodeLinks(links!).map(({ name }) => name)).not.toContain('in-other');
    expect(decodeFailed((await one.ask(daemonFrame.run, rawRun('mark', env())))!)).toEqual({
      reason: failReason.forbidden,
      detail: 'that path names another namespace than when the call started',
    });
    await leadTo(link, nodeNetns);
    expect(decodeFailed((await one.ask(daemonFrame.run, rawRun('mark', env())))!)).toEqual({
      reason: failReason.forbidden,
      detail: nameOfNode,
    });
    finish(one);
    await call.ended;
  });

  it('ADD passes the runtime’s path unchanged, because plugins record and compare it', async () => {
    await at().plugin('show', 'echo "$CNI_NETNS"');
    const call = at().start('ADD');
    const one = await at().daemon.called();
    expect(decodeRan((await one.ask(daemonFrame.run, rawRun('show', at().runEnv('ADD'))))!).stdout).toBe(
      `${at().netns}\n`,
    );
    finish(one);
    await call.ended;
  });

  it('never enters the node’s namespace while a link flips: 2,000 requests', async () => {
    await leadTo(link, other.path);
    const flipper = startShim(
      [
        'sh',
        '-c',
        `while :; do ln -sfn ${nodeNetns} ${link}.a; mv -T ${link}.a ${link}; ln -sfn ${other.path} ${link}.a; mv -T ${link}.a ${link}; done`,
      ],
      {
        PATH: '/usr/bin:/bin',
      },
    );
    const agent = await asAgent();
    const [, one] = agent;
    const requests = 2000;
    for (let id = 1; id <= requests; id++) one.send(encodeFrame(daemonFrame.listLinks, id, text(link)));
    const seen = new Set<string>();
    for (let id = 1; id <= requests; id++) {
      const frame = (await one.next())!;
      seen.add(
        frame.type === shimFrame.links
          ? decodeLinks(frame)
              .map(({ name }) => name)
              .join(' ')
          : decodeFailed(frame).detail,
      );
    }
    flipper.child.kill('SIGKILL');
    await flipper.ended;
    await stop(agent);
    expect(
      [...seen].filter(
        (each) =>
          each !== nameOfNode &&
          !['lo its-peer in-other', 'it is not a network namespace', 'it does not exist'].includes(each),
      ),
    ).toEqual([]);
  });

  it.each([
    { title: 'a FIFO, which it does not wait for', make: (file: string) => run('mkfifo', [file]) },
    { title: 'a file', make: (file: string) => run('touch', [file]) },
    { title: 'a namespace of another kind', make: (file: string) => symlink('/proc/self/ns/uts', file) },
  ])('does not enter $title', async ({ make }) => {
    const file = join(at().folder, 'none');
    await make(file);
    const agent = await asAgent();
    const [, one] = agent;
    const none = { reason: failReason.netns, detail: 'it is not a network namespace' };
    expect(decodeFailed((await one.ask(daemonFrame.listLinks, text(file)))!)).toEqual(none);
    expect(decodeFailed((await one.ask(daemonFrame.run, rawRun('any', delEnv(file))))!)).toEqual(none);
    expect(decodeFailed((await one.ask(daemonFrame.run, rawRun('any', delEnv(`${file}.none`))))!)).toEqual({
      reason: failReason.netns,
      detail: 'it does not exist',
    });
    await stop(agent);
  });

  it('an agent in its own network namespace enters neither that one nor that of PID 1', async () => {
    const asProcess1 = [
      'unshare',
      '--pid',
      '--fork',
      '--kill-child',
      '--mount-proc',
      'sh',
      '-c',
      'unshare --net "$@"; true',
      'sh',
    ];
    const [agent, one] = await asAgent(...asProcess1);
    for (const netns of ['/proc/1/ns/net', '/proc/self/ns/net'])
      expect(decodeFailed((await one.ask(daemonFrame.listLinks, text(netns)))!)).toEqual({
        reason: failReason.forbidden,
        detail: nameOfNode,
      });
    agent.child.kill('SIGKILL');
    await agent.ended;
  });

  it.each(['the host agent without hot-plug', 'GC', 'DEL', 'CHECK', 'STATUS'])(
    '%s changes no default routes',
    async (who) => {
      const agent = who.startsWith('the host agent') ? await asAgentWith(['--hot-plug', 'off']) : undefined;
      const call = agent === undefined ? at().start(who) : undefined;
      const one = agent?.[1] ?? (await at().daemon.called());
      expect(decodeFailed((await one.ask(daemonFrame.setRoutes, noRoutesFor(at().netns)))!).reason).toBe(
        failReason.forbidden,
      );
      finish(one);
      if (agent !== undefined) await stop(agent);
      await call?.ended;
    },
  );
});
