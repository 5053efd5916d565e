import { execFile } from 'node:child_process';
import { copyFile, mkdtempDisposable, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';
import { membersOf, sha256, textIn, unpack } from './archive.ts';
import { thisPlatform } from './binaries.ts';
import { executableFor } from './executable.ts';
import { readImage } from './image.ts';
import { type Platform, type Release, addressOf, artefact, names } from './release.ts';

// Compares the artefacts of a release with each other. Reads them back from their files and archives, as users do.
const run = promisify(execFile);

/** Problems of a release; [] if its artefacts agree. `only`: the names of the checks; default: all. */
export async function problemsOf(release: Release, only?: readonly CheckName[]): Promise<readonly string[]> {
  const files = await readdir(release.out);
  const chosen = only ?? (Object.keys(checks) as readonly CheckName[]);
  const found = await Promise.all(
    chosen.map((name) => checks[name](release, files).catch((error: Error) => [`${name}: ${error.message}`])),
  );
  return found.flat();
}

type Check = (release: Release, files: readonly string[]) => Promise<readonly string[]>;

const unless = (isFine: boolean, problem: string): readonly string[] => (isFine ? [] : [problem]);
const same = (what: string, found: unknown, expected: unknown): readonly string[] =>
  unless(found === expected, `${what} is ${String(found)}, not ${String(expected)}`);
const text = (release: Release, name: string): Promise<string> => readFile(artefact(release, name), 'utf8');

const sums: Check = async (release, files) => {
  const lines = (await text(release, names.sums)).trimEnd().split('\n');
  const listed = new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
  const others = files.filter((name) => name !== names.sums);
  const wrong = await Promise.all(
    others.map(async (name) =>
      same(`the hash of ${name} in ${names.sums}`, listed.get(name), await sha256(artefact(release, name))),
    ),
  );
  return [...wrong.flat(), ...[...listed.keys()].flatMap((name) => unless(files.includes(name), `${name} is missing`))];
};

const image: Check = async (release, files) => {
  const name = names.image(release);
  if (!files.includes(name)) return [];
  const { images } = await readImage(artefact(release, name), release.version);
  return images.flatMap(({ platform, version }) => [
    ...same(`${name}, ${platform}: its version`, version, release.version),
    ...unless(
      files.includes(name.replace('.oci.tar', `-${platform.replace('/', '-')}.cdx.json`)),
      `there is no bill of materials for ${name}, ${platform}`,
    ),
  ]);
};

/** The image that the manifest must name. */
async function imageName(release: Release, files: readonly string[]): Promise<string> {
  const tagged = `${release.image}:${release.version}`;
  if (!files.includes(names.image(release))) return tagged;
  return `${tagged}@${(await readImage(artefact(release, names.image(release)), release.version)).digest}`;
}

const manifest: Check = async (release, files) => {
  const content = await text(release, names.manifest);
  const expected = await imageName(release, files);
  const images = [...content.matchAll(/^\s+image: (\S+)$/gm)].map(([, found]) => found);
  const kinds = parseAllDocuments(content).flatMap((document) => {
    const object = document.toJS() as { readonly kind: string } | null;
    return object === null ? [] : [object.kind];
  });
  return [
    ...unless(images.length > 0, `${names.manifest} names no image`),
    ...images.flatMap((found) => same(`an image of ${names.manifest}`, found, expected)),
    ...['CustomResourceDefinition', 'DaemonSet'].flatMap((kind) =>
      unless(kinds.includes(kind), `${names.manifest} contains no ${kind}`),
    ),
  ];
};

const chart: Check = async (release) => {
  const name = names.chart(release);
  const file = artefact(release, name);
  const [meta, values, members] = await Promise.all([
    textIn(file, 'plexus/Chart.yaml').then((content) => parse(content) as Record<string, unknown>),
    textIn(file, 'plexus/values.yaml').then((content) => parse(content) as { readonly image: Record<string, unknown> }),
    membersOf(file),
  ]);
  const needed = ['crds/network-attachment-definition.yaml', 'templates/daemonset.yaml', 'values.schema.json'];
  return [
    ...same(`${name}: version`, meta['version'], release.version),
    ...same(`${name}: appVersion`, meta['appVersion'], release.version),
    ...same(`${name}: image.repository`, values.image['repository'], release.image),
    ...needed.flatMap((each) => unless(members.includes(`plexus/${each}`), `${name} lacks ${each}`)),
  ];
};

/** Installs the package into an empty folder, without the network, and plans a pod of the examples with it. */
const npmPackage: Check = async (release) => {
  const name = names.npm(release);
  await using folder = await mkdtempDisposable(join(release.out, '.install-'));
  const install = ['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', artefact(release, name)];
  await run('npm', [...install, '--prefix', folder.path], { cwd: folder.path });
  const program = join(folder.path, 'node_modules/.bin/plexus-cni');
  const example = join(release.root, 'examples/chained');
  const [{ stdout }, { stdout: plan }] = await Promise.all([
    run(program, ['version']),
    run(program, ['plan', '--pod', join(example, 'pod.yaml'), '--nads', example], { cwd: folder.path }),
  ]);
  const own = JSON.parse(await textIn(artefact(release, name), 'package/package.json')) as Record<string, unknown>;
  return [
    ...same(`${name}: version`, own['version'], release.version),
    ...same(`${name}: dependencies`, own['dependencies'], undefined),
    ...same(`${name}: plexus version`, firstLine(stdout), `plexus ${release.version}`),
    ...unless(plan.startsWith('Pod '), `${name}: plexus plan prints no plan`),
  ];
};

const firstLine = (output: string): string => output.split('\n')[0] ?? '';

const binaries: Check = async (release, files) => {
  const archives = files.filter((name) => /-(linux|darwin)-\w+\.tar\.gz$/.test(name));
  return (await Promise.all(archives.map((name) => binary(release, name)))).flat();
};

async function binary(release: Release, name: string): Promise<readonly string[]> {
  await using folder = await mkdtempDisposable(join(release.out, '.unpacked-'));
  await unpack(artefact(release, name), folder.path);
  const program = join(folder.path, 'plexus');
  const platform = /((?:linux|darwin)-\w+)\.tar\.gz$/.exec(name)?.[1] ?? '';
  const problems = same(`${name}: its program`, await executableFor(program), platform);
  if (platform !== thisPlatform()) return problems;
  // krew renames it.
  const plugin = join(folder.path, 'kubectl-plexus');
  await copyFile(program, plugin);
  const [{ stdout: version }, { stdout: help }] = await Promise.all([
    run(program, ['version'], { env: {} }),
    run(plugin, ['pods', '--help'], { env: {} }),
  ]);
  return [
    ...problems,
    ...same(`${name}: plexus version`, firstLine(version), `plexus ${release.version}`),
    ...same(`${name}: kubectl-plexus pods --help`, firstLine(help).slice(0, 19), 'kubectl plexus pods'),
  ];
}

interface KrewPlatform {
  readonly uri: string;
  readonly sha256: string;
  readonly bin: string;
  readonly selector: { readonly matchLabels: { readonly os: string; readonly arch: string } };
  readonly files: readonly { readonly from: string; readonly to: string }[];
}

const krew: Check = async (release, files) => {
  const { spec } = parse(await text(release, names.krew)) as {
    readonly spec: { readonly version: string; readonly platforms: readonly KrewPlatform[] };
  };
  const archives = files.filter((name) => /-(linux|darwin)-\w+\.tar\.gz$/.test(name));
  const ofPlatforms = spec.platforms.map(async ({ uri, sha256: sum, bin, selector, files: members }) => {
    const { os, arch } = selector.matchLabels;
    const name = names.binary(release, `${os}-${arch}` as Platform);
    const there = await membersOf(artefact(release, name));
    return [
      ...same(`${names.krew}: the address for ${os}-${arch}`, uri, addressOf(release, name)),
      ...same(`${names.krew}: the hash for ${os}-${arch}`, sum, await sha256(artefact(release, name))),
      ...members.flatMap(({ from }) => unless(there.includes(from), `${name} lacks ${from}`)),
      ...unless(
        members.some(({ to }) => to === bin),
        `${names.krew}: no file of ${os}-${arch} becomes ${bin}`,
      ),
    ];
  });
  return [
    ...same(`${names.krew}: version`, spec.version, `v${release.version}`),
    ...same(`${names.krew}: its number of platforms`, spec.platforms.length, archives.length),
    ...(await Promise.all(ofPlatforms)).flat(),
  ];
};

const bill: Check = async (release) => {
  const name = names.sbom(release);
  const { metadata, components } = JSON.parse(await text(release, name)) as {
    readonly metadata: { readonly component: { readonly version: string } };
    readonly components: readonly object[];
  };
  return [
    ...same(`${name}: version`, metadata.component.version, release.version),
    ...unless(components.length > 0, `${name} lists no package`),
  ];
};

const checks = { sums, image, manifest, chart, npmPackage, binaries, krew, bill } as const satisfies Readonly<
  Record<string, Check>
>;
type CheckName = keyof typeof checks;
