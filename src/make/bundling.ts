import { basename, join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';

/**
 * The entries of the programs in dist/. The plugin is bundled separately: sharing code with the others would split it
 * into many small files, and it starts once for each pod.
 */
export const entries = [
  { 'plexus-cni': 'src/cli/cni-entry.ts' },
  { plexus: 'src/cli/main.ts', 'kubectl-plexus': 'src/cli/kubectl-entry.ts' },
];
export const standaloneEntry = 'src/cli/standalone-entry.ts';
export const noticesName = 'THIRD-PARTY-NOTICES.txt';

/** Common options of all bundles. CommonJS packages inside an ES module need their own `require`. */
export const bundling = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  minify: true,
  keepNames: true,
  legalComments: 'none', // notices.ts collects licences.
  banner: {
    js: "import { createRequire as plexusCreateRequire } from 'node:module'; const require = plexusCreateRequire(import.meta.url);",
  },
  external: ['bun:ffi'], // only the one-file build imports it
  logLevel: 'warning',
} as const satisfies BuildOptions;

export interface Module {
  readonly name: string;
  readonly contents: Uint8Array;
}
export interface Bundle {
  readonly modules: readonly Module[];
  /** The source files in the bundle, relative to the repository. */
  readonly inputs: readonly string[];
}

/** Builds a bundle in memory. */
export async function bundleOf(root: string, entryPoints: Readonly<Record<string, string>>): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints,
    outdir: join(root, 'dist'),
    outExtension: { '.js': '.mjs' },
    splitting: true,
    write: false,
    metafile: true,
    ...bundling,
  });
  return {
    modules: outputFiles.map(({ path, contents }) => ({ name: basename(path), contents })),
    inputs: Object.keys(metafile.inputs),
  };
}
