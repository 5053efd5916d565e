import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { RuntimeAnswer } from './cni-runtime.ts';
import { type RecordingDelegate, recordingDelegate } from './recording-delegate.ts';
import { type TestNode, type TestPod, createTestNode } from './test-node.ts';

/** A test node whose plugins are the recording delegates alpha (default network), beta and gamma (NAD default/two). */
export interface RecordingNode {
  readonly node: TestNode;
  readonly delegates: string;
  readonly alpha: RecordingDelegate;
  readonly beta: RecordingDelegate;
  readonly config: (more?: object) => Record<string, unknown>;
  readonly call: (command: string, pod: TestPod, more?: object) => Promise<RuntimeAnswer>;
  /** "ADD beta net1" for every recorded call, in order. */
  readonly steps: () => Promise<readonly string[]>;
}

/** A configuration list of the given plugins. */
export const chain = (name: string, ...types: string[]): Record<string, unknown> => ({
  cniVersion: '1.1.0',
  name,
  plugins: types.map((type) => ({ type })),
});

/** The error object in a plugin's answer. */
export const errorIn = (stdout: string): { code: number; msg: string; details?: string } =>
  JSON.parse(stdout) as { code: number; msg: string };

/** Creates one for the tests of a file and removes it after them; behaviour and records are reset before each test. */
export function useRecordingNode(): () => RecordingNode {
  let made: RecordingNode | undefined;
  const get = (): RecordingNode => {
    if (made === undefined) throw new Error('there is no node outside of a test');
    return made;
  };
  beforeAll(async () => {
    made = await createRecordingNode();
  });
  beforeEach(async () => {
    await get().alpha.set({});
    await get().beta.set({});
    await get().alpha.forget();
  });
  afterAll(() => get().node.remove());
  return get;
}

async function createRecordingNode(): Promise<RecordingNode> {
  const node = await createTestNode();
  const delegates = join(node.dir, 'delegates');
  await mkdir(delegates);
  const alpha = await recordingDelegate(delegates, 'alpha');
  const beta = await recordingDelegate(delegates, 'beta');
  await recordingDelegate(delegates, 'gamma');
  await node.nad('two', chain('two', 'beta', 'gamma'));
  const config = (more: object = {}): Record<string, unknown> =>
    node.config({
      cniVersion: '1.1.0',
      binDir: delegates,
      logLevel: 'error',
      delegates: [chain('default-net', 'alpha')],
      ...more,
    });
  return {
    node,
    delegates,
    alpha,
    beta,
    config,
    call: (command, pod, more) => node.call(command, pod, { config: config(more), path: [delegates] }),
    steps: async () =>
      (await alpha.calls()).map(({ plugin, command, env }) => `${command} ${plugin} ${env['CNI_IFNAME']}`),
  };
}
