import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

// package.json has the only version that people edit (npm version); npm run make writes it into these files.
const places: readonly { readonly file: string; readonly pattern: RegExp }[] = [
  ...['base/daemonset', 'uninstall/daemonset', 'components/host-agent/daemonset'].map((name) => ({
    file: `deploy/${name}.yaml`,
    pattern: /(?<=image: plexus-cni:)\S+/g,
  })),
  { file: 'deploy/chart/plexus/Chart.yaml', pattern: /(?<=^(?:version|appVersion): )\S+/gm },
  { file: 'deploy/krew/plexus.yaml', pattern: /(?<=^ {2}version: v)\S+/gm },
];

/** The files of deploy/ that contain the version, with the given one in place, by file. Throws if one has no place. */
export async function withVersion(root: string, version: string): Promise<ReadonlyMap<string, string>> {
  const texts = await Promise.all(
    places.map(async ({ file, pattern }) => {
      const text = await readFile(join(root, file), 'utf8');
      if (text.search(pattern) < 0) throw new Error(`${file} has no place for the version (${pattern.source})`);
      return [file, text.replaceAll(pattern, version)] as const;
    }),
  );
  return new Map(texts);
}
