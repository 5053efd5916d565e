import { cp, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pack } from './archive.ts';
import { type Release, artefact, names } from './release.ts';

/** Packs the Helm chart as helm package does, with the published image in its values. */
export async function makeChart(release: Release): Promise<void> {
  await using temporary = await mkdtempDisposable(join(release.out, '.chart-'));
  const folder = join(temporary.path, 'plexus');
  await cp(join(release.root, 'deploy/chart/plexus'), folder, { recursive: true });
  await cp(join(release.root, 'LICENSE'), join(folder, 'LICENSE'));
  const values = join(folder, 'values.yaml');
  const text = await readFile(values, 'utf8');
  await writeFile(values, replaceOnce(text, /^ {2}repository: plexus-cni$/m, `  repository: ${release.image}`));
  await pack(artefact(release, names.chart(release)), temporary.path, ['plexus'], release.time);
}

function replaceOnce(text: string, pattern: RegExp, replacement: string): string {
  if (!pattern.test(text)) throw new Error(`values.yaml has no line that matches ${pattern.source}`);
  return text.replace(pattern, replacement);
}
