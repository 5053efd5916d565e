import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';

// Formats the C sources by .clang-format. Other versions of clang-format break some lines elsewhere, so one is fixed.
//
//   node src/make/c-format.ts [--check]
const program = 'clang-format-14';
const root = join(import.meta.dirname, '../..');
const files = globSync('src/shim/**/*.{c,h}', { cwd: root });
const mode = process.argv.includes('--check') ? ['--dry-run', '--Werror'] : ['-i'];
const { error, status } = spawnSync(program, [...mode, ...files], { cwd: root, stdio: 'inherit' });
if (error === undefined) process.exitCode = status ?? 1;
else console.warn(`warning: skipped the format of the C sources: cannot run ${program} (${error.message})`);
