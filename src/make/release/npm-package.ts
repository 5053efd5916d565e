import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { bundling, noticesName } from '../bundling.ts';
import { noticesFor } from '../notices.ts';
import type { Release } from './release.ts';

const run = promisify(execFile);

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly engines: object;
}

/**
 * Makes the npm package: the command line, bundled, without dependencies. It contains no shim and no native library, so
 * it checks, plans and shows, on every system with Node.js; a node gets its programs from the image.
 */
export async function makeNpmPackage(release: Release): Promise<void> {
  await using temporary = await mkdtempDisposable(join(release.out, '.npm-'));
  const folder = temporary.path;
  const { metafile } = await build({
    absWorkingDir: release.root,
    entryPoints: { plexus: 'src/cli/main.ts', 'kubectl-plexus': 'src/cli/kubectl-entry.ts' },
    outdir: join(folder, 'lib'),
    outExtension: { '.js': '.mjs' },
    splitting: true,
    metafile: true,
    ...bundling,
  });
  for (const name of ['plexus', 'kubectl-plexus']) {
    await writeFile(join(folder, `${name}.mjs`), `#!/usr/bin/env node\nimport './lib/${name}.mjs';\n`);
    await chmod(join(folder, `${name}.mjs`), 0o755);
  }
  const own = JSON.parse(await readFile(join(release.root, 'package.json'), 'utf8')) as Manifest;
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifestOf(own, release), null, 2)}\n`);
  await writeFile(join(folder, 'README.md'), readmeOf(release));
  await writeFile(join(folder, noticesName), await noticesFor(release.root, Object.keys(metafile.inputs), []));
  await copyFile(join(release.root, 'LICENSE'), join(folder, 'LICENSE'));
  await run('npm', ['pack', '--pack-destination', release.out], { cwd: folder });
}

const manifestOf = ({ name, version, description, license, engines }: Manifest, { source }: Release): object => ({
  name,
  version,
  description,
  license,
  homepage: source,
  repository: { type: 'git', url: `git+${source}.git` },
  keywords: ['kubernetes', 'cni', 'multus', 'network-attachment-definition'],
  type: 'module',
  // npx runs the one with the name of the package.
  bin: { 'plexus-cni': 'plexus.mjs', plexus: 'plexus.mjs', 'kubectl-plexus': 'kubectl-plexus.mjs' },
  engines,
});

const readmeOf = ({ source, version }: Release): string => `# plexus-cni

The command line of [Plexus](${source}), a Kubernetes CNI plugin that attaches pods to several networks.

\`\`\`
npx plexus-cni validate manifests/          # check NetworkAttachmentDefinitions and pods before you apply them
npx plexus-cni plan POD -n NAMESPACE        # print the networks of a pod, and the input of every plugin
npx plexus-cni pods -A                      # show which pod is attached to what
npx plexus-cni doctor --end cluster         # check an installation
\`\`\`

The commands for a node (install, daemon, uninstall) are in the container image:
[installation](${source}/blob/v${version}/docs/install.md), [all commands](${source}/blob/v${version}/docs/commands.md).
`;
