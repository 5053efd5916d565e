import { execFile } from 'node:child_process';
import { copyFile, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { sha256 } from './archive.ts';
import { makeBinaries } from './binaries.ts';
import { makeChart } from './chart.ts';
import { readImage } from './image.ts';
import { krewManifest } from './krew.ts';
import { notesOf } from './notes.ts';
import { makeNpmPackage } from './npm-package.ts';
import { type Platform, type Release, artefact, names } from './release.ts';

const run = promisify(execFile);

/** The choice of what to make. */
export interface Parts {
  readonly platforms: readonly Platform[];
  /** The OCI archive of npm run image; undefined: a release without an image, for a quick try. */
  readonly imageArchive: string | undefined;
}

/** Makes all artefacts in `release.out`, an empty folder. */
export async function makeRelease(release: Release, { platforms, imageArchive }: Parts): Promise<void> {
  const write = (name: string, text: string): Promise<void> => writeFile(artefact(release, name), text);
  const read = (file: string): Promise<string> => readFile(join(release.root, file), 'utf8');
  const notes = notesOf(await read('CHANGELOG.md'), release.version);
  if (notes === undefined) throw new Error(`CHANGELOG.md has no section "## ${release.version}"`);
  await write(names.notes, notes);
  const image = imageArchive && (await addImage(release, imageArchive));
  await write(names.manifest, withImage(await read('deploy/plexus.yaml'), image ?? tagged(release)));
  await write(names.sbom(release), await bill(release));
  await makeChart(release);
  await makeNpmPackage(release);
  await makeBinaries(release, platforms);
  await write(
    names.krew,
    krewManifest(await read('deploy/krew/plexus.yaml'), release, await sumsOf(release, platforms)),
  );
  await write(names.sums, await allSums(release));
}

const tagged = ({ image, version }: Release): string => `${image}:${version}`;

/** Adds the image's archive, and its bills of materials. Returns the image's name with tag and digest. */
async function addImage(release: Release, archive: string): Promise<string> {
  const { digest } = await readImage(archive, release.version);
  await copyFile(archive, artefact(release, names.image(release)));
  const bills = (await readdir(dirname(archive))).filter((name) => names.isImageSbom(release, name));
  for (const name of bills) await copyFile(join(dirname(archive), name), artefact(release, name));
  return `${tagged(release)}@${digest}`;
}

/** A manifest with another image. */
export const withImage = (manifest: string, image: string): string =>
  manifest.replaceAll(/(?<=image: )plexus-cni:\S+/g, image);

/**
 * The software bill of materials: the packages of package-lock.json that are part of the bundles. npm gives it a new
 * number and date each time; without both it depends only on the lock file.
 */
async function bill({ root, version }: Release): Promise<string> {
  const options = ['--sbom-format', 'cyclonedx', '--omit', 'dev', '--omit', 'optional', '--package-lock-only'];
  const { stdout } = await run('npm', ['sbom', ...options], { cwd: root, maxBuffer: 64 * 1024 * 1024 });
  const { serialNumber: _, ...content } = JSON.parse(stdout) as {
    readonly serialNumber: string;
    readonly metadata: { readonly timestamp: string; readonly component: object };
  };
  const { timestamp: __, ...metadata } = content.metadata;
  const component = { ...metadata.component, name: 'plexus-cni', version };
  return `${JSON.stringify({ ...content, metadata: { ...metadata, component } }, null, 2)}\n`;
}

async function sumsOf(release: Release, platforms: readonly Platform[]): Promise<ReadonlyMap<Platform, string>> {
  const sums = platforms.map(
    async (platform) => [platform, await sha256(artefact(release, names.binary(release, platform)))] as const,
  );
  return new Map(await Promise.all(sums));
}

/** The text of SHA256SUMS, as sha256sum prints and checks it. */
async function allSums({ out }: Release): Promise<string> {
  const files = (await readdir(out)).filter((name) => name !== names.sums).toSorted();
  const lines = await Promise.all(files.map(async (name) => `${await sha256(join(out, name))}  ${name}\n`));
  return lines.join('');
}
