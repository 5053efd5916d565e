import { glob, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { dependencyProblems } from './dependencies.ts';
import { doctorPage } from './doctor-page.ts';
import { lintConfiguration } from './lint.ts';
import { singleManifest } from './manifest.ts';
import { explanationsModule } from './explanations.ts';
import { exportedTwice } from './exported-twice.ts';
import { messageReads } from './message-reads.ts';
import { pluginSchemaFiles } from './plugin-schemas.ts';
import { pageModule } from './page.ts';
import { requestsPage } from './requests-page.ts';
import { configurationPage, errorsPage } from './reference.ts';
import { coveragePage, definedRequirements, undefinedCitations } from './requirements.ts';
import { annotationSchema, networksPage } from './selection-fields.ts';
import { validatorFiles } from './validators.ts';
import { withVersion } from './version.ts';

// Generates all generated files. They are committed, and `npm run check` (--check) generates them again and fails if
// anything differs.
const root = join(import.meta.dirname, '../..');

/** The generated texts by file, relative to the repository. */
async function generateAll(): Promise<ReadonlyMap<string, string>> {
  const made = new Map<string, string>();
  for await (const file of glob('src/{npwg,plan,daemon}/*.schema.json', { cwd: root }))
    for (const [extension, text] of Object.entries(await validatorFiles(await json(file))))
      made.set(file.replace(/json$/, extension), text);
  for (const [file, text] of await pluginSchemaFiles(root)) made.set(file, text);
  made.set('.oxlintrc.json', `${JSON.stringify(lintConfiguration(), null, 2)}\n`);
  made.set('src/ui/page.gen.js', await pageModule(root));
  const { version } = (await json('package.json')) as { readonly version: string };
  const versioned = await withVersion(root, version);
  for (const [file, text] of versioned) made.set(file, text);
  made.set('deploy/plexus.yaml', await singleManifest(root, versioned));
  made.set('docs/errors.md', errorsPage());
  made.set(
    'src/cli/explanations.gen.js',
    explanationsModule(await readFile(join(root, 'docs/troubleshooting.md'), 'utf8')),
  );
  made.set('docs/requests.md', requestsPage());
  made.set('docs/doctor.md', doctorPage(await readFile(join(root, 'docs/doctor.md'), 'utf8')));
  made.set('docs/networks.md', networksPage(await readFile(join(root, 'docs/networks.md'), 'utf8')));
  made.set('docs/schemas/networks-annotation.schema.json', annotationSchema());
  made.set(
    'docs/configuration.md',
    configurationPage(await json('src/plan/settings.schema.json'), await json('src/service/options.schema.json')),
  );
  made.set('docs/requirements/coverage.md', await requirementsCoverage());
  return made;
}

async function requirementsCoverage(): Promise<string> {
  const defined = definedRequirements(await readMatching('docs/requirements/{cni,npwg,kubernetes}.md'));
  const files = await readMatching('{src,test}/**/*.{ts,c,h,json,txt}');
  const undefinedIds = undefinedCitations(
    defined,
    new Map([...files, ...(await readMatching('{docs,examples}/**/*.md'))]),
  );
  if (undefinedIds.length > 0)
    throw new Error(
      `These requirements are not defined in docs/requirements; correct the id or add its row:\n${undefinedIds.join('\n')}`,
    );
  return coveragePage(defined, files);
}

/** The texts of the files that match a pattern, by file, sorted by name. */
async function readMatching(pattern: string): Promise<ReadonlyMap<string, string>> {
  const found: [file: string, text: string][] = [];
  for await (const file of glob(pattern, { cwd: root })) found.push([file, await readFile(join(root, file), 'utf8')]);
  return new Map(found.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const json = async (file: string): Promise<object> => JSON.parse(await readFile(join(root, file), 'utf8')) as object;

const isOther = async (file: string, text: string): Promise<boolean> =>
  (await readFile(join(root, file), 'utf8').catch(() => undefined)) !== text;

const onlyCheck = process.argv.includes('--check');
const { packages } = (await json('package-lock.json')) as {
  readonly packages: Parameters<typeof dependencyProblems>[0];
};
for (const line of dependencyProblems(packages)) {
  process.exitCode = 1;
  console.log(line);
}
const sources = await readMatching('src/**/*.ts');
for (const line of exportedTwice(sources)) {
  process.exitCode = 1;
  console.log(`${line}\n  give one of them a name of its own`);
}
for (const line of messageReads(sources)) {
  process.exitCode = 1;
  console.log(`${line}\n  reads a sentence: give the error or warning a context and use is() or isWarning()`);
}
for (const [file, text] of await generateAll()) {
  if (!(await isOther(file, text))) continue;
  if (onlyCheck) process.exitCode = 1;
  else {
    await mkdir(join(root, dirname(file)), { recursive: true });
    await writeFile(join(root, file), text);
  }
  console.log(onlyCheck ? `${file} is not what its source makes: run npm run make and commit it` : `made ${file}`);
}
