import { access } from 'node:fs/promises';
import { join } from 'node:path';

const folders = ['/opt/cni/bin', '/usr/lib/cni', '/usr/libexec/cni'];

/** The folder with the reference CNI plugins. Rejects with what to install. */
export async function pluginsDir(): Promise<string> {
  for (const folder of folders) {
    const found = await access(join(folder, 'bridge')).then(
      () => true,
      () => false,
    );
    if (found) return folder;
  }
  throw new Error(`no CNI plugins in ${folders.join(', ')}: install the package containernetworking-plugins`);
}
