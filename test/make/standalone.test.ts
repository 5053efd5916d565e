import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtempDisposable, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileLocks } from '../../src/journal/index.ts';
import { callCni, plexusCni } from '../support/cni-runtime.ts';
import { shim } from '../support/daemon.ts';
import { patience } from '../support/patience.ts';
import { type TestNode, type TestPod, createTestNode } from '../support/test-node.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const nowhere = { PATH: '/nonexistent' };
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let direct: string;
const hasBun = existsSync(join(root, 'node_modules/@oven')); // An optional package.
beforeAll(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-standalone-'));
  if (!hasBun) return;
  await run(process.execPath, [join(root, 'src/make/standalone.ts'), '--out', folder.path], { env: nowhere });
  direct = join(folder.path, 'plexus-direct');
});
afterAll(() => folder.remove());

const words = async (...args: string[]): Promise<string> => (await run(direct, args, { env: nowhere })).stdout;
const version = (executable: string): ReturnType<typeof callCni> =>
  callCni({ executable, command: 'VERSION', config: '', env: executable === direct ? nowhere : {} });

describe.skipIf(!hasBun)('direct mode as one file', () => {
  it('is built with the licences of its packages, and leaves no temporary file', async () => {
    expect((await readdir(folder.path)).toSorted()).toEqual(['plexus-direct', 'plexus-direct.LEGAL.txt']);
  });

  it('answers VERSION as the plugin does', async () => {
    expect(await version(direct)).toEqual(await version(plexusCni));
  });

  it('answers malformed input as the plugin does', async () => {
    const call = (executable: string): ReturnType<typeof callCni> =>
      callCni({
        executable,
        command: 'ADD',
        config: '{',
        containerId: 'c',
        netns: '/proc/self/ns/net',
        ifName: 'eth0',
        path: ['/nonexistent'],
      });
    const [ours, theirs] = [await call(direct), await call(plexusCni)];
    for (const { exitCode, stdout } of [ours, theirs]) {
      expect(exitCode).toBe(1);
      // The messages of the JSON parsers differ.
      expect(JSON.parse(stdout)).toMatchObject({ code: 6, msg: expect.stringMatching(/^PLX-CONFIG-UNDECODABLE: /) });
    }
  });

  it('requires no library except those of glibc 2.17 or newer', async () => {
    const { stdout } = await run('readelf', ['--dynamic', '--version-info', '--wide', direct]);
    const libraries = [...stdout.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name = '']) => name);
    expect(libraries.filter((name) => !/^(libc|libm|libdl|libpthread|ld-linux-[\w-]+)\.so\.\d+$/.test(name))).toEqual(
      [],
    );
    const versions = [...stdout.matchAll(/Name: GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
    expect(Math.max(...versions)).toBeLessThanOrEqual(17);
  });

  it('runs on a file system with only glibc and /proc', async () => {
    await using jail = await mkdtempDisposable(join(tmpdir(), 'plexus-jail-'));
    const { stdout: needed } = await run('ldd', [direct]);
    const libraries = [...needed.matchAll(/(?:=> |^\s*)(\/\S+)/gm)].map(([, path = '']) => path);
    for (const path of libraries) {
      await mkdir(join(jail.path, dirname(path)), { recursive: true });
      await copyFile(path, join(jail.path, path));
    }
    await copyFile(direct, join(jail.path, 'plexus-direct'));
    await mkdir(join(jail.path, 'proc'));
    const script = 'mount -t proc proc "$0/proc" && exec chroot "$0" /plexus-direct "$@"';
    const inJail = (args: readonly string[], env: Record<string, string>): Promise<{ stdout: string }> =>
      run('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script, jail.path, ...args], {
        env: { PATH: process.env['PATH'] ?? '', ...env },
      });
    expect((await inJail([], { CNI_COMMAND: 'VERSION' })).stdout).toBe((await version(plexusCni)).stdout);
    expect((await inJail(['attachments', 'list', '--cni-dir', '/proc'], {})).stdout).toBe('nothing is attached\n');
  });

  it('is the command line when invoked with arguments', async () => {
    expect(await words('--help')).toBe((await run(join(root, 'dist/plexus'), ['--help'])).stdout);
    expect(await words('version')).toMatch(/^plexus \d[\s\S]*\nBun \d+\.\d+\.\d+\n$/);
    await expect(words('nonsense')).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('nonsense') });
  });

  it('describes itself when invoked without arguments', async () => {
    expect(await run(direct, [], { env: nowhere })).toEqual({ stdout: '', stderr: (await run(plexusCni, [])).stderr });
  });

  it('is not affected by files in the working directory', async () => {
    await using other = await mkdtempDisposable(join(tmpdir(), 'plexus-cwd-'));
    await writeFile(join(other.path, '.env'), 'CNI_COMMAND=VERSION\n');
    await writeFile(join(other.path, 'bunfig.toml'), 'preload = ["./evil.js"]\n');
    await writeFile(join(other.path, 'evil.js'), 'console.log("evil")\n');
    await writeFile(join(other.path, 'package.json'), '{"imports":{"pino":"./evil.js"}}');
    expect((await run(direct, [], { env: nowhere, cwd: other.path })).stdout).toBe('');
  });
});

describe.skipIf(!hasBun)('direct mode on a node without Node.js', () => {
  let node: TestNode;
  let alone: string;
  beforeAll(async () => {
    node = await createTestNode('direct');
    alone = join(folder.path, 'alone');
    // nsenter must not depend on the PATH under test.
    await writeFile(alone, `#!/bin/sh\nPATH=/nonexistent exec ${direct}\n`, { mode: 0o755 });
  });
  afterAll(() => node.remove());

  it('attaches, checks, lists and detaches', async () => {
    await node.nad('storage', node.bridge('storage', '10.30.0.0/24'));
    const pod = await node.pod('p', 'storage');
    const call = (command: string): ReturnType<TestNode['call']> => node.call(command, pod, { executable: alone });
    const added = await call('ADD');
    expect(added, added.stdout).toMatchObject({ exitCode: 0 }); // A failure prints stderr: the status is written later.
    expect(JSON.parse(added.stdout)).toMatchObject({ ips: [{ address: '10.244.0.2/24' }] });
    expect((await node.status(pod)).map((each) => each.interface)).toEqual(['eth0', 'net1']);
    const prevResult = JSON.parse(added.stdout) as object;
    const checked = await node.call('CHECK', pod, { executable: alone, config: node.config({ prevResult }) });
    expect(checked).toMatchObject({ exitCode: 0, stdout: '' });
    const rows = (await words('attachments', 'list', '--cni-dir', join(node.dir, 'state'))).split('\n');
    expect(rows[0]).toMatch(/^SANDBOX +POD +INTERFACE +NETWORK +STATE/);
    expect(rows.slice(1, 3)).toEqual([
      expect.stringMatching(/default\/p +eth0 .* attached/),
      expect.stringMatching(/default\/p +net1 .* attached/),
    ]);
    expect(await call('DEL')).toMatchObject({ exitCode: 0, stdout: '' });
    expect(await node.leftovers()).toEqual([]);
  });

  it('waits for a sandbox lock that another process holds', async () => {
    const pod = await node.pod('busy');
    const claim = { containerId: pod.containerId, command: 'DEL' };
    const options = { executable: alone, config: node.config({ deadlines: { delSeconds: 2 } }) };
    await fileLocks(join(node.dir, 'state/locks')).withSandbox(claim, patience(), async () => {
      const { exitCode, stdout } = await node.call('DEL', pod, options);
      expect([exitCode, stdout]).toEqual([1, expect.stringContaining(`DEL (process ${process.pid})`)]);
    });
    expect(await node.call('DEL', pod, options)).toMatchObject({ exitCode: 0 });
  });

  it('answers instead of the daemon if the shim cannot reach it', async () => {
    await copyFile(shim, join(folder.path, 'plexus'));
    const pod = await node.pod('s');
    // The daemon has saved the network, and the runtime passes the annotations.
    const nads = [
      {
        metadata: { name: 'storage', namespace: 'default' },
        spec: { config: JSON.stringify(node.bridge('storage', '10.30.0.0/24')) },
      },
    ];
    await mkdir(join(node.dir, 'state'), { recursive: true });
    await writeFile(join(node.dir, 'state/stand-in.json'), JSON.stringify({ formatVersion: 1, settings: {}, nads }));
    const runtimeConfig = { 'io.kubernetes.cri.pod-annotations': { 'k8s.v1.cni.cncf.io/networks': 'storage' } };
    const call = (command: string, more: object = {}): ReturnType<TestNode['call']> =>
      node.call(command, pod, {
        executable: join(folder.path, 'plexus'),
        config: node.config({ runtimeConfig, ...more }),
        env: { PLEXUS_SOCKET: join(folder.path, 'no.sock') },
      });
    const added = await call('ADD', { daemonWaitSeconds: 0 });
    expect(added, added.stdout).toMatchObject({ exitCode: 0 }); // A failure prints stderr: the status is written later.
    expect(await call('DEL', { daemonWaitSeconds: 0 })).toMatchObject({ exitCode: 0, stdout: '' });
    expect(await node.leftovers()).toEqual([]);
  });

  it('reports a network that cannot be attached, and undoes the attachments', async () => {
    const ranges = [[{ subnet: '10.31.0.0/24', rangeStart: '10.31.0.2', rangeEnd: '10.31.0.2' }]];
    await node.nad(
      'one',
      node.bridge('one', '', { ipam: { type: 'host-local', dataDir: join(node.dir, 'leases'), ranges } }),
    );
    const pods = [await node.pod('q', 'one'), await node.pod('r', 'one')] as const;
    const call = (command: string, pod: TestPod): ReturnType<TestNode['call']> =>
      node.call(command, pod, { executable: alone });
    expect(await call('ADD', pods[0])).toMatchObject({ exitCode: 0 });
    const before = await node.leftovers();
    const answer = await call('ADD', pods[1]);
    expect(answer.exitCode).toBe(1);
    expect(JSON.parse(answer.stdout)).toMatchObject({ msg: expect.stringMatching(/^PLX-/) });
    expect(await node.leftovers()).toEqual(before);
    expect(await call('DEL', pods[0])).toMatchObject({ exitCode: 0 });
    expect(await node.leftovers()).toEqual([]);
  });
});
