import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const dist = join(import.meta.dirname, '../../dist');

/** The modules that are loaded with a module, without those it imports dynamically. */
async function loadedWith(name: string, seen = new Set<string>()): Promise<ReadonlySet<string>> {
  if (seen.has(name)) return seen;
  seen.add(name);
  const text = await readFile(join(dist, name), 'utf8');
  for (const [, other = ''] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.mjs)"/g)) await loadedWith(other, seen);
  return seen;
}

it('only plexus validate loads the schemas of plugins', async () => {
  const names = (await readdir(dist)).filter((name) => name.endsWith('.mjs'));
  const texts = new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(dist, name), 'utf8')] as const)),
  );
  const withSchemas = names.filter((name) => texts.get(name)?.includes('enable_overlapping_ranges'));
  expect(withSchemas).toHaveLength(1);
  const entries = names.filter((name) => /^(plexus|plexus-cni)\.mjs$|^(command-line|cni)-\w+\.mjs$/.test(name));
  expect(entries.length).toBeGreaterThanOrEqual(3);
  for (const entry of entries) {
    const loaded = await loadedWith(entry);
    expect([entry, withSchemas.filter((name) => loaded.has(name))]).toEqual([entry, []]);
  }
});
