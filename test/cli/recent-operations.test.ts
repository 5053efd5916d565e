import { mkdtempDisposable } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fetchRecentOperations } from '../../src/cli/recent-operations.ts';
import { failure } from '../plan/planned.ts';

const megabyte = Buffer.alloc(1024 * 1024, ' ');

describe('recent operations of a compromised daemon', () => {
  it.each([
    { title: 'without end', pieces: 64, end: '', says: /longer than 16777216 bytes/ },
    { title: 'with very many values', pieces: 1, end: `[${'0,'.repeat(600_000)}0]`, says: /more than 524288 values/ },
  ])('an answer $title is rejected before it is parsed', async ({ pieces, end, says }) => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-recent-'));
    const server = createServer((_request, response) => {
      for (let piece = 0; piece < pieces; piece++) response.write(megabyte);
      response.end(end);
    });
    await new Promise<void>((resolve) => server.listen(join(folder.path, 'observe.sock'), resolve));
    try {
      await expect(fetchRecentOperations(join(folder.path, 'plexus.sock'), {})).rejects.toThrow(
        failure('PLX-OBSERVE-UNREACHABLE', says),
      );
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
