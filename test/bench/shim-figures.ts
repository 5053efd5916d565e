import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { table } from '../../src/view/index.ts';
import { callCni, plexusCni } from '../support/cni-runtime.ts';
import { shim } from '../support/daemon.ts';
import { waitFor } from '../support/wait-for.ts';
import { inTurn, ms, timed } from './measure.ts';

const run = promisify(execFile);
const many = 200;

/** Start of the program on the host, beside the smallest program there is and direct mode; its size and memory. */
export async function shimFigures(): Promise<string> {
  const version = (executable: string): Promise<number> => timed(() => callCni({ command: 'VERSION', config: { cniVersion: '1.0.0' }, executable }));
  const nothing = async (): Promise<number> => timed(async () => ({ exitCode: 0, ...(await run('/bin/true')) }));
  const times = await inTurn(many, async () => ({ nothing: await nothing(), shim: await version(shim) }));
  const slow = await inTurn(15, async () => ({ direct: await version(plexusCni) }));
  const inShell = await inTurn(3, async () => ({ nothing: await loopMs('/bin/true'), shim: await loopMs(shim) }));
  return table(
    ['PROCESS', 'MS, STARTED BY NODE', 'MS, STARTED BY A SHELL', 'SIZE KiB', 'MEMORY KiB'],
    [
      ['true', ms(times.nothing), inShell.nothing.toFixed(2), '-', '-'],
      ['shim, VERSION', ms(times.shim), inShell.shim.toFixed(2), String(Math.round((await stat(shim)).size / 1024)), await memoryOfShim()],
      ['direct mode, VERSION', ms(slow.direct), '-', '-', '-'],
    ],
  );
}

// a shell starts 1000 of them in a row: nothing else is in the figure
async function loopMs(program: string): Promise<number> {
  const script = `i=0; while [ $i -lt 1000 ]; do ${program} </dev/null >/dev/null; i=$((i+1)); done`;
  const start = performance.now();
  await run('sh', ['-c', script], { env: { CNI_COMMAND: 'VERSION' } });
  return (performance.now() - start) / 1000;
}

/** Peak of one that waits for a daemon. */
async function memoryOfShim(): Promise<string> {
  const env = { CNI_COMMAND: 'ADD', CNI_CONTAINERID: 'x', CNI_NETNS: '/proc/self/ns/net', CNI_IFNAME: 'eth0', CNI_PATH: '/', PLEXUS_SOCKET: '/nowhere/x' };
  const child = spawn(shim, [], { env, stdio: ['pipe', 'ignore', 'ignore'] });
  child.stdin.end('{"cniVersion":"1.0.0","name":"x"}');
  let peak: string | undefined;
  await waitFor('the memory of a waiting shim', async () => {
    peak = /^VmHWM:\s+(\d+)/m.exec(await readFile(`/proc/${child.pid}/status`, 'utf8'))?.[1];
    return peak !== undefined;
  });
  child.kill('SIGKILL');
  await once(child, 'close');
  return peak ?? '?';
}
