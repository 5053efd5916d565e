import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daemonFrame, encodeFrame, encodeWelcome, shimFrame } from '../support/link-codec.ts';
import { type Netns, createNetns } from '../support/netns.ts';
import type { PlayedConnection } from '../support/played-daemon.ts';
import { finish, useShimBench } from '../support/shim-bench.ts';
import { type ShimCall, shimBuilds, startShim } from '../support/shim-call.ts';
import { addAddresses } from '../support/many-addresses.ts';
import { waitFor } from '../support/wait-for.ts';

const requests = 1500; // fit into one read of the shim
const text = (value: string): Buffer => Buffer.concat([Buffer.from([0, 0, 0, value.length]), Buffer.from(value)]);

const peakKib = async ({ child }: ShimCall): Promise<number> =>
  Number(/^VmHWM:\s+(\d+)/m.exec(await readFile(`/proc/${child.pid}/status`, 'utf8'))?.[1]);
const cpuTicks = async ({ child }: ShimCall): Promise<number> => {
  const fields = (await readFile(`/proc/${child.pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
};
/** Waits until the shim does nothing for half a second. */
const atRest = (call: ShimCall): Promise<void> =>
  waitFor('the shim to rest', async () => {
    const before = await cpuTicks(call);
    await delay(500);
    return before > 0 && (await cpuTicks(call)) === before;
  });

describe('a daemon that sends many requests and reads no answer', () => {
  const shim = shimBuilds['as shipped'];
  const at = useShimBench(shim);
  let netns: Netns;
  beforeAll(async () => {
    netns = await createNetns();
    await addAddresses(netns, 1500);
  });
  afterAll(() => netns.remove());

  const flood = (one: PlayedConnection): void => {
    one.pause();
    const body = text(netns.path);
    one.send(Buffer.concat(Array.from({ length: requests }, (_, id) => encodeFrame(daemonFrame.listLinks, id, body))));
  };

  it('costs the shim bounded memory, and a signal is passed on before the remaining answers', async () => {
    const call = at().start('ADD', { CNI_NETNS: netns.path });
    const one = await at().daemon.called();
    flood(one);
    await atRest(call);
    expect(await peakKib(call)).toBeLessThan(8 * 1024);
    call.child.kill('SIGTERM');
    await atRest(call);
    one.resume();
    const types: (number | undefined)[] = [];
    for (let count = 0; count <= requests; count++) types.push((await one.next())?.type);
    expect(types.filter((type) => type === shimFrame.links)).toHaveLength(requests);
    expect(types.indexOf(shimFrame.cancel)).toBeLessThan(requests / 3);
    finish(one);
    expect((await call.ended).exitCode).toBe(0);
  });

  it('costs the host agent bounded memory, and a signal ends it', async () => {
    const agent = startShim([shim, 'host-agent', '--socket', at().daemon.socket, '--cni-path', at().bin], {
      PATH: '/usr/bin:/bin',
    });
    const one = await at().daemon.connection();
    await one.next();
    one.send(encodeWelcome({ major: 1, minor: 0 }, 'played'));
    flood(one);
    await atRest(agent);
    expect(await peakKib(agent)).toBeLessThan(8 * 1024);
    agent.child.kill('SIGTERM');
    expect((await agent.ended).exitCode).toBe(0);
  });
});
