import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { standaloneEntry } from './bundling.ts';
import { type OtherBun, bundleOne, compile } from './compile.ts';
import { type Arch, architectures, ownArch, platforms } from './image/platforms.ts';
import { noticesFor, runtimes } from './notices.ts';
import { filesOfPackage } from './npm-package.ts';

// Builds direct mode as one file for hosts without Node.js: the bundle compiled with Bun (docs/decisions/0008). Writes
// plexus-direct and plexus-direct.LEGAL.txt with the licences of the packages.
//
//   node src/make/standalone.ts [--arch x64|arm64] [--out FOLDER]   default: this machine's processor, dist/standalone
const root = join(import.meta.dirname, '../..');
const name = 'plexus-direct';

const { values } = parseArgs({
  options: {
    arch: { type: 'string', default: process.arch },
    out: { type: 'string', default: join(root, 'dist/standalone') },
  },
});
const arch = architectures.find((each) => each === values.arch);
if (arch === undefined) throw new Error(`there is no Bun for ${values.arch}, only for ${architectures.join(', ')}`);

/** The Bun around the program: another processor's is fetched. */
async function targetOf(built: Arch, folder: string): Promise<OtherBun | undefined> {
  if (built === ownArch()) return undefined;
  const files = await filesOfPackage(root, `@oven/bun-linux-${platforms[built].bun}`, ['bin/bun']);
  const bun = join(folder, 'bun');
  await writeFile(bun, files['bin/bun'], { mode: 0o755 });
  return { target: `bun-linux-${built}`, executable: bun };
}

const out = resolve(values.out);
await mkdir(out, { recursive: true });
const folder = await mkdtemp(join(out, '.making-'));
try {
  const bundle = join(folder, `${name}.mjs`);
  const inputs = await bundleOne(standaloneEntry, bundle);
  await compile(bundle, folder, join(folder, name), await targetOf(arch, folder));
  await writeFile(join(out, `${name}.LEGAL.txt`), await noticesFor(root, inputs, [runtimes.bun]));
  await rename(join(folder, name), join(out, name));
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(`made ${join(out, name)} (${arch}, ${(await stat(join(out, name))).size} bytes)`);
