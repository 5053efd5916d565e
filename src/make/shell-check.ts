import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';

// Checks the shell scripts with shellcheck.
const program = 'shellcheck';
const root = join(import.meta.dirname, '../..');
const files = ['.ci/run', ...globSync('examples/quickstart/*.sh', { cwd: root })];
const { error, status } = spawnSync(program, files, { cwd: root, stdio: 'inherit' });
if (error === undefined) process.exitCode = status ?? 1;
else console.warn(`warning: skipped the shell scripts: cannot run ${program} (${error.message})`);
