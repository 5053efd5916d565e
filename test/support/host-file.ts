import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { hostPathKeys } from '../../src/plan/index.ts';

let folder: string | undefined;

/**
 * Does once what the administrator of a node does: allows the paths of a configuration in a file that only root can
 * write. Returns the variable of the runtime's environment that names it.
 */
export function hostFileFor(config: object | string): Readonly<Record<string, string>> {
  const json = objectIn(config);
  const paths = Object.entries(json).filter(([key, value]) => hostPathKeys.includes(key) && value !== null);
  const { clusterNetwork } = json as { readonly clusterNetwork?: unknown };
  const isPath = typeof clusterNetwork === 'string' && clusterNetwork.startsWith('/');
  const folders = isPath ? [clusterNetwork.replace(/\/+$/, ''), dirname(clusterNetwork)] : [];
  if (paths.length === 0 && !isPath) return {};
  const text = JSON.stringify({ ...Object.fromEntries(paths), ...(isPath && { cniConfDir: folders }) });
  return { PLEXUS_HOST_FILE: written(text) };
}

function objectIn(config: object | string): object {
  if (typeof config !== 'string') return config;
  try {
    const json: unknown = JSON.parse(config);
    return typeof json === 'object' && json !== null ? json : {};
  } catch {
    return {};
  }
}

function written(text: string): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'plexus-host-file-'));
    process.on('exit', () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  const file = join(folder, `${createHash('sha256').update(text).digest('hex').slice(0, 16)}.json`);
  if (!existsSync(file)) writeFileSync(file, text, { mode: 0o600 }); // Written once, because concurrent calls read it.
  return file;
}
