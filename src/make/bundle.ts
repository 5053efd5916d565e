import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleOf, entries, noticesName } from './bundling.ts';
import { nodeMissing } from './errors-outside.ts';
import { noticesFor, runtimes } from './notices.ts';

// Bundles the program into dist/: the plugin and the command line, split so that a call loads only what it needs.
const root = join(import.meta.dirname, '../..');
const dist = join(root, 'dist');

/**
 * A script that a container runtime can execute. It looks for Node.js in PLEXUS_NODE, beside itself, in this checkout,
 * on PATH and in the usual folders, and works with an empty environment. Without Node.js it answers with a CNI error.
 */
const launcher = (module: string, missing: string): string => `#!/bin/sh
here="$0"
if [ -h "$here" ]; then here=$(PATH="$PATH:/usr/bin:/bin" readlink -f "$here"); fi
case "$here" in */*) here="\${here%/*}" ;; *) here=. ;; esac
for node in "$PLEXUS_NODE" "$here/node" "$here/../node_modules/.bin/node" "$(command -v node)" /usr/local/bin/node /usr/bin/node; do
  if [ -f "$node" ] && [ -x "$node" ]; then exec "$node" "$here/${module}" "$@"; fi
done
${missing}
exit 1
`;

const text = `${nodeMissing.sentence}. ${nodeMissing.fix}`;
const asCniError = JSON.stringify({ cniVersion: '1.1.0', code: nodeMissing.code, msg: `${nodeMissing.id}: ${text}` });
const launchers = {
  'plexus-cni': launcher('plexus-cni.mjs', `printf '%s\\n' '${asCniError}'`),
  plexus: launcher('plexus.mjs', `echo 'plexus: ${text}' >&2`),
  'kubectl-plexus': launcher('kubectl-plexus.mjs', `echo 'plexus: ${text}' >&2`),
};

/** Replaces a file atomically: concurrent calls see the old file or the new one. */
async function replace(name: string, contents: Uint8Array | string, mode = 0o644): Promise<void> {
  const next = join(dist, `${name}.${process.pid}.next`);
  await writeFile(next, contents);
  await chmod(next, mode);
  await rename(next, join(dist, name));
}

// In memory, so that a failed build leaves the old dist/ unchanged.
const bundles = await Promise.all(entries.map((each) => bundleOf(root, each)));
const modules = bundles.flatMap((each) => each.modules);
const notices = await noticesFor(
  root,
  bundles.flatMap(({ inputs }) => inputs),
  [runtimes.node, runtimes.libraries, runtimes.glibc],
);
await mkdir(dist, { recursive: true });
const before = await readdir(dist);
// The entries have fixed names and load the other modules, so they are written last.
const isEntry = (name: string): boolean => entries.some((each) => name.slice(0, -'.mjs'.length) in each);
for (const { name, contents } of modules.toSorted((a, b) => Number(isEntry(a.name)) - Number(isEntry(b.name))))
  await replace(name, contents);
await replace(noticesName, notices);
for (const [name, script] of Object.entries(launchers)) await replace(name, script, 0o755);
// Built by shim.ts, standalone.ts and image.ts.
const isOther = (name: string): boolean =>
  name === 'shim' || name === 'standalone' || name.endsWith('.node') || name.startsWith('plexus-cni-');
// node: a link that the user may have created.
const made = new Set([...modules.map(({ name }) => name), ...Object.keys(launchers), noticesName, 'node']);
for (const old of before.filter((name) => !made.has(name) && !isOther(name)))
  await rm(join(dist, old), { recursive: true, force: true, maxRetries: 5 });
