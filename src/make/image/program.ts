import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleOf, noticesName } from '../bundling.ts';
import { noticesFor, runtimes, withPage } from '../notices.ts';
import type { ImageFile } from './layer.ts';

/** Plexus in the image: the bundle of the command line, which is also the daemon, and the native parts. */
export interface NativeParts {
  /** The shim and the addon for the processor of the image. */
  readonly shim: string;
  readonly addon: string;
}

/** The modules of `plexus` with the notices for their packages, and the packages' source files. */
export async function programBundle(root: string) {
  const { modules, inputs } = await bundleOf(root, { plexus: 'src/cli/main.ts' });
  const notices = await noticesFor(root, inputs, [runtimes.node, runtimes.libraries, runtimes.glibc]);
  const files: readonly ImageFile[] = [
    ...modules.map(({ name, contents }) => ({ path: `/app/${name}`, mode: 0o644, content: new Uint8Array(contents) })),
    { path: `/app/${noticesName}`, mode: 0o644, content: Buffer.from(notices) },
  ];
  return { files, inputs: await withPage(root, inputs) };
}

/** The files of Plexus around the bundle. */
export async function programFiles(root: string, { shim, addon }: NativeParts): Promise<readonly ImageFile[]> {
  return [
    // kubectl exec POD -- plexus trace
    {
      path: '/usr/bin/plexus',
      mode: 0o755,
      content: Buffer.from("#!/usr/bin/node\nimport('/app/plexus.mjs');\n"),
    },
    { path: '/app/shim/plexus', mode: 0o755, content: await readFile(shim) },
    { path: '/app/native.node', mode: 0o644, content: await readFile(addon) },
    { path: '/app/LICENSE', mode: 0o644, content: await readFile(join(root, 'LICENSE')) },
  ];
}

/** Direct mode as one file, for `plexus install --stand-in`: what src/make/standalone.ts built in a folder. */
export async function directFiles(folder: string): Promise<readonly ImageFile[]> {
  const fileOf = async (name: string, mode: number): Promise<ImageFile> => ({
    path: `/app/shim/${name}`,
    mode,
    content: await readFile(join(folder, name)),
  });
  return [await fileOf('plexus-direct', 0o755), await fileOf('plexus-direct.LEGAL.txt', 0o644)];
}
