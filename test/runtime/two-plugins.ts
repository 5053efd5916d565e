import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JsonObject, parseConfiguration, parseJsonObject } from '../../src/cni/index.ts';
import { type PluginRun, localHost } from '../../src/host/index.ts';
import type { Step } from '../../src/report/index.ts';
import type { DelegateCall, RuntimeDeps } from '../../src/runtime/index.ts';
import { type RecordingDelegate, recordingDelegate } from '../support/recording-delegate.ts';

/** The list of two recording plugins that produced the golden trace. */
export interface TwoPlugins {
  readonly folder: string;
  readonly p1: RecordingDelegate;
  readonly p2: RecordingDelegate;
  /** Commands recorded by both plugins. */
  readonly commands: () => Promise<readonly string[]>;
  /** The runs that the host received, in order. */
  readonly runs: PluginRun[];
  readonly steps: Step[];
  readonly deps: RuntimeDeps;
  readonly call: (version: string, change?: Partial<DelegateCall>, more?: JsonObject) => DelegateCall;
  readonly remove: () => Promise<void>;
}

const plugins = `[
  {"type":"p1","keyA":[1,2],"big":12345678901234567890,"args":{"cni":{"a":1}},"runtimeConfig":{"stale":true},
   "capabilities":{"portMappings":true,"mac":false,"ips":true}},
  {"type":"p2","capabilities":{"mac":true}}]`;

export async function twoPlugins(): Promise<TwoPlugins> {
  const folder = await mkdtemp(join(tmpdir(), 'plexus-runtime-'));
  const [p1, p2] = [await recordingDelegate(folder, 'p1'), await recordingDelegate(folder, 'p2')];
  const runs: PluginRun[] = [];
  const steps: Step[] = [];
  // The path in the runtime's call; the namespace need not exist.
  const real = localHost({ netns: '/var/run/netns/x' });
  const host = {
    ...real,
    runPlugin: (run: PluginRun, signal: AbortSignal) => {
      runs.push(run);
      return real.runPlugin(run, signal);
    },
  };
  return {
    folder,
    p1,
    p2,
    runs,
    steps,
    commands: async () => (await p1.calls()).map(({ plugin, command }) => `${plugin} ${command}`),
    deps: { host, report: (step) => steps.push(step), now: () => 0, pluginSeconds: 30 },
    call: (version, change = {}, more = {}) => ({
      configuration: parseConfiguration(
        { ...parseJsonObject(`{"cniVersion":"${version}","name":"net1","plugins":${plugins}}`, 'test'), ...more },
        { source: 'test' },
      ),
      network: 'shop/net1',
      path: [folder, '/tmp/other'],
      env: { PATH: '/usr/bin:/bin' },
      runtimeConfig: { portMappings: [{ hostPort: 80 }], mac: '02:00:00:00:00:01' },
      containerId: 'cid1',
      netns: '/var/run/netns/x',
      ifName: 'net1',
      cniArgs: 'IgnoreUnknown=1;K8S_POD_NAME=p',
      pod: 'shop/db-0',
      ...change,
    }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
