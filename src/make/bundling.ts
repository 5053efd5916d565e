import type { BuildOptions } from 'esbuild';

/** How every bundle of ours is made. CommonJS packages inside an ES module need a require of their own. */
export const bundling = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  minify: true,
  keepNames: true,
  legalComments: 'external',
  banner: { js: "import { createRequire as plexusCreateRequire } from 'node:module'; const require = plexusCreateRequire(import.meta.url);" },
  logLevel: 'warning',
} as const satisfies BuildOptions;
