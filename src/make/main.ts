import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lintConfiguration } from './lint.ts';
import { configurationPage, errorsPage } from './reference.ts';
import { makeValidator } from './validators.ts';

// Makes everything that is made: committed, and made again by CI, which demands that nothing changes.
const root = join(import.meta.dirname, '../..');
const settingsSchema = join(root, 'src/plan/settings.schema.json');

await makeValidator(settingsSchema);
await writeFile(join(root, '.oxlintrc.json'), `${JSON.stringify(lintConfiguration(), null, 2)}\n`);
await writeFile(join(root, 'docs/errors.md'), errorsPage());
await writeFile(join(root, 'docs/configuration.md'), configurationPage(JSON.parse(await readFile(settingsSchema, 'utf8')) as object));
