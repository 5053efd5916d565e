import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { type BothEnds, openBothEnds } from '../support/both-ends.ts';
import { repository } from '../support/plexus-command.ts';

let ends: BothEnds;
beforeAll(async () => {
  ends = await openBothEnds();
});
afterAll(() => ends.cluster.remove());

const version = (...words: readonly string[]) =>
  promisify(execFile)(join(repository, 'dist/plexus'), ['version', ...words], {
    env: { PATH: process.env['PATH'] ?? '', HOME: '/proc/none' },
  });

it('plexus version shows daemon, host link, shim and CRD of a real daemon, shim and API', async () => {
  const { dir } = ends.cluster.node;
  const node = ['--cni-bin-dir', join(dir, 'bin'), '--socket', join(dir, 'run/plexus.sock')];
  const { stdout } = await version('--end', 'both', ...node, '--kubeconfig', join(dir, 'kubeconfig'));
  const rows = stdout.split('\n').map((line) => line.split(/ {2,}/));
  expect(rows).toEqual(
    expect.arrayContaining([
      ['daemon', manifest.version, join(dir, 'run/plexus.sock')],
      ['host link', '1.0', join(dir, 'run/plexus.sock')],
      ['shim', manifest.version, join(dir, 'bin/plexus')],
      ['CRD', 'v1', 'network-attachment-definitions.k8s.cni.cncf.io'],
    ]),
  );
});
it('plexus version reports a missing kubeconfig', async () => {
  await expect(version('--end', 'cluster')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('/proc/none/.kube/config'),
  });
});
