import { mkdtempDisposable, readFile, readdir, stat } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { variablesOfDaemon } from '../support/daemon-variables.ts';
import type { KubeObject } from '../support/api-server/index.ts';
import { buildChartRenderer, renderChart, whyNoChart } from '../support/helm-chart.ts';
import { schemaProblems } from '../support/kube-schema.ts';
import { renderKustomization } from '../support/kustomize.ts';

const run = promisify(execFile);
const deploy = join(import.meta.dirname, '../../deploy');
const chart = join(deploy, 'chart/plexus');
const overlays = await readdir(join(deploy, 'overlays'));
const components = (await readdir(join(deploy, 'components'))).map((name) => join(deploy, 'components', name));

interface Container {
  readonly name: string;
  readonly command?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly securityContext?: {
    readonly privileged?: boolean;
    readonly allowPrivilegeEscalation?: boolean;
    readonly readOnlyRootFilesystem?: boolean;
    readonly capabilities?: { readonly drop?: readonly string[] };
  };
}
interface PodSpec {
  readonly initContainers: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes: readonly { readonly name: string }[];
}
const daemonSetIn = (objects: readonly KubeObject[]): KubeObject => objects.find(({ kind }) => kind === 'DaemonSet') as KubeObject;
const podOf = (objects: readonly KubeObject[]): PodSpec => (daemonSetIn(objects) as unknown as { spec: { template: { spec: PodSpec } } }).spec.template.spec;
const containersOf = (pod: PodSpec): readonly Container[] => [...pod.initContainers, ...pod.containers];

const rendered = [
  ...overlays.map((name) => ({ title: `overlay ${name}`, objects: () => renderKustomization(join(deploy, 'overlays', name)) })),
  { title: 'with all components', objects: () => renderKustomization(join(deploy, 'overlays/containerd'), components) },
  { title: 'uninstall', objects: () => renderKustomization(join(deploy, 'uninstall')) },
];

describe.each(rendered)('$title', ({ title, objects }) => {
  it('is what the Kubernetes API takes', async () => {
    for (const object of await objects()) expect(schemaProblems(object), `${object.kind} ${object.metadata.name}`).toEqual([]);
  });
  it('mounts every volume that it has, and has every one that it mounts', async () => {
    const pod = podOf(await objects());
    const mounted = containersOf(pod).flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name));
    expect([...new Set(mounted)].toSorted()).toEqual(pod.volumes.map(({ name }) => name).toSorted());
  });
  it('gives no right to any container, but for the host agent', async () => {
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
  it('sets variables that the programs read, and no others', async () => {
    const set = containersOf(podOf(await objects())).flatMap(({ env = [] }) => env.map(({ name }) => name));
    expect(set.filter((name) => !variablesOfDaemon.includes(name) && !['PLEXUS_CNI_BIN_DIR'].includes(name))).toEqual([]);
  });
  it.skipIf(title === 'uninstall')('uses folders of the node under their own paths', async () => {
    const pod = podOf(await objects());
    const daemon = pod.containers.find(({ name }) => name === 'daemon');
    const variable = daemon?.env?.find(({ name }) => name === 'PLEXUS_CNI_CONF_DIR')?.value;
    expect(daemon?.volumeMounts?.find(({ name }) => name === 'cni-conf')?.mountPath).toBe(variable);
    const volume = pod.volumes.find(({ name }) => name === 'cni-conf') as unknown as { hostPath: { path: string } };
    expect(volume.hostPath.path).toBe(variable);
  });
});

describe('the check of manifests', () => {
  it('finds fields that the API does not have, wrong types, and what is missing', async () => {
    const object = daemonSetIn(await renderKustomization(join(deploy, 'overlays/containerd'))) as unknown as { spec: Record<string, unknown> };
    const changed = (change: object) => schemaProblems({ ...object, spec: { ...object.spec, ...change } } as unknown as KubeObject).join();
    expect(changed({ updateStrategie: {} })).toContain('DaemonSet.spec.updateStrategie is no field of the API');
    expect(changed({ minReadySeconds: 'soon' })).toContain('minReadySeconds');
    expect(changed({ selector: undefined })).toContain('selector');
  });
});

describe('the image', () => {
  it('holds what the manifests run, works without anything else, and has no shell', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-image-'));
    const root = folder.path;
    await run(process.execPath, [join(deploy, '../src/make/image.ts'), root]);
    const inside = async (...words: string[]): Promise<string> => (await run('chroot', [root, ...words])).stdout;
    const dockerfile = await readFile(join(deploy, 'Dockerfile'), 'utf8');
    const [, entry = '[]'] = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile) ?? [];
    const program = JSON.parse(entry) as string[];
    expect(await inside(...program, 'version')).toContain('plexus 0.');
    for (const command of ['daemon', 'install', 'uninstall']) expect(await inside(...program, command, '--help')).toContain(`plexus ${command}`);
    expect(await inside('/app/shim/plexus', '--version')).toMatch(/^\d/);
    for (const { objects } of rendered) {
      for (const { command = [] } of containersOf(podOf(await objects())))
        if (command[0] !== undefined) expect((await stat(join(root, command[0]))).isFile()).toBe(true);
    }
    const files = await readdir(root, { recursive: true });
    expect(files.filter((name) => /(^|\/)(sh|bash|busybox|npm)$/.test(name))).toEqual([]);
  });
  it('is built by steps that are here', async () => {
    const dockerfile = await readFile(join(deploy, 'Dockerfile'), 'utf8');
    const { scripts } = JSON.parse(await readFile(join(deploy, '../package.json'), 'utf8')) as { scripts: Record<string, string> };
    for (const [, script = ''] of dockerfile.matchAll(/npm run ([\w:]+)/g)) expect(Object.keys(scripts)).toContain(script);
    const stages = [...dockerfile.matchAll(/^FROM \S+ AS (\S+)$/gm)].map(([, name]) => name);
    for (const [, stage] of dockerfile.matchAll(/--from=(\S+)/g)) expect(stages).toContain(stage);
  });
});

const reason = await whyNoChart();
if (reason !== undefined) process.stderr.write(`the chart is not rendered: ${reason}\n`);

describe.skipIf(reason !== undefined)('the Helm chart', () => {
  let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
  let renderer: string;
  beforeAll(async () => {
    folder = await mkdtempDisposable(join(tmpdir(), 'plexus-chart-'));
    renderer = await buildChartRenderer(folder.path);
  }, 400_000);
  afterAll(() => folder.remove());

  /** Without what only a chart can say of itself. */
  const plain = (objects: readonly KubeObject[]): readonly KubeObject[] =>
    objects
      .map((object) => JSON.parse(JSON.stringify(object, (key, value: unknown) => (['labels', 'matchLabels'].includes(key) ? undefined : value))) as KubeObject)
      .toSorted((a, b) => ((a.kind ?? '') < (b.kind ?? '') ? -1 : 1));

  it('with its own values is the same as the overlay for containerd', async () => {
    const fromChart = plain((await renderChart(renderer, chart)).objects).filter(({ kind }) => kind !== 'ConfigMap');
    const fromOverlay = plain(await renderKustomization(join(deploy, 'overlays/containerd'))).filter(({ kind }) => kind !== 'ConfigMap');
    expect(fromChart).toEqual(fromOverlay);
  });
  it.each(overlays)('for %s is what the API takes, with the overlay’s folders', async (runtime) => {
    const { objects, notes } = await renderChart(renderer, chart, { runtime });
    for (const object of objects) expect(schemaProblems(object), `${object.kind} ${object.metadata.name}`).toEqual([]);
    const pathsIn = (pod: PodSpec): string => JSON.stringify(pod.volumes.toSorted((a, b) => (a.name < b.name ? -1 : 1)));
    expect(pathsIn(podOf(objects))).toBe(pathsIn(podOf(await renderKustomization(join(deploy, 'overlays', runtime)))));
    expect(notes).toContain(`runtime: ${runtime}`);
  });
  it('with everything switched on is what the API takes', async () => {
    const { objects } = await renderChart(renderer, chart, {
      hostAgent: { enabled: true },
      multusStateDir: '/var/lib/cni/multus',
      extraCapabilities: ['DAC_OVERRIDE'],
      apiServer: { host: '10.0.0.1', port: 6443 },
      imagePullSecrets: [{ name: 'secret' }],
      podAnnotations: { a: 'b' },
      image: { digest: `sha256:${'0'.repeat(64)}` },
      configuration: { manageConfiguration: 'report', logLevel: 'debug' },
    });
    for (const object of objects) expect(schemaProblems(object), `${object.kind} ${object.metadata.name}`).toEqual([]);
    expect(podOf(objects).containers.map(({ name }) => name)).toEqual(['daemon', 'host-agent']);
  });
});

describe('the chart’s files', () => {
  it('values.yaml follows values.schema.json, which knows every value', async () => {
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
  it('has the same CRD as crds/', async () => {
    const name = 'network-attachment-definition.yaml';
    expect(await readFile(join(chart, 'crds', name), 'utf8')).toBe(await readFile(join(deploy, '../crds', name), 'utf8'));
  });
});
