import { join } from 'node:path';
import { build } from 'esbuild';
import { bundling } from '../../src/make/bundling.ts';

/**
 * Bundles a module of ours into a folder as dist/ is made: what is loaded late has files of its own. Returns the
 * module's path there.
 */
export async function bundled(module: string, folder: string): Promise<string> {
  await build({
    entryPoints: { bundled: module },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    splitting: true,
    ...bundling,
  });
  return join(folder, 'bundled.mjs');
}
