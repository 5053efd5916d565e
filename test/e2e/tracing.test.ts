import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hostFileFor } from '../support/host-file.ts';
import { plexusCni, plexusDirect } from '../support/cni-runtime.ts';
import { type TestDaemon, shim, startTestDaemon } from '../support/daemon.ts';
import { openDoor } from '../support/netns-door.ts';
import { type OtlpReceiver, type ReceivedSpan, attribute, startOtlpReceiver } from '../support/otlp-receiver.ts';
import { pluginsDir } from '../support/plugins-dir.ts';
import { type RecordingDelegate, recordingDelegate } from '../support/recording-delegate.ts';
import { type TestNode, type TestPod, createTestNode, engineUnderTest } from '../support/test-node.ts';
import { waitFor } from '../support/wait-for.ts';

// Real ADDs of real plugins; the spans go to a receiver that speaks OTLP over HTTP.
let node: TestNode;
let plugins = '';
let recorder: RecordingDelegate;
let receiver: OtlpReceiver;
let closeDoor: () => Promise<void>;
beforeAll(async () => {
  node = await createTestNode('direct');
  plugins = await mkdtemp(join(tmpdir(), 'plexus-plugins-'));
  for (const name of ['bridge', 'host-local', 'macvlan', 'static'])
    await cp(join(await pluginsDir(), name), join(plugins, name));
  recorder = await recordingDelegate(plugins, 'recorder');
  await node.nad('seen', { cniVersion: '1.0.0', name: 'seen', type: 'recorder' });
  await node.nad('broken', {
    cniVersion: '1.0.0',
    name: 'broken',
    type: 'macvlan',
    master: 'eth9',
    ipam: { type: 'static' },
  });
});
beforeEach(async () => {
  receiver = await startOtlpReceiver();
  // calls are made in the node's namespace
  closeDoor = await openDoor(node.netns, Number(new URL(receiver.endpoint).port));
  await recorder.forget();
});
afterEach(async () => {
  await closeDoor();
  await receiver.close();
});
afterAll(async () => {
  await node.remove();
  await rm(plugins, { recursive: true, force: true });
});

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parent = { TRACEPARENT: `00-${traceId}-b7ad6b7169203331-01`, TRACESTATE: 'congo=t61rcWkgMzE', BAGGAGE: 'who=me' };
const json = (): Record<string, string> => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  OTEL_BSP_SCHEDULE_DELAY: '100',
});
const named = (name: string): ReceivedSpan | undefined => receiver.spans().find((span) => span.name === name);
const direct = (command: string, pod: TestPod, env: Readonly<Record<string, string>>) =>
  node.call(command, pod, {
    executable: engineUnderTest === 'standalone' ? plexusDirect : plexusCni,
    path: [plugins],
    config: node.config({ binDir: plugins }),
    env: { OTEL_BSP_EXPORT_TIMEOUT: '20000', ...env }, // the machine may be busy
  });

/** Checks the spans of an ADD of pod `name` with networks cluster-net and default/seen. */
async function expectSpansOf(name: string, pod: TestPod): Promise<void> {
  const add = named('CNI ADD');
  expect(add).toMatchObject({ traceId, parentSpanId: 'b7ad6b7169203331', traceState: 'congo=t61rcWkgMzE', kind: 2 });
  expect(add?.status.code ?? 0).toBe(0);
  expect([
    attribute(add, 'cni.command'),
    attribute(add, 'k8s.namespace.name'),
    attribute(add, 'k8s.pod.name'),
    attribute(add, 'container.id'),
  ]).toEqual(['ADD', 'default', name, pod.containerId]);
  const below = receiver.spans().filter(({ parentSpanId }) => parentSpanId === add?.spanId);
  expect(below.map((span) => span.name)).toEqual(
    expect.arrayContaining(['lock', 'inputs', 'plan', 'journal', 'ADD bridge', 'ADD recorder']),
  );
  const recorded = named('ADD recorder');
  expect([
    attribute(recorded, 'cni.plugin'),
    attribute(recorded, 'cni.network'),
    attribute(recorded, 'cni.interface'),
  ]).toEqual(['recorder', 'default/seen', 'net1']);
  const [call] = await recorder.calls();
  expect(call?.env).toMatchObject({
    TRACEPARENT: `00-${traceId}-${recorded?.spanId}-01`,
    TRACESTATE: 'congo=t61rcWkgMzE',
    BAGGAGE: 'who=me',
  });
  for (const span of below)
    expect(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano), span.name).toBe(true);
}

describe('traces of direct mode', () => {
  it('CNI-69: are sent before the call ends; plugins get their own span below the caller’s', async () => {
    const pod = await node.pod('direct', 'seen');
    expect(await direct('ADD', pod, { ...json(), ...parent })).toMatchObject({ exitCode: 0, stderr: '' });
    await expectSpansOf('direct', pod);
    expect(receiver.resource()).toMatchObject({ 'service.name': 'plexus' });
    await direct('DEL', pod, {});
  });

  it('are protobuf by default and have the configured service name', async () => {
    const pod = await node.pod('proto', 'seen');
    await direct('ADD', pod, {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_SERVICE_NAME: 'my-plexus',
      ...parent,
    });
    const [{ path, type, bytes } = { path: '', type: '', bytes: Buffer.alloc(0) }] = receiver.bodies;
    expect([path, type]).toEqual(['/v1/traces', 'application/x-protobuf']);
    for (const part of ['my-plexus', 'CNI ADD', 'ADD recorder', 'default/seen'])
      expect(bytes.includes(part), part).toBe(true);
    expect(bytes.includes(Buffer.from(traceId, 'hex'))).toBe(true);
    await direct('DEL', pod, {});
  });

  it('contain the id and code of a failure in the spans of the plugin and the command', async () => {
    const pod = await node.pod('failing', 'broken');
    expect(await direct('ADD', pod, json())).toMatchObject({ exitCode: 1 });
    for (const name of ['CNI ADD', 'ADD macvlan']) {
      expect(named(name)?.status, name).toMatchObject({ code: 2, message: expect.stringContaining('Link not found') });
      expect([attribute(named(name), 'plexus.error.id'), attribute(named(name), 'cni.code')], name).toEqual([
        'PLX-PLUGIN-FAILED',
        999,
      ]);
    }
    await direct('DEL', pod, {});
  });

  it.each([
    { what: 'the caller does not sample', env: { TRACEPARENT: parent.TRACEPARENT.replace(/01$/, '00') } },
    { what: 'the sampler is off', env: { OTEL_TRACES_SAMPLER: 'always_off' } },
  ])('are not sent, and plugins are notified, if $what', async ({ env }) => {
    const pod = await node.pod('unsampled', 'seen');
    expect(await direct('ADD', pod, { ...json(), ...env })).toMatchObject({ exitCode: 0 });
    expect((await recorder.calls())[0]?.env['TRACEPARENT']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(receiver.bodies).toEqual([]);
    await direct('DEL', pod, {});
  });

  it('do not delay a pod if the receiver is unavailable, which is reported', async () => {
    const pod = await node.pod('away', 'seen');
    const answer = await direct('ADD', pod, {
      ...json(),
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
      OTEL_EXPORTER_OTLP_TIMEOUT: '300',
    });
    expect(answer).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('spans cannot be sent') });
    await direct('DEL', pod, {});
  });

  it.each([
    { what: 'no variable enables tracing', env: () => ({}), isLoaded: false },
    { what: 'OTEL_TRACES_EXPORTER is none', env: () => ({ ...json(), OTEL_TRACES_EXPORTER: 'none' }), isLoaded: false },
    { what: 'OTEL_SDK_DISABLED is true', env: () => ({ ...json(), OTEL_SDK_DISABLED: 'true' }), isLoaded: false },
    { what: 'the protocol is grpc', env: () => ({ ...json(), OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }), isLoaded: false },
    { what: 'tracing is enabled', env: json, isLoaded: true },
  ])('load OpenTelemetry if $what: $isLoaded', async ({ env, isLoaded }) => {
    const list = join(node.dir, 'modules');
    const spy = join(node.dir, 'spy.mjs');
    await writeFile(list, '');
    await writeFile(
      spy,
      `import { registerHooks } from 'node:module'; import { appendFileSync } from 'node:fs';
       registerHooks({ load: (url, context, next) => { appendFileSync(${JSON.stringify(list)}, url + '\\n'); return next(url, context); } });`,
    );
    const entry = join(import.meta.dirname, '../../src/cli/cni-entry.ts');
    const config = node.config({ cniVersion: '1.1.0' });
    const call = promisify(execFile)(process.execPath, ['--import', spy, entry], {
      env: {
        PATH: process.env['PATH'] ?? '',
        NODE_DISABLE_COMPILE_CACHE: '1',
        CNI_COMMAND: 'STATUS',
        CNI_PATH: plugins,
        ...hostFileFor(config),
        ...env(),
      },
    });
    call.child.stdin?.end(JSON.stringify(config));
    await call;
    const loaded = await readFile(list, 'utf8');
    expect(loaded).toContain('src/cli/direct.ts');
    expect(loaded.includes('@opentelemetry/')).toBe(isLoaded);
  });
});

describe('traces of the daemon', () => {
  let daemon: TestDaemon | undefined;
  afterEach(() => daemon?.stop());

  it('have the same spans and the network-status; the caller’s context is passed over the host link', async () => {
    const flags = {
      'manifests-dir': join(node.dir, 'manifests'),
      'conf-dir': join(node.dir, 'conf'),
      'cni-dir': join(node.dir, 'state'),
      'node-name': 'node-7',
    };
    daemon = await startTestDaemon({ dir: node.dir, nodeNetns: node.netns.path, flags, env: json() });
    const pod = await node.pod('linked', 'seen');
    const call = (command: string) =>
      node.call(command, pod, {
        executable: shim,
        path: [plugins],
        env: { PLEXUS_SOCKET: daemon?.socket ?? '', ...parent },
      });
    expect(await call('ADD')).toMatchObject({ exitCode: 0 });
    await waitFor('the span of the command', async () => named('CNI ADD') !== undefined);
    await expectSpansOf('linked', pod);
    expect(attribute(named('network-status'), 'plexus.status')).toBe('written');
    expect(receiver.resource()).toMatchObject({ 'service.name': 'plexus', 'k8s.node.name': 'node-7' });
    expect(await call('DEL')).toMatchObject({ exitCode: 0 });
    await daemon.stop();
    expect(named('CNI DEL')).toMatchObject({ traceId }); // pending spans are sent at the end
  });
});
