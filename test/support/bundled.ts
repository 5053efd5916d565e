import { join } from 'node:path';
import { build } from 'esbuild';
import { bundling } from '../../src/make/bundling.ts';

/**
 * Bundles a module of Plexus into a folder in the same way as dist/: lazily loaded modules get their own files. Returns
 * the module's path there.
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
