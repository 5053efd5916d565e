import { mkdtempDisposable } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fetchRecentOperations } from '../../src/cli/recent-operations.ts';
import { failure } from '../plan/planned.ts';

const megabyte = Buffer.alloc(1024 * 1024, ' ');

describe('a list of recent operations from a compromised daemon', () => {
  it.each([
    { title: 'endless', pieces: 64, end: '', message: /longer than 16777216 bytes/ },
    {
      title: 'a list of 600,000 values',
      pieces: 1,
      end: `[${'0,'.repeat(600_000)}0]`,
      message: /more than 524288 values/,
    },
  ])('is rejected before it is parsed if it is $title', async ({ pieces, end, message }) => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-recent-'));
    const server = createServer((_request, response) => {
      for (let piece = 0; piece < pieces; piece++) response.write(megabyte);
      response.end(end);
    });
    await new Promise<void>((resolve) => server.listen(join(folder.path, 'observe.sock'), resolve));
    try {
      await expect(fetchRecentOperations(join(folder.path, 'plexus.sock'), {})).rejects.toThrow(
        failure('PLX-OBSERVE-UNREACHABLE', message),
      );
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
