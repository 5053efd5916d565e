import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtempDisposable, readFile, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { type Failed, daemonFrame, decodeFailed, encodeResultFrame, shimFrame } from './link-codec.ts';
import { hostFileFor } from './host-file.ts';
import { type Netns, createNetns } from './netns.ts';
import { type PlayedConnection, type PlayedDaemon, playDaemon } from './played-daemon.ts';
import { type ShimCall, startShim } from './shim-call.ts';

/** The shim, a daemon that the test simulates, a folder of plugins and a sandbox. */
export interface ShimBench {
  readonly folder: string;
  readonly bin: string;
  readonly netns: string;
  daemon: PlayedDaemon;
  /** Writes a shell script to the plugin folder. */
  readonly plugin: (name: string, script: string) => Promise<void>;
  readonly start: (command: string, env?: Readonly<Record<string, string>>, stdin?: string) => ShimCall;
  /** The environment of a call of the runtime. */
  readonly callEnv: (command: string) => Readonly<Record<string, string>>;
  /** The variables of a RUN for the call's sandbox. */
  readonly runEnv: (command: string) => string[];
  /** Sends a request that must fail and returns the failure. */
  readonly failureOf: (one: PlayedConnection, body: Uint8Array, type?: number) => Promise<Failed>;
}

/** Sends the RESULT that ends a call with success. */
export const finish = (one: PlayedConnection): void => one.send(encodeResultFrame(0, 'done\n'));
export const errorIn = (stdout: string) => JSON.parse(stdout) as { code: number; msg: string; cniVersion: string };

/** Creates a bench for each test of a file, for one build of the shim. */
export function useShimBench(shim: string): () => ShimBench {
  let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
  let netns: Netns;
  let bench: ShimBench;
  beforeAll(async () => {
    expect(existsSync(shim), `${shim} is missing: npm test makes it`).toBe(true);
    netns = await createNetns();
  });
  afterAll(() => netns.remove());
  beforeEach(async () => {
    folder = await mkdtempDisposable(join(tmpdir(), 'plexus-shim-'));
    await mkdir(join(folder.path, 'bin'));
    bench = benchIn(folder.path, { shim, netns: netns.path, daemon: await playDaemon(join(folder.path, 'x.sock')) });
  });
  afterEach(async () => {
    await bench.daemon.close();
    await folder.remove();
  });
  return () => bench;
}

function benchIn(
  folder: string,
  { shim, netns, daemon }: { readonly shim: string; readonly netns: string; readonly daemon: PlayedDaemon },
): ShimBench {
  const bin = join(folder, 'bin');
  const env = {
    PATH: '/usr/bin:/bin',
    CNI_CONTAINERID: 'c1',
    CNI_NETNS: netns,
    CNI_IFNAME: 'eth0',
    CNI_ARGS: 'A=b',
    CNI_PATH: bin,
    PLEXUS_SOCKET: daemon.socket,
  };
  return {
    folder,
    bin,
    netns,
    daemon,
    plugin: async (name, script) => {
      await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
      await chmod(join(bin, name), 0o755);
    },
    start: (command, more = {}, stdin) =>
      startShim([shim], { ...env, ...hostFileFor(stdin ?? ''), CNI_COMMAND: command, ...more }, stdin),
    callEnv: (command) => ({ ...env, CNI_COMMAND: command }),
    runEnv: (command) => [`CNI_COMMAND=${command}`, 'CNI_CONTAINERID=c1', `CNI_NETNS=${netns}`, 'CNI_IFNAME=eth0'],
    failureOf: async (one, body, type = daemonFrame.run) => {
      const frame = await one.ask(type, body);
      if (frame?.type !== shimFrame.failed) throw new Error(`answered with a frame of type ${frame?.type}`);
      return decodeFailed(frame);
    },
  };
}

/** Number of processes whose command line contains a text, and whose environment contains another. */
export async function running(command: string, variable = ''): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const read = (pid: string, file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  const found = await Promise.all(
    pids.map(
      async (pid) =>
        (await read(pid, 'cmdline')).replaceAll('\0', ' ').includes(command) &&
        (variable === '' || (await read(pid, 'environ')).includes(variable)),
    ),
  );
  return found.filter(Boolean).length;
}
