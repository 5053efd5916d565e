import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

// Bundles the program into dist/: the plugin and the command line, split so that what a call does not need is not loaded.
const root = join(import.meta.dirname, '../..');
const dist = join(root, 'dist');

// CommonJS packages inside an ES module need a require of their own
const requireBanner = "import { createRequire as plexusCreateRequire } from 'node:module'; const require = plexusCreateRequire(import.meta.url);";

await rm(dist, { recursive: true, force: true });
await build({
  entryPoints: { 'plexus-cni': join(root, 'src/cli/cni-entry.ts'), plexus: join(root, 'src/cli/main.ts') },
  outdir: dist,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  minify: true,
  keepNames: true,
  legalComments: 'external',
  banner: { js: requireBanner },
  logLevel: 'warning',
});

/**
 * A program that a container runtime can execute: it looks for Node.js in PLEXUS_NODE, beside itself, in this checkout,
 * on PATH and in the usual folders, and works with an empty environment. Without any it answers as CNI wants errors.
 */
const launcher = (module: string, missing: string): string => `#!/bin/sh
here="$0"
if [ -h "$here" ]; then here=$(/usr/bin/readlink -f "$here"); fi
here="\${here%/*}"
for node in "$PLEXUS_NODE" "$here/node" "$here/../node_modules/node/bin/node" "$(command -v node 2>/dev/null)" /usr/local/bin/node /usr/bin/node; do
  if [ -n "$node" ] && [ -x "$node" ]; then exec "$node" "$here/${module}" "$@"; fi
done
${missing}
exit 1
`;

const text = 'Node.js is missing: install Node.js 22.19 or newer, or set PLEXUS_NODE to its path';
const asCniError = `printf '%s\\n' '{"cniVersion":"1.1.0","code":5,"msg":"PLX-NODE-MISSING: ${text}"}'`;
for (const [name, module, missing] of [
  ['plexus-cni', 'plexus-cni.mjs', asCniError],
  ['plexus', 'plexus.mjs', `echo 'plexus: ${text}' >&2`],
] as const) {
  await writeFile(join(dist, name), launcher(module, missing));
  await chmod(join(dist, name), 0o755);
}
