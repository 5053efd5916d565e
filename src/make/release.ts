import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { problemsOf } from './release/check.ts';
import { readImage } from './release/image.ts';
import { makeRelease } from './release/make.ts';
import { type Platform, type Release, names, platforms } from './release/release.ts';

// Makes all artefacts of a release in dist/release, and checks them against each other (docs/releasing.md). Publishes
// nothing: .github/workflows/release.yml uploads what this makes.
//
//   node src/make/release.ts [--dry-run] [--source URL] [--image NAME] [--platforms linux-amd64,…] [--without-image]
//
// Without --dry-run, the commit must have the tag of the version, and CHANGELOG.md nothing under Unreleased.
const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const { values: options } = parseArgs({
  options: {
    'dry-run': { type: 'boolean', default: false },
    source: { type: 'string', default: 'https://github.com/OWNER/plexus-cni' },
    image: { type: 'string', default: 'ghcr.io/owner/plexus-cni' },
    platforms: { type: 'string', default: platforms.join() },
    'without-image': { type: 'boolean', default: false },
    out: { type: 'string', default: join(root, 'dist/release') },
  },
});

const git = async (...args: readonly string[]): Promise<string> =>
  (await run('git', args, { cwd: root }).catch(() => ({ stdout: '' }))).stdout.trim();

const isPlatform = (name: string): name is Platform => (platforms as readonly string[]).includes(name);

function chosenPlatforms(): readonly Platform[] {
  const chosen = options.platforms.split(',').filter((name) => name !== '');
  const unknown = chosen.find((name) => !isPlatform(name));
  if (unknown !== undefined) throw new Error(`--platforms: ${unknown} is none of ${platforms.join(', ')}`);
  return chosen.filter(isPlatform);
}

/** Why this commit cannot be released; [] if it can. */
async function obstacles(version: string, imageArchive: string | undefined): Promise<readonly string[]> {
  const tags = (await git('tag', '--points-at', 'HEAD')).split('\n');
  const changelog = await readFile(join(root, 'CHANGELOG.md'), 'utf8');
  const unreleased = /^## Unreleased\n([^]*?)^## /m.exec(changelog)?.[1] ?? '';
  return [
    ...(tags.includes(`v${version}`) ? [] : [`the commit has no tag v${version}`]),
    ...((await git('status', '--porcelain')) === '' ? [] : ['the working tree has changes']),
    ...(unreleased.trim() === '' ? [] : [`CHANGELOG.md has entries under Unreleased: move them to ${version}`]),
    ...(options.source.includes('OWNER') ? ['--source does not name the repository'] : []),
    ...(imageArchive === undefined ? ['there is no image'] : await missingPlatforms(imageArchive, version)),
  ];
}

async function missingPlatforms(imageArchive: string, version: string): Promise<readonly string[]> {
  const { images } = await readImage(imageArchive, version);
  const missing = ['linux/amd64', 'linux/arm64'].filter((name) => !images.some(({ platform }) => platform === name));
  return missing.map((name) => `the image lacks ${name}`);
}

const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { readonly version: string };
const release: Release = {
  root,
  version,
  out: resolve(options.out),
  source: options.source,
  image: options.image,
  time: Number(process.env['SOURCE_DATE_EPOCH'] ?? (await git('log', '-1', '--format=%ct'))),
};
const imageArchive = options['without-image'] ? undefined : join(root, 'dist', names.image(release));
if (imageArchive !== undefined && !existsSync(imageArchive))
  throw new Error(`${imageArchive} is missing: run npm run image, or try --without-image`);
const found = await obstacles(version, imageArchive);
for (const obstacle of found) console.log(`${options['dry-run'] ? 'before a release' : 'cannot release'}: ${obstacle}`);
if (found.length > 0 && !options['dry-run']) process.exit(1);
await rm(release.out, { recursive: true, force: true });
await mkdir(release.out, { recursive: true });
await makeRelease(release, { platforms: chosenPlatforms(), imageArchive });
for (const name of await readdir(release.out))
  console.log(`${String((await stat(join(release.out, name))).size).padStart(11)}  ${join(release.out, name)}`);
const problems = await problemsOf(release);
for (const problem of problems) console.log(problem);
if (problems.length > 0) process.exit(1);
console.log(`release ${version}: the artefacts agree with each other`);
