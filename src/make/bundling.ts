import type { BuildOptions } from 'esbuild';

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
