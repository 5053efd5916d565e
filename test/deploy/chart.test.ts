import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { KubeObject } from '../support/api-server/index.ts';
import { buildChartRenderer, renderChart, whyNoChart } from '../support/helm-chart.ts';
import { schemaProblems } from '../support/kube-schema.ts';
import { renderKustomization } from '../support/kustomize.ts';
import { type PodSpec, component, daemonSetIn, deploy, overlays, podOf, unordered } from './objects.ts';

const chart = join(deploy, 'chart/plexus');
const reason = await whyNoChart();
if (reason !== undefined) process.stderr.write(`the chart is not rendered: ${reason}\n`);

describe.skipIf(reason !== undefined)('the Helm chart', () => {
  let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
  let renderer: string;
  beforeAll(async () => {
    folder = await mkdtempDisposable(join(tmpdir(), 'plexus-chart-'));
    renderer = await buildChartRenderer(folder.path);
  });
  afterAll(() => folder.remove());

  const chartLabels = [
    'app.kubernetes.io/instance',
    'app.kubernetes.io/version',
    'app.kubernetes.io/managed-by',
    'helm.sh/chart',
  ];
  /** The objects without Helm's four labels, and with the ConfigMap's file parsed. */
  const plain = (objects: readonly KubeObject[]): unknown =>
    unordered(
      JSON.parse(
        JSON.stringify(objects, (key, value: unknown) => {
          if (chartLabels.includes(key)) return undefined;
          return key === 'plexus.yaml' ? (parse(value as string) as unknown) : value;
        }),
      ),
    );
  const render = async (change: Record<string, unknown>): Promise<readonly KubeObject[]> =>
    (await renderChart(renderer, chart, change)).objects;
  /** The objects of an installation, without the pod of helm test. */
  const installed = (objects: readonly KubeObject[]): readonly KubeObject[] =>
    objects.filter(({ metadata }) => metadata.annotations?.['helm.sh/hook'] === undefined);

  it("gives every object Helm's labels, and no selector any of them", async () => {
    const objects = await render({});
    for (const { kind, metadata } of objects)
      expect(Object.keys(metadata.labels ?? {}), kind).toEqual(expect.arrayContaining(chartLabels));
    const selectorIn = (all: readonly KubeObject[]): unknown =>
      (daemonSetIn(all) as unknown as { spec: { selector: unknown } }).spec.selector;
    expect(selectorIn(objects)).toEqual(selectorIn(await renderKustomization(join(deploy, 'overlays/containerd'))));
  });
  it.each(overlays)('renders for %s the same objects as the overlay, valid for the API', async (runtime) => {
    const { objects, notes } = await renderChart(renderer, chart, { runtime });
    for (const object of objects) expect(schemaProblems(object), `${object.kind} ${object.metadata.name}`).toEqual([]);
    expect(plain(installed(objects))).toEqual(plain(await renderKustomization(join(deploy, 'overlays', runtime))));
    expect(notes).toContain(`runtime: ${runtime}`);
  });
  it.each([
    ['host-agent', 'containerd', { hostAgent: { enabled: true } }],
    ['host-agent', 'k3s', { hostAgent: { enabled: true } }],
    ['from-multus', 'containerd', { multusStateDir: '/var/lib/cni/multus' }],
    ['node-root', 'microk8s', { nodeRoot: true }],
    ['stand-in', 'containerd', { standIn: true }],
    ['resource-claims', 'talos', { resourceClaims: { enabled: true } }],
    ['resource-claim-status', 'containerd', { resourceClaims: { reportDrivers: ['driver.example.com'] } }],
    ['monitoring', 'containerd', { monitoring: { enabled: true } }],
    ['ui', 'containerd', { ui: { enabled: true } }],
    ['webhook', 'containerd', { webhook: { enabled: true } }],
    ['dac-override', 'containerd', { extraCapabilities: ['DAC_OVERRIDE'] }],
  ])('renders the same as the component %s with %s', async (name, runtime, values) => {
    const overlay = await renderKustomization(join(deploy, 'overlays', runtime), [component(name)]);
    expect(plain(installed(await render({ runtime, ...values })))).toEqual(plain(overlay));
  });
  it("has a test pod that probes the daemon's socket as the DaemonSet does, without privileges, in a pod network", async () => {
    const objects = await render({ paths: { socketDir: '/run/other' } });
    const pod = objects.find(({ kind }) => kind === 'Pod') as unknown as { metadata: object; spec: PodSpec };
    const [probe] = pod.spec.containers;
    const daemon = podOf(objects).containers.find(({ name }) => name === 'daemon');
    expect(pod.metadata).toMatchObject({ annotations: { 'helm.sh/hook': 'test' } });
    expect(probe?.command).toEqual(daemon?.readinessProbe?.exec.command);
    expect(probe?.command).toContain('/run/other/observe.sock');
    expect(probe?.securityContext).toEqual(daemon?.securityContext);
    expect(pod.spec).not.toHaveProperty('hostNetwork');
  });
  it('with everything enabled is valid for the API', async () => {
    const objects = await render({
      hostAgent: { enabled: true },
      multusStateDir: '/var/lib/cni/multus',
      nodeRoot: true,
      standIn: true,
      webhook: { enabled: true, pods: 'warn', inject: false, injectionLabels: ['networks.example.com/dpdk'] },
      resourceClaims: { enabled: true, reportDrivers: ['a.example.com', 'b.example.com'] },
      extraCapabilities: ['DAC_OVERRIDE'],
      monitoring: { enabled: true },
      ui: {
        enabled: true,
        hosts: ['plexus.example.com'],
        sidecars: [{ name: 'proxy', image: 'proxy', ports: [{ name: 'proxy', containerPort: 4180 }] }],
        volumes: [{ name: 'secret', secret: { secretName: 'proxy' } }],
      },
      apiServer: { host: '10.0.0.1', port: 6443 },
      imagePullSecrets: [{ name: 'secret' }],
      podAnnotations: { a: 'b' },
      podLabels: { c: 'd' },
      affinity: { nodeAffinity: {} },
      extraVolumes: [{ name: 'more', emptyDir: {} }],
      extraVolumeMounts: [{ name: 'more', mountPath: '/more' }],
      image: { digest: `sha256:${'0'.repeat(64)}` },
      configuration: { manageConfiguration: 'report', logLevel: 'debug' },
    });
    for (const object of objects) expect(schemaProblems(object), `${object.kind} ${object.metadata.name}`).toEqual([]);
    expect(podOf(objects).containers.map(({ name }) => name)).toEqual(['daemon', 'host-agent']);
    const daemon = podOf(objects).containers[0];
    expect(daemon?.env).toEqual(
      expect.arrayContaining([
        { name: 'KUBERNETES_SERVICE_HOST', value: '10.0.0.1' },
        { name: 'KUBERNETES_SERVICE_PORT', value: '6443' },
      ]),
    );
    expect((daemon as { image?: string } | undefined)?.image).toBe(`plexus-cni@sha256:${'0'.repeat(64)}`);
  });
});

describe('the chart’s files', () => {
  it('values.yaml conforms to values.schema.json, which contains every value', async () => {
    const schema = JSON.parse(await readFile(join(chart, 'values.schema.json'), 'utf8')) as { properties: object };
    const values = parse(await readFile(join(chart, 'values.yaml'), 'utf8')) as object;
    const validate = new Ajv({ strict: true, strictRequired: false, allowUnionTypes: true }).compile(schema);
    expect(validate(values), JSON.stringify(validate.errors)).toBe(true);
    expect(Object.keys(values).toSorted()).toEqual(
      Object.keys(schema.properties)
        .filter((key) => key !== 'global')
        .toSorted(),
    );
    expect(validate({ ...values, runtime: 'docker' })).toBe(false);
    expect(validate({ ...values, imag: {} })).toBe(false);
  });
  it('Chart.yaml has the version of package.json, in both places', async () => {
    const { version } = JSON.parse(await readFile(join(deploy, '../package.json'), 'utf8')) as { version: string };
    expect(parse(await readFile(join(chart, 'Chart.yaml'), 'utf8'))).toMatchObject({
      apiVersion: 'v2',
      version,
      appVersion: version,
    });
    for (const path of ['base/daemonset.yaml', 'uninstall/daemonset.yaml', 'components/host-agent/daemonset.yaml']) {
      const images = [...(await readFile(join(deploy, path), 'utf8')).matchAll(/image: (\S+)/g)].map(
        ([, image]) => image,
      );
      expect(new Set(images), path).toEqual(new Set([`plexus-cni:${version}`]));
    }
  });
  it('contains the same CRD as crds/', async () => {
    const name = 'network-attachment-definition.yaml';
    expect(await readFile(join(chart, 'crds', name), 'utf8')).toBe(
      await readFile(join(deploy, '../crds', name), 'utf8'),
    );
  });
});
