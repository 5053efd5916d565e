import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isUnlistableDetail, mostAddresses, mostLinks } from '../../src/host/link-messages.ts';
import { daemonFrame, decodeFailed, decodeLinks, encodeWelcome, failReason, shimFrame } from '../support/link-codec.ts';
import { addAddresses } from '../support/many-addresses.ts';
import { type Netns, createNetns } from '../support/netns.ts';
import { finish, useShimBench } from '../support/shim-bench.ts';
import { shimBuilds, startShim } from '../support/shim-call.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const text = (value: string): Buffer => Buffer.concat([Buffer.from([0, 0, 0, value.length]), Buffer.from(value)]);
const routesOf = (netns: string): Buffer => Buffer.concat([text(netns), text('lo'), Buffer.from([4])]);

describe('the limits of a list of links', () => {
  it('are the same in the shim and in the daemon', async () => {
    const code = await readFile(join(root, 'src/shim/links.c'), 'utf8');
    expect(code).toContain(`enum { MOST_LINKS = ${mostLinks}, MOST_ADDRESSES = ${mostAddresses} };`);
    expect(code).toContain(`more than ${mostLinks} links`);
    expect(code).toContain(`more than ${mostAddresses} addresses`);
  });
});

describe('a namespace with too many addresses', () => {
  const shim = shimBuilds['as shipped'];
  const at = useShimBench(shim);
  let crowded: Netns;
  beforeAll(async () => {
    crowded = await createNetns();
    await addAddresses(crowded, mostAddresses);
  });
  afterAll(() => crowded.remove());

  it('is listed up to the limit, fails beyond it, and does not disturb requests for other namespaces', async () => {
    const agent = startShim([shim, 'host-agent', '--socket', at().daemon.socket, '--cni-path', at().bin], {
      PATH: '/usr/bin:/bin',
    });
    const one = await at().daemon.connection();
    await one.next();
    one.send(encodeWelcome({ major: 1, minor: 0 }, 'played'));
    const list = (netns: string) => one.ask(daemonFrame.listLinks, text(netns));
    const full = await list(crowded.path);
    expect(decodeLinks(full!).flatMap(({ addresses }) => addresses)).toHaveLength(mostAddresses);
    await crowded.exec(['ip', 'address', 'add', '10.1.0.1/32', 'dev', 'lo']);
    const failed = await list(crowded.path);
    expect(failed && [failed.type, decodeFailed(failed)]).toEqual([
      shimFrame.failed,
      { reason: failReason.system, detail: `the namespace has more than ${mostAddresses} addresses` },
    ]);
    expect(failed && isUnlistableDetail(decodeFailed(failed).detail)).toBe(true);
    const other = await list(at().netns);
    expect(decodeLinks(other!).map(({ name }) => name)).toEqual(['lo']);
    agent.child.kill('SIGTERM');
    expect((await agent.ended).exitCode).toBe(0);
  });
});

describe('an odd answer of the kernel', () => {
  const shim = join(root, 'dist/shim/plexus-debug');
  const at = useShimBench(shim);
  const answerTo = async (env: Readonly<Record<string, string>>, type: number, body: Buffer) => {
    const library = join(at().folder, 'odd.so');
    const source = join(root, 'test/support/odd-netlink.c');
    await run('gcc', ['-D_GNU_SOURCE', '-shared', '-fPIC', '-Wall', '-Wextra', '-Werror', source, '-o', library]);
    expect(existsSync(shim)).toBe(true);
    const call = at().start('ADD', { LD_PRELOAD: library, ...env });
    const one = await at().daemon.called();
    const answer = await one.ask(type, body);
    finish(one);
    await call.ended;
    return answer!;
  };

  it.each([
    { title: 'once', times: 1 },
    { title: 'four times', times: 4 },
  ])('is read again when the list changed meanwhile, $title', async ({ times }) => {
    const env = { ODD_DISTURBED: `${times}` };
    const links = await answerTo(env, daemonFrame.listLinks, text(at().netns));
    expect(decodeLinks(links)).toMatchObject([{ name: 'lo' }]);
    expect((await answerTo(env, daemonFrame.getRoutes, routesOf(at().netns))).type).toBe(shimFrame.routes);
  });

  it.each([
    { title: 'of links', type: daemonFrame.listLinks, body: () => text(at().netns) },
    { title: 'of routes', type: daemonFrame.getRoutes, body: () => routesOf(at().netns) },
  ])('fails the request when the list $title keeps changing', async ({ type, body }) => {
    const answer = await answerTo({ ODD_DISTURBED: '1000000' }, type, body());
    expect([answer.type, answer.type === shimFrame.failed && decodeFailed(answer)]).toEqual([
      shimFrame.failed,
      { reason: failReason.system, detail: "the kernel's list kept changing while it was read" },
    ]);
  });

  it('fails the request when it contains too many links', async () => {
    const answer = await answerTo({ ODD_REPEATED: `${mostLinks}` }, daemonFrame.listLinks, text(at().netns));
    expect([answer.type, answer.type === shimFrame.failed && decodeFailed(answer)]).toEqual([
      shimFrame.failed,
      { reason: failReason.system, detail: `the namespace has more than ${mostLinks} links` },
    ]);
  });
});
