import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Netns } from './netns.ts';

/** Adds IPv4 addresses to the loopback interface of a namespace. */
export async function addAddresses(netns: Netns, count: number): Promise<void> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-addresses-'));
  const file = join(folder.path, 'batch');
  const lines = Array.from({ length: count }, (_, index) => `address add 10.0.${index >> 8}.${index & 255}/32 dev lo`);
  await writeFile(file, lines.join('\n'));
  await netns.exec(['ip', '-batch', file]);
}
