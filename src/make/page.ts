import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const head = '// Made from src/ui/page by `npm run make`: do not edit.';

/** Generates a module with the files of the `plexus ui` page as strings, so that every bundle contains them. */
export async function pageModule(root: string): Promise<string> {
  const folder = join(root, 'src/ui/page');
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [join(folder, 'main.ts')],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    write: false,
  });
  const texts = {
    html: await readFile(join(folder, 'index.html'), 'utf8'),
    css: await readFile(join(folder, 'page.css'), 'utf8'),
    script: (outputFiles[0]?.text ?? '').replaceAll(/^\s*\/\/ src\/.*\n/gm, ''),
  };
  return `${head}\n${Object.entries(texts)
    .map(([name, text]) => `export const ${name} = ${literal(text)};\n`)
    .join('')}`;
}

// Split into lines, so that diffs are readable.
const literal = (text: string): string => `\`${text.replaceAll(/[`\\]|\$\{/g, (each) => `\\${each}`)}\``;
