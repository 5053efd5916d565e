import { isBuiltin } from 'node:module';
import { basename, join } from 'node:path';
import { type BuildOptions, type Plugin, build } from 'esbuild';

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
    js: "const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);",
  },
  external: ['bun:ffi'], // only the one-file build imports it
  logLevel: 'warning',
} as const satisfies BuildOptions;

// An import of a module of Node.js evaluates all its exports; those of node:http and node:util load large modules that
// nobody uses here. So the bundle reads only the exports that it uses. `pure` lets the bundler drop the others.
const builtinModules: Plugin = {
  name: 'builtin-modules',
  setup: (made) => {
    const namespace = 'builtin';
    made.onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      isBuiltin(path) && kind === 'import-statement' ? { path, namespace } : undefined,
    );
    made.onLoad({ filter: /.*/, namespace }, ({ path }) => {
      const names = Object.getOwnPropertyNames(process.getBuiltinModule(path)).filter((name) =>
        /^[a-z_]\w*$/i.test(name),
      );
      const exported = names
        .filter((name) => name !== 'default')
        .map((name) => `export const ${name} = /* @__PURE__ */ readOf$(() => builtin$.${name});`);
      const contents = `
        const builtin$ = /* @__PURE__ */ process.getBuiltinModule(${JSON.stringify(path)});
        const readOf$ = (get) => get();
        export default builtin$;
        ${exported.join('\n')}`;
      return { contents, loader: 'js' };
    });
  },
};

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
    plugins: [builtinModules],
    ...bundling,
  });
  return {
    modules: outputFiles.map(({ path, contents }) => ({ name: basename(path), contents })),
    inputs: Object.keys(metafile.inputs),
  };
}
