import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

// Notices for third-party code in what we ship: for each package in a bundle its name, version, licence and licence
// text. esbuild's own legal comments are no replacement: most packages state their licence in a file, not in a comment.

const licenceFile = /^(licen[cs]e|copying|notice)([-.].*)?$/i;

/** Texts for packages that ship no licence text. A package with neither stops the build. */
const withoutText: Readonly<Record<string, string>> = {
  'stream-buffers': 'Released into the public domain by its author (The Unlicense, https://unlicense.org).',
};

/** What runs or is linked beside the packages, and where its licences are. */
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

/** The folders of the packages that these input files of a bundle lie in, sorted. */
export const packagesOf = (inputs: readonly string[]): readonly string[] =>
  [...new Set(inputs.flatMap((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []))].toSorted();

/**
 * The notices for a bundle: what is said of runtimes, then the packages, those with the same text together. Throws for
 * a package without a licence.
 */
export async function noticesFor(root: string, inputs: readonly string[], more: readonly string[]): Promise<string> {
  const byText = new Map<string, string[]>();
  for (const folder of packagesOf(inputs)) {
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
