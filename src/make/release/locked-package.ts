import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { unpack } from './archive.ts';

const run = promisify(execFile);

/**
 * Unpacks the npm package that package-lock.json names into a folder, also one for another platform, which npm install
 * skips. Rejects if its hash differs from that of the lock file. Returns the folder of its files.
 */
export async function unpackLocked(root: string, name: string, folder: string): Promise<string> {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly version?: string; readonly integrity?: string }>>;
  };
  const { version, integrity } = packages[`node_modules/${name}`] ?? {};
  if (version === undefined || integrity === undefined) throw new Error(`package-lock.json does not contain ${name}`);
  await mkdir(folder, { recursive: true });
  const args = ['pack', `${name}@${version}`, '--json', '--prefer-offline', '--pack-destination', folder];
  const { stdout } = await run('npm', args, { cwd: root, maxBuffer: 16 * 1024 * 1024 });
  const answer = JSON.parse(stdout) as readonly { readonly filename: string }[];
  const archive = join(folder, (answer[0]?.filename ?? '').replace(/^@/, '').replaceAll('/', '-'));
  const found = `sha512-${createHash('sha512')
    .update(await readFile(archive))
    .digest('base64')}`;
  if (found !== integrity) throw new Error(`${name}@${version} has the hash ${found}, not that of package-lock.json`);
  await unpack(archive, folder);
  return join(folder, 'package');
}
