import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { patience } from '../support/patience.ts';
import { readStandIn, standInCluster } from '../../src/cluster/index.ts';

describe('the networks that a compromised daemon leaves for direct mode', () => {
  it('are rejected before parsing if they contain more values than those of any cluster', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-stand-in-'));
    const file = join(folder.path, 'stand-in.json');
    await writeFile(file, `{"formatVersion":1,"settings":{},"nads":[${'0,'.repeat(1_000_001)}0]}`);
    await expect(readStandIn(file)).rejects.toThrow('it holds more than 1000000 values');
  });

  it('are still read if some of them are not objects', async () => {
    const good = { metadata: { namespace: 'shop', name: 'storage' }, spec: { config: '{}' } };
    const cluster = standInCluster([null, 1, { metadata: null }, good]);
    await expect(cluster.getNad({ namespace: 'shop', name: 'storage' }, patience())).resolves.toMatchObject({
      name: 'storage',
    });
  });
});
