import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClusterUnderTest, startCluster } from '../support/cluster-under-test.ts';
import { aNad, aPod } from './objects.ts';
import { patienceMs } from '../support/patience.ts';

const kubectl = process.env['KUBECTL'] ?? 'kubectl';
const namespace = `kubectl-${process.pid}`;
const isMissing = ((): boolean => {
  try {
    execFileSync(kubectl, ['version', '--client'], { stdio: 'ignore', timeout: patienceMs });
    return false;
  } catch {
    return true;
  }
})();

let cluster: ClusterUnderTest;
let dir: string;

beforeAll(async () => {
  cluster = await startCluster();
  dir = await mkdtemp(join(tmpdir(), 'plexus-kubectl-'));
  await cluster.writeKubeconfig(join(dir, 'kubeconfig'));
  if (!isMissing) await run('create', 'namespace', namespace);
});

afterAll(async () => {
  await cluster.close();
  await rm(dir, { recursive: true, force: true });
});

// Otherwise kubectl would keep a discovery cache for every port that a test ever used.
const options = (): string[] => ['--kubeconfig', join(dir, 'kubeconfig'), '--cache-dir', join(dir, 'cache')];

async function run(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(kubectl, [...options(), '--namespace', namespace, ...args], {
    timeout: patienceMs,
  });
  return stdout.replaceAll(/ \d+s(?=\s)/g, ' 0s');
}

async function file(...objects: object[]): Promise<string> {
  const path = join(dir, 'objects.json');
  await writeFile(path, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  return path;
}

describe.skipIf(isMissing)(
  `kubectl (skipped if it is not available; KUBECTL names another binary than ${kubectl})`,
  () => {
    it('supports create -f, get pods, get nad and delete -f', async () => {
      const nad = aNad(namespace, 'fast');
      const annotations = { 'k8s.v1.cni.cncf.io/resourceName': 'vendor/nic' };
      const path = await file(aPod(namespace, 'p'), { ...nad, metadata: { ...nad.metadata, annotations } });
      expect(await run('create', '-f', path)).toMatchInlineSnapshot(`
      "pod/p created
      networkattachmentdefinition.k8s.cni.cncf.io/fast created
      "
    `);
      expect(await run('get', 'pods')).toMatchInlineSnapshot(`
      "NAME   READY   STATUS    RESTARTS   AGE
      p      0/2     Pending   0          0s
      "
    `);
      expect(await run('get', 'nad', '--output', 'wide')).toMatchInlineSnapshot(`
      "NAME   RESOURCE     AGE   CONFIG
      fast   vendor/nic   0s    {"type":"bridge"}
      "
    `);
      expect(await run('get', 'net-attach-def', 'fast', '--output', 'jsonpath={.spec.config}')).toBe(
        '{"type":"bridge"}',
      );
      await run('delete', '-f', path, '--grace-period', '0', '--force');
      expect(await run('get', 'pods,nad')).toBe('');
    });

    it('supports annotate, label and patch', async () => {
      await run('create', '-f', await file(aPod(namespace, 'patched'), aNad(namespace, 'patched')));
      await run('annotate', 'pod', 'patched', 'k8s.v1.cni.cncf.io/networks=patched');
      await run('label', 'nad', 'patched', 'a=b');
      await run('patch', 'pod', 'patched', '--patch', '{"spec":{"containers":[{"name":"side","image":"second"}]}}');
      const images = await run(
        'get',
        'pod',
        'patched',
        '--output',
        'jsonpath={.metadata.annotations} {.spec.containers[*].image}',
      );
      expect(images).toBe('{"k8s.v1.cni.cncf.io/networks":"patched"} first second');
      const wrong = run('patch', 'nad', 'patched', '--type', 'merge', '--patch', '{"spec":{"config":5}}');
      await expect(wrong).rejects.toThrow('spec.config in body must be of type string: "integer"');
    });
  },
);

describe.skipIf(isMissing)('kubectl, applying and waiting', () => {
  it('apply creates and changes objects, and leaves unchanged ones alone', async () => {
    const pod = aPod(namespace, 'applied');
    const answers = [await run('apply', '-f', await file(pod, aNad(namespace, 'applied')))];
    const [main, side] = pod.spec.containers;
    const changed = { ...pod, spec: { containers: [{ ...main, image: 'second' }, side] } };
    answers.push(await run('apply', '-f', await file(changed, aNad(namespace, 'applied', '{}'))));
    answers.push(await run('apply', '-f', await file(changed, aNad(namespace, 'applied', '{}'))));
    expect(
      answers.map((text) =>
        text
          .replaceAll(/\S+\/applied /g, '')
          .trim()
          .split('\n'),
      ),
    ).toEqual([
      ['created', 'created'],
      ['configured', 'configured'],
      ['unchanged', 'unchanged'],
    ]);
    expect(await run('get', 'pod', 'applied', '--output', 'jsonpath={.spec.containers[*].image}')).toBe('second first');
  });

  it('get --watch shows changes as they arrive', async () => {
    await run('create', '-f', await file(aPod(namespace, 'watched')));
    const args = [...options(), '--namespace', namespace, 'get', 'pod', 'watched', '--watch', '--output', 'name'];
    const child = spawn(kubectl, args, { stdio: ['ignore', 'pipe', 'inherit'], timeout: patienceMs });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    expect((await lines.next()).value).toBe('pod/watched');
    await run('annotate', 'pod', 'watched', 'a=b');
    expect((await lines.next()).value).toBe('pod/watched');
    child.kill();
    await once(child, 'exit');
  });

  it('delete waits until the pod is gone, and reports a missing object', async () => {
    await run('create', '-f', await file(aPod(namespace, 'doomed')));
    expect(await run('delete', 'pod', 'doomed')).toContain('pod "doomed"');
    await expect(run('get', 'pod', 'doomed')).rejects.toThrow('Error from server (NotFound): pods "doomed" not found');
    await expect(run('create', '-f', await file(aPod('nowhere', 'x')), '--namespace', 'nowhere')).rejects.toThrow(
      'namespaces "nowhere" not found',
    );
  });
});
