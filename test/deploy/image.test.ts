import { execFile } from 'node:child_process';
import { mkdtempDisposable, readFile, readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { noticesName } from '../../src/make/bundling.ts';
import { containersOf, deploy, podOf, rendered } from './objects.ts';

const run = promisify(execFile);
const top = join(deploy, '..');
const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** The instructions of a Dockerfile, without comments and with continued lines joined. */
const instructionsIn = (text: string): readonly { readonly word: string; readonly rest: string }[] =>
  text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => ({ word: line.split(' ')[0] ?? '', rest: line.slice(line.indexOf(' ') + 1).trim() }));
const instructions = instructionsIn(await readFile(join(deploy, 'Dockerfile'), 'utf8'));
const those = (word: string): readonly string[] =>
  instructions.filter((each) => each.word === word).map(({ rest }) => rest);

describe('the Dockerfile', () => {
  it('contains only valid instructions', () => {
    expect(
      instructions
        .map(({ word }) => word)
        .filter((word) => !/^(ARG|FROM|RUN|WORKDIR|COPY|ENV|USER|ENTRYPOINT|CMD)$/.test(word)),
    ).toEqual([]);
  });
  it('is built by steps and stages that exist, into an empty image', async () => {
    const { scripts } = JSON.parse(await readFile(join(top, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const steps = those('RUN').flatMap((rest) =>
      [...rest.matchAll(/npm run ([\w:]+)/g)].map(([, script = '']) => script),
    );
    expect(steps).toEqual(['build:standalone', 'image']);
    for (const step of steps) expect(Object.keys(scripts)).toContain(step);
    const stages = those('FROM').map((rest) => / AS (\S+)$/.exec(rest)?.[1]);
    for (const rest of those('COPY')) {
      const stage = /--from=(\S+)/.exec(rest)?.[1];
      if (stage !== undefined) expect(stages).toContain(stage);
    }
    expect(those('FROM').at(-1)).toBe('scratch');
  });
  it('copies from the folder that it has filled', () => {
    const filled = those('RUN').flatMap((rest) =>
      [...rest.matchAll(/npm run image -- (\S+)/g)].map(([, folder]) => folder),
    );
    expect(those('COPY').filter((rest) => rest.startsWith('--from='))).toEqual([`--from=build ${filled[0]}/ /`]);
  });
  it.each([
    ['node:24', false],
    ['node:24@sha256:short', false],
    [`node:24@sha256:${'0'.repeat(64)}x`, false],
    ['', false],
    [`node:24-bookworm-slim@sha256:${'0a'.repeat(32)}`, true],
  ])('requires a digest of the base image: NODE_IMAGE=%j is accepted: %j', async (image, expected) => {
    // No default.
    expect(those('ARG').filter((rest) => rest.startsWith('NODE_IMAGE'))).toEqual(['NODE_IMAGE', 'NODE_IMAGE']);
    const check = those('RUN').find((rest) => rest.includes('$NODE_IMAGE'));
    const answer = run('sh', ['-c', check ?? 'exit 7'], { env: { PATH: '/usr/bin:/bin', NODE_IMAGE: image } });
    if (expected) await answer;
    else
      await expect(answer).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringContaining('NODE_IMAGE must end in @sha256:') as string,
      });
  });
  it('receives everything that the build reads, and no old build', async () => {
    const ignored = (await readFile(join(top, '.dockerignore'), 'utf8')).trim().split('\n');
    // Only plain paths, so that the next lines can interpret them.
    expect(ignored.filter((line) => /[*!/]/.test(line))).toEqual([]);
    expect(ignored).toEqual(expect.arrayContaining(['.git', 'dist', 'node_modules']));
    // Not a clone.
    const { stdout } = await run('git', ['-C', top, 'ls-files', '--', ...ignored]).catch(() => ({ stdout: '' }));
    expect(stdout).toBe('');
    expect(those('COPY')[0]).toBe('. .');
  });
});

describe('the image', () => {
  it('contains what the manifests run, is self-contained, and has no shell', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-image-'));
    const root = folder.path;
    await run(process.execPath, [join(top, 'src/make/image.ts'), root]);
    const inside = async (...words: string[]): Promise<string> => (await run('chroot', [root, ...words])).stdout;
    const program = JSON.parse(those('ENTRYPOINT')[0] ?? '[]') as string[];
    expect(await inside(...program, 'version')).toContain('plexus 0.');
    expect(await inside('/usr/bin/plexus', 'trace', '--help')).toContain('plexus trace'); // For kubectl exec.
    const commands = new Set(['daemon', 'install', 'uninstall']);
    for (const command of commands) expect(await inside(...program, command, '--help')).toContain(`plexus ${command}`);
    expect(await inside('/app/shim/plexus', '--version')).toMatch(/^\d/);
    for (const { objects } of rendered) {
      for (const { command = [], args = [] } of containersOf(podOf(await objects()))) {
        if (command[0] === undefined) expect(commands).toContain(args[0]);
        else expect((await stat(join(root, command[0]))).isFile(), command[0]).toBe(true);
      }
    }
    const files = await readdir(root, { recursive: true });
    expect(files.filter((name) => /(^|\/)(sh|bash|busybox|npm)$/.test(name))).toEqual([]);
    expect((await readdir(root)).toSorted().filter((name) => !['app', 'lib', 'lib64', 'usr'].includes(name))).toEqual(
      [],
    );
    for (const file of ['LICENSE', 'LICENSE.node.txt', noticesName])
      expect(await isThere(join(root, 'app', file)), file).toBe(true);
    expect(await readFile(join(root, 'app/LICENSE.node.txt'), 'utf8')).toContain('Node.js contributors');
    // Every library has the licence of its package.
    for (const name of ['libc6', 'libstdc++6'])
      expect(await isThere(join(root, 'usr/share/doc', name, 'copyright')), name).toBe(true);
  });
});
