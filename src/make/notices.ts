import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pageInputs } from './page.ts';

// Notices for third-party code that Plexus ships: name, version, licence and licence text of each bundled package.
// esbuild's own legal comments are not enough: most packages state their licence in a file, not in a comment.

const licenceFile = /^(licen[cs]e|copying|notice)([-.].*)?$/i;

/** Licence texts for packages that ship none. A package with neither stops the build. */
const withoutText: Readonly<Record<string, string>> = {
  'stream-buffers': 'Released into the public domain by its author (The Unlicense, https://unlicense.org).',
};

/** Runtimes and linked libraries, and where their licences are. */
export const runtimes = {
  node: 'Node.js: MIT, and the licences of the libraries in it: LICENSE.node.txt.',
  libraries: 'Libraries of Debian that Node.js loads: /usr/share/doc/<package>/copyright.',
  glibc:
    'The program plexus (shim) is linked statically with the GNU C library (LGPL-2.1-or-later) and libgcc (GPL-3.0 with the GCC Runtime Library Exception). ' +
    'Its complete source is src/shim; `node src/make/shim.ts` links it again, with any version of these libraries.',
  bun:
    'Bun is around this program: MIT, Copyright (c) Oven. It holds JavaScriptCore and parts of WebKit (LGPL-2.0-or-later) and tinycc (LGPL-2.1), linked ' +
    'statically, and other libraries; LICENSE.md of https://github.com/oven-sh/bun lists them all, and says how to link it again. ' +
    'The part that is not Bun is made again by `node src/make/standalone.ts`.',
} as const;

/** The package folders of a bundle's input files, sorted. */
export const packagesOf = (inputs: readonly string[]): readonly string[] =>
  [...new Set(inputs.flatMap((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []))].toSorted();

/**
 * Builds the notices for a bundle: first the runtimes, then the packages, grouped by equal text. Throws for a package
 * without a licence.
 */
export async function noticesFor(root: string, inputs: readonly string[], more: readonly string[]): Promise<string> {
  const byText = new Map<string, string[]>();
  for (const folder of packagesOf(await withPage(root, inputs))) {
    const { title, text } = await licenceOf(join(root, folder));
    byText.set(text, [...(byText.get(text) ?? []), title]);
  }
  const packages = [...byText].map(([text, titles]) => `${titles.join('\n')}\n\n${text}`);
  return (
    [`Third-party code in Plexus, and its licences\n\n${more.join('\n\n')}`, ...packages].join(
      `\n\n${'-'.repeat(80)}\n\n`,
    ) + '\n'
  );
}

async function licenceOf(folder: string): Promise<{ readonly title: string; readonly text: string }> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
  };
  const files = (await readdir(folder)).filter((each) => licenceFile.test(each)).toSorted();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  const text =
    texts.length === 0 ? withoutText[name] : texts.map((each) => each.replaceAll('\r\n', '\n').trim()).join('\n\n');
  if (text === undefined || typeof license !== 'string')
    throw new Error(`${folder} states no licence: add it to withoutText in src/make/notices.ts`);
  return { title: `${name} ${version} (${license})`, text };
}

/**
 * Adds the inputs of the page of plexus ui, which is text in a bundle: the bundler does not see the packages that it is
 * made of.
 */
export const withPage = async (root: string, inputs: readonly string[]): Promise<readonly string[]> =>
  inputs.some((input) => input.endsWith('src/ui/page.gen.js')) ? [...inputs, ...(await pageInputs(root))] : inputs;
