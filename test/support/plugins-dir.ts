import { access } from 'node:fs/promises';
import { join } from 'node:path';

const folders = ['/opt/cni/bin', '/usr/lib/cni', '/usr/libexec/cni'];
const plugins = ['bridge', 'macvlan', 'host-local', 'ptp', 'portmap', 'tuning', 'static'];

/** The folder with all reference CNI plugins. Rejects with what to install. */
export async function pluginsDir(): Promise<string> {
  for (const folder of folders) {
    const found = await Promise.all(plugins.map((plugin) => isThere(join(folder, plugin))));
    if (found.every(Boolean)) return folder;
  }
  throw new Error(
    `the CNI plugins ${plugins.join(', ')} are in none of ${folders.join(', ')}: install the package containernetworking-plugins`,
  );
}

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
