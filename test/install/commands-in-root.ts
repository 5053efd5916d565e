import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { shim } from '../support/daemon.ts';
import { type Ended, repository } from '../support/plexus-command.ts';

const run = promisify(execFile);
/** The shipped command line. */
export const plexus = join(repository, 'dist/plexus');

/** Runs `plexus install` and `plexus uninstall` on a node whose files are below a folder. */
export function commandsIn(root: () => string) {
  const command = (...words: string[]): Promise<Ended> =>
    run(plexus, words).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: Ended) => error,
    );
  const at = (path: string): string => join(root(), path);
  return {
    at,
    command,
    install: (...more: string[]): Promise<Ended> => command('install', '--root', root(), '--shim', shim, ...more),
    uninstall: (...more: string[]): Promise<Ended> =>
      command(
        'uninstall',
        '--root',
        root(),
        '--cni-dir',
        at('var/lib/cni/plexus'),
        '--socket',
        at('run/plexus.sock'),
        ...more,
      ),
  };
}
