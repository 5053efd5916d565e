import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fromEnvironment } from '../../src/cli/daemon-flags.ts';
import { loadConfiguration } from '../../src/service/index.ts';
import { parseSettings } from '../../src/plan/index.ts';
import type { KubeObject } from '../support/api-server/index.ts';
import { variablesOfDaemon } from '../support/daemon-variables.ts';
import { schemaProblems } from '../support/kube-schema.ts';
import { renderKustomization } from '../support/kustomize.ts';
import { kustomize, whyNoKustomize } from './kustomize-itself.ts';
import {
  type Container,
  component,
  components,
  containersOf,
  daemonSetIn,
  deploy,
  overlays,
  podOf,
  rendered,
  unordered,
} from './objects.ts';

describe.each(rendered)('$title', ({ title, objects }) => {
  it('is valid for the Kubernetes API', async () => {
    for (const object of await objects())
      expect(schemaProblems(object), `${object.kind} ${object.metadata.name}`).toEqual([]);
  });
  it('mounts every volume that it defines, and defines every one that it mounts', async () => {
    const pod = podOf(await objects());
    const mounted = containersOf(pod).flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name));
    expect([...new Set(mounted)].toSorted()).toEqual(pod.volumes.map(({ name }) => name).toSorted());
  });
  it('grants no privilege to any container except the host agent', async () => {
    for (const { name, securityContext } of containersOf(podOf(await objects()))) {
      if (name === 'host-agent') continue;
      expect(securityContext, name).toMatchObject({
        privileged: false,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });
  it('sets only variables that the programs read', async () => {
    const set = containersOf(podOf(await objects())).flatMap(({ env = [] }) => env.map(({ name }) => name));
    expect(
      set.filter(
        (name) =>
          !variablesOfDaemon.includes(name) && !['PLEXUS_CNI_BIN_DIR', 'PLEXUS_ROOT', 'PLEXUS_STAND_IN'].includes(name),
      ),
    ).toEqual([]);
  });
  it.skipIf(title === 'uninstall')('mounts folders of the node under their own paths', async () => {
    const pod = podOf(await objects());
    const daemon = daemonOf(pod.containers);
    const variable = daemon.env?.find(({ name }) => name === 'PLEXUS_CNI_CONF_DIR')?.value;
    expect(daemon.volumeMounts?.find(({ name }) => name === 'cni-conf')?.mountPath).toBe(variable);
    expect(pod.volumes.find(({ name }) => name === 'cni-conf')?.hostPath?.path).toBe(variable);
  });
  it("gives the token to the daemon alone, and shares only the node's network namespace", async () => {
    const pod = podOf(await objects());
    const withToken = containersOf(pod).filter(({ volumeMounts = [] }) =>
      volumeMounts.some(({ mountPath }) => mountPath.startsWith('/var/run/secrets')),
    );
    expect(withToken.map(({ name }) => name)).toEqual(title === 'uninstall' ? [] : ['daemon']);
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      hostNetwork: true,
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(pod).not.toHaveProperty('hostPID');
    expect(pod).not.toHaveProperty('hostIPC');
  });
});

const daemonOf = (containers: readonly Container[]): Container =>
  containers.find(({ name }) => name === 'daemon') as Container;

describe.each(overlays)('the DaemonSet of overlay %s', (name) => {
  const objects = (): Promise<readonly KubeObject[]> => renderKustomization(join(deploy, 'overlays', name));
  it('runs on every node before any pod network, and is updated node by node', async () => {
    const { spec } = daemonSetIn(await objects()) as unknown as { spec: object };
    expect(spec).toMatchObject({
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0 } },
      template: { spec: { priorityClassName: 'system-node-critical', tolerations: [{ operator: 'Exists' }] } },
    });
  });
  it("mounts only the daemon's socket and state, the CNI configuration, kubelet's pod data, device information, and the files of networks", async () => {
    const pod = podOf(await objects());
    const onNode = pod.volumes.filter(({ hostPath }) => hostPath !== undefined).map((volume) => volume.name);
    const seen = daemonOf(pod.containers).volumeMounts?.filter((mount) => onNode.includes(mount.name)) ?? [];
    expect(seen.map((mount) => `${mount.name} ${mount.readOnly === true ? 'ro' : 'rw'}`).toSorted()).toEqual([
      'cni-conf rw',
      'device-info rw',
      'kubelet-checkpoint ro',
      'kubelet-devices ro',
      'kubelet-pods ro',
      'network-files ro',
      'socket rw',
      'state rw',
    ]);
    expect(pod.initContainers.flatMap(({ volumeMounts = [] }) => volumeMounts.map((mount) => mount.name))).toEqual([
      'cni-bin',
    ]);
  });
  it("passes the node's name to the daemon, and probes it over the socket that only root can use", async () => {
    const daemon = daemonOf(podOf(await objects()).containers);
    expect(daemon.env?.find((each) => each.name === 'PLEXUS_NODE_NAME')?.valueFrom).toEqual({
      fieldRef: { fieldPath: 'spec.nodeName' },
    });
    const probing = (path: string) => [
      '/app/shim/plexus',
      'probe',
      path,
      '--socket',
      `${mountedAt(daemon, 'socket')}/observe.sock`,
    ];
    expect([daemon.livenessProbe?.exec.command, daemon.readinessProbe?.exec.command]).toEqual([
      probing('/healthz'),
      probing('/readyz'),
    ]);
  });
  it('has a ConfigMap that the daemon accepts without a warning, with the folders, port and name of the DaemonSet', async () => {
    const all = await objects();
    const daemon = daemonOf(podOf(all).containers);
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-config-'));
    const data = configMapOf(all);
    const file = /^\/etc\/plexus\/(.+)$/.exec(daemon.args?.at(-1) ?? '')?.[1] ?? '';
    expect([daemon.args?.slice(0, 2), mountedAt(daemon, 'config'), Object.keys(data)]).toEqual([
      ['daemon', '--config'],
      '/etc/plexus',
      [file],
    ]);
    await writeFile(join(folder.path, file), data[file] ?? '');
    const env = Object.fromEntries((daemon.env ?? []).map((each) => [each.name, each.value ?? 'from-the-node']));
    const warnings: string[] = [];
    const sources = { file: join(folder.path, file), required: true, env: fromEnvironment(env), flags: {} };
    const options = (await loadConfiguration(sources, (text) => warnings.push(text))).current();
    expect(warnings).toEqual([]);
    const at = (volume: string) => mountedAt(daemon, volume);
    expect(options).toMatchObject({
      socket: `${at('socket')}/plexus.sock`,
      cniConfDir: at('cni-conf'),
      kubeletPodsApi: `${at('kubelet-pods')}/pods-api.sock`,
      settings: { cniDir: at('state') },
      nodeName: 'from-the-node',
      http: { host: '127.0.0.1', port: 9913 },
    });
    const { kubeletDir, deviceInfoDir, confDir } = parseSettings({
      clusterNetwork: 'any',
      ...options.settings,
    }).settings;
    expect(['kubelet-devices', 'kubelet-checkpoint', 'device-info', 'network-files'].map(at)).toEqual([
      `${kubeletDir}/pod-resources`,
      `${kubeletDir}/device-plugins`,
      deviceInfoDir,
      confDir,
    ]);
    const { terminationGracePeriodSeconds } = podOf(all) as unknown as { terminationGracePeriodSeconds: number };
    expect(terminationGracePeriodSeconds).toBeGreaterThan(options.graceSeconds);
  });
});

const reason = await whyNoKustomize();
if (reason !== undefined) process.stderr.write(`kustomize itself is not asked: ${reason}\n`);

describe.skipIf(reason !== undefined)('kustomize', () => {
  const same = async (folder: string, extra: readonly string[] = []): Promise<void> => {
    await using own = await mkdtempDisposable(join(tmpdir(), 'plexus-kustomization-'));
    const path = join(own.path, 'mine');
    await mkdir(path);
    const lists = { resources: [relative(path, folder)], components: extra.map((each) => relative(path, each)) };
    await writeFile(
      join(path, 'kustomization.yaml'),
      JSON.stringify({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', ...lists }),
    );
    expect(unordered(await kustomize(path))).toEqual(unordered(await renderKustomization(folder, extra)));
  };
  it.each(overlays)('builds from overlay %s what these tests check', (name) => same(join(deploy, 'overlays', name)));
  it('builds from the components, and from uninstall, what these tests check', async () => {
    await same(join(deploy, 'overlays/containerd'), components);
    await same(join(deploy, 'overlays/k3s'), [component('host-agent'), component('dac-override')]);
    await same(join(deploy, 'uninstall'));
  });
});

const mountedAt = ({ volumeMounts }: ReturnType<typeof daemonOf>, volume: string): string | undefined =>
  volumeMounts?.find(({ name }) => name === volume)?.mountPath;
const configMapOf = (all: readonly KubeObject[]): Record<string, string> =>
  (all.find(({ kind }) => kind === 'ConfigMap') as unknown as { data: Record<string, string> }).data;

describe('the check of manifests', () => {
  it('finds unknown fields, wrong types, and missing fields', async () => {
    const object = daemonSetIn(await renderKustomization(join(deploy, 'overlays/containerd'))) as unknown as {
      spec: Record<string, unknown>;
    };
    const changed = (change: object) =>
      schemaProblems({ ...object, spec: { ...object.spec, ...change } } as unknown as KubeObject).join();
    expect(changed({ updateStrategie: {} })).toContain('DaemonSet.spec.updateStrategie is no field of the API');
    expect(changed({ minReadySeconds: 'soon' })).toContain('minReadySeconds');
    expect(changed({ selector: undefined })).toContain('selector');
  });
});
