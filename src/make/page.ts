import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const head = '// Made from src/ui/page by `npm run make`: do not edit.';

interface Built {
  readonly script: string;
  /** Files that are part of the script. */
  readonly inputs: readonly string[];
}

async function buildPage(root: string): Promise<Built> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [join(root, 'src/ui/page/main.tsx')],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none', // THIRD-PARTY-NOTICES.txt contains the licences.
    metafile: true,
    write: false,
  });
  return { script: outputFiles[0]?.text ?? '', inputs: Object.keys(metafile.inputs) };
}

/** The files that the script of the `plexus ui` page is made of, for the licences of its packages. */
export const pageInputs = (root: string): Promise<readonly string[]> => buildPage(root).then(({ inputs }) => inputs);

/** Generates a module with the files of the `plexus ui` page as strings, so that every bundle contains them. */
export async function pageModule(root: string): Promise<string> {
  const folder = join(root, 'src/ui/page');
  const { script } = await buildPage(root);
  const texts = {
    html: await readFile(join(folder, 'index.html'), 'utf8'),
    css: await readFile(join(folder, 'page.css'), 'utf8'),
    script: script.replaceAll(/^\s*\/\/ (src|node_modules)\/.*\n/gm, ''),
  };
  return `${head}\n${Object.entries(texts)
    .map(([name, text]) => `export const ${name} = ${literal(text)};\n`)
    .join('')}`;
}

// Split into lines, so that diffs are readable.
const literal = (text: string): string => `\`${text.replaceAll(/[`\\]|\$\{/g, (each) => `\\${each}`)}\``;
