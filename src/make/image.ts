import { execFile } from 'node:child_process';
import { mkdir, mkdtempDisposable, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { compilerFor } from './compilers.ts';
import { type PlatformImage, archiveOf } from './image/archive.ts';
import { labelsOf, manifestOf, sourceTime } from './image/labels.ts';
import { type ImageFile, type Layer, layerOf } from './image/layer.ts';
import { type Arch, architectures, ownArch, platforms } from './image/platforms.ts';
import { directFiles, programBundle, programFiles } from './image/program.ts';
import { linkedPackages, runtimeFor } from './image/runtime.ts';
import { sbomOf } from './image/sbom.ts';

// Builds the container image as an OCI archive, without a container engine: Node.js with its libraries, the bundle and
// the native parts. No shell, no package manager. Equal sources and packages give equal bytes.
//
// Node.js and its libraries are a layer of their own, which changes only with their versions. A processor whose parts
// cannot be had here (a C compiler, Debian's packages, the network) is left out with the reason, unless --platform
// requires it.
//
//   node src/make/image.ts [--direct] [--platform linux/amd64,linux/arm64] [--name NAME] [--out FOLDER]
//
//   --direct     adds direct mode as one file, for deploy/components/stand-in; the tag ends in -direct
//   --name       the repository in the archive; default: docker.io/library/plexus-cni
//   --out        default: dist

export interface ImageOptions {
  readonly root: string;
  readonly out: string;
  readonly name: string;
  readonly isDirect: boolean;
  /** The processors; undefined for all that can be built here. */
  readonly required?: readonly Arch[] | undefined;
  readonly created: Date;
}
export interface MadeImage {
  readonly file: string;
  readonly images: readonly PlatformImage[];
  readonly leftOut: readonly { readonly arch: Arch; readonly reason: string }[];
}

const run = promisify(execFile);

/** Writes plexus-cni-VERSION.oci.tar, or plexus-cni-VERSION-direct.oci.tar, and one SBOM for each processor beside it. */
export async function makeImage(options: ImageOptions): Promise<MadeImage> {
  const { root, out, name, isDirect, required, created } = options;
  const { version } = await manifestOf(root);
  const tag = isDirect ? `${version}-direct` : version;
  const bundle = await programBundle(root);
  const images: PlatformImage[] = [];
  const leftOut: { arch: Arch; reason: string }[] = [];
  await mkdir(out, { recursive: true });
  for (const arch of required ?? architectures) {
    try {
      const { layers, sbom } = await layersFor(arch, options, bundle);
      images.push({ arch, layers });
      await writeFile(join(out, `plexus-cni-${tag}-linux-${platforms[arch].oci}.cdx.json`), sbom);
    } catch (error) {
      if (required !== undefined || arch === ownArch()) throw error;
      leftOut.push({ arch, reason: (error as Error).message });
    }
  }
  const archive = await archiveOf({ name, tag, created, labels: await labelsOf(root, created) }, images);
  const file = join(out, `plexus-cni-${tag}.oci.tar`);
  await writeFile(`${file}.next`, archive);
  await rename(`${file}.next`, file);
  return { file, images, leftOut };
}

// Fixed, so that equal files of two versions are one layer in a registry and on the nodes.
const fileTime = new Date(0);

async function layersFor(
  arch: Arch,
  { root, isDirect, created }: ImageOptions,
  bundle: Awaited<ReturnType<typeof programBundle>>,
): Promise<{ readonly layers: readonly Layer[]; readonly sbom: string }> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-image-'));
  const native = await nativePartsFor(arch, root, folder.path);
  const runtime = await runtimeFor(root, arch, native.addon);
  const own = await manifestOf(root);
  const about = { name: own.name, version: own.version, created, arch, debianVersion: await debianVersion() };
  const sbom = await sbomOf(root, {
    ...about,
    runtime: { name: `node-linux-${arch}`, version: runtime.nodeVersion, license: 'MIT' },
    inputs: bundle.inputs,
    debian: [...runtime.packages, ...(await linkedPackages(await compilerFor(arch)))],
  });
  const files: readonly ImageFile[] = [
    ...bundle.files,
    ...(await programFiles(root, native)),
    { path: '/app/sbom.cdx.json', mode: 0o644, content: Buffer.from(sbom) },
  ];
  const layers = [
    await layerOf('Node.js and its libraries', runtime.files, fileTime),
    await layerOf('Plexus', files, fileTime),
  ];
  if (!isDirect) return { layers, sbom };
  await run(process.execPath, [join(root, 'src/make/standalone.ts'), '--arch', arch, '--out', folder.path]);
  return { layers: [...layers, await layerOf('direct mode', await directFiles(folder.path), fileTime)], sbom };
}

/** The shim and the addon: those of dist/ for this machine's processor, otherwise built in a folder. */
async function nativePartsFor(arch: Arch, root: string, folder: string) {
  const dist = join(root, 'dist');
  if (arch === ownArch()) return { shim: join(dist, 'shim/plexus'), addon: join(dist, 'native.node') };
  await run(process.execPath, [join(root, 'src/make/shim.ts'), '--arch', arch, '--out', folder]).catch(
    (error: { stderr?: string }) => {
      throw new Error(/Error: (.*)/.exec(error.stderr ?? '')?.[1] ?? error.stderr);
    },
  );
  return { shim: join(folder, `shim/plexus-${arch}`), addon: join(folder, `native-${arch}.node`) };
}

async function debianVersion(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8');
  return /^VERSION_ID="?([^"\n]+)/m.exec(text)?.[1] ?? 'unknown';
}

/** Parses `linux/amd64,linux/arm64`. */
function parsePlatforms(text: string | undefined): readonly Arch[] | undefined {
  return text?.split(',').map((platform) => {
    const arch = architectures.find((each) => platform === `linux/${platforms[each].oci}`);
    if (arch !== undefined) return arch;
    const known = architectures.map((each) => `linux/${platforms[each].oci}`).join(', ');
    throw new Error(`--platform ${platform}: no image is built for it, only for ${known}`);
  });
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** Describes an archive: each layer with its size, packed and unpacked. */
function report({ file, images, leftOut }: MadeImage): string {
  const lines = images.flatMap(({ arch, layers }) => [
    `linux/${platforms[arch].oci}:`,
    ...layers.map(
      ({ title, blob, size }) =>
        `  ${title.padEnd(28)} ${megabytes(blob.length).padStart(6)} MB packed, ${megabytes(size).padStart(6)} MB unpacked`,
    ),
  ]);
  const absent = leftOut.map(({ arch, reason }) => `left out linux/${platforms[arch].oci}: ${reason}`);
  return [`made ${file}`, ...lines, ...absent].join('\n');
}

async function main(): Promise<void> {
  const root = join(import.meta.dirname, '../..');
  const { values } = parseArgs({
    options: {
      direct: { type: 'boolean', default: false },
      platform: { type: 'string' },
      name: { type: 'string', default: 'docker.io/library/plexus-cni' },
      out: { type: 'string', default: join(root, 'dist') },
    },
  });
  const made = await makeImage({
    root,
    out: resolve(values.out),
    name: values.name,
    isDirect: values.direct,
    required: parsePlatforms(values.platform),
    created: await sourceTime(root, process.env['SOURCE_DATE_EPOCH']),
  });
  console.log(report(made));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
