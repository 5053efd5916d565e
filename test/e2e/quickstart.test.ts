import { execFile } from 'node:child_process';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { callCni, podArgs } from '../support/cni-runtime.ts';
import { pluginsDir } from '../support/plugins-dir.ts';
import { createTestNode } from '../support/test-node.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const folder = join(root, 'examples/quickstart');
const scripts = (await readdir(folder)).filter((name) => name.endsWith('.sh'));
const networks = await readFile(join(folder, 'networks.yaml'), 'utf8');
/** The sed expression by which kind.sh changes the networks. */
const forKind = /sed '(.*)' examples\/quickstart\/networks.yaml/.exec(
  await readFile(join(folder, 'kind.sh'), 'utf8'),
)?.[1];

it.each(scripts)('quickstart/%s has at most 30 lines, and applies files that exist', async (name) => {
  const text = await readFile(join(folder, name), 'utf8');
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(30);
  const paths = [...text.matchAll(/(?<=[ '])(?:examples|deploy|crds)\/[\w./-]+/g)].map(([, path = '']) => path);
  expect(paths.length).toBeGreaterThanOrEqual(2);
  for (const path of paths) await run('test', ['-e', join(root, path)]);
});

it.each([
  ['bridge', undefined],
  ['ptp', forKind],
])('the two pods of the quickstart reach each other through networks of type %s', async (type, change) => {
  await using node = await createTestNode().then((made) => ({ ...made, [Symbol.asyncDispose]: () => made.remove() }));
  const manifests = join(node.dir, 'quickstart');
  await mkdir(manifests);
  await writeFile(join(manifests, 'original.txt'), networks);
  const { stdout: text } = await run('sed', [change ?? '', join(manifests, 'original.txt')]);
  expect(text.match(new RegExp(`"type": "${type}"`, 'g'))).toHaveLength(2);
  await writeFile(
    join(manifests, 'networks.yaml'),
    text.replaceAll('"type": "host-local",', `"type": "host-local", "dataDir": "${node.dir}/leases",`),
  );
  const config = {
    cniVersion: '1.0.0',
    name: 'plexus',
    type: 'plexus-cni',
    delegates: [node.bridge('cluster', '10.244.0.0/24')],
    manifestsDir: manifests,
    cniDir: join(node.dir, 'state'),
    binDir: node.dir,
    logLevel: 'error',
  };
  const path = [await pluginsDir()];
  const attach = async (name: string) => {
    const pod = await node.pod(name);
    const args = podArgs({ namespace: 'default', name }, pod.containerId);
    const call = (command: string) =>
      callCni({
        command,
        config,
        ...pod,
        netns: pod.netns.path,
        ifName: 'eth0',
        args,
        path,
        nodeNetns: node.netns.path,
      });
    const answer = await call('ADD');
    expect(answer.exitCode, answer.stdout).toBe(0);
    const { ips, interfaces } = JSON.parse(answer.stdout) as Result;
    expect(interfaces.filter(({ sandbox }) => (sandbox ?? '') !== '').map((each) => each.name)).toContain('eth0');
    return { pod, detach: () => call('DEL'), ips };
  };
  const [left, right] = [await attach('left'), await attach('right')];
  const { stdout } = await run('nsenter', [`--net=${right.pod.netns.path}`, 'ip', '-4', '-o', 'addr', 'show', 'net1']);
  const address = /inet ([\d.]+)/.exec(stdout)?.[1] ?? '';
  expect(address).toMatch(/^10\.50\.0\./);
  await run('nsenter', [`--net=${left.pod.netns.path}`, 'ping', '-c', '1', '-W', '20', address]);
  for (const { detach } of [left, right]) expect(await detach()).toMatchObject({ exitCode: 0 });
});

interface Result {
  readonly ips: readonly object[];
  readonly interfaces: readonly { readonly name: string; readonly sandbox?: string }[];
}
