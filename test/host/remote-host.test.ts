import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { testHost } from '../contract/host.ts';
import { callHost } from '../support/call-host.ts';
import { shimBuilds } from '../support/shim-call.ts';
import { patience } from '../support/patience.ts';

describe.each(Object.entries(shimBuilds))(
  'the remote host (host link, native executable during an ADD, %s) fulfils the host contract',
  async (_title, shim) => {
    const dir = mkdtempSync(join(tmpdir(), 'plexus-remote-host-'));
    const there = await callHost(dir, shim);
    afterAll(async () => {
      await there.close();
      rmSync(dir, { recursive: true });
      expect(there.problems).toEqual([]);
    });
    testHost(() => there.host);

    it('reports what the shim rejects, and runs nothing', async () => {
      const run = { plugin: 'p', path: [dir], env: { CNI_COMMAND: 'ADD', LD_PRELOAD: '/evil.so' }, stdin: '' };
      writeFileSync(join(dir, 'p'), `#!/bin/sh\ntouch ${join(dir, 'was-run')}\n`, { mode: 0o755 });
      await expect(there.host.runPlugin(run, patience())).rejects.toMatchObject({
        id: 'PLX-HOST-REFUSED',
        message: expect.stringMatching(/^the shim on the host refused running p: ./),
      });
      expect(existsSync(join(dir, 'was-run'))).toBe(false);
    });

    it('reports more than 256 simultaneous plugins as a lack of resources', async () => {
      writeFileSync(join(dir, 'wait'), '#!/bin/sh\nexec sleep 1000\n', { mode: 0o755 });
      const enough = new AbortController();
      const run = { plugin: 'wait', path: [dir], env: { CNI_COMMAND: 'ADD' }, stdin: '' };
      const runs = Array.from({ length: 257 }, () => there.host.runPlugin(run, enough.signal));
      const all = Promise.allSettled(runs);
      await expect(Promise.race(runs)).rejects.toMatchObject({
        id: 'PLX-HOST-REQUEST-FAILED',
        message: expect.stringMatching(/^running wait on the host failed: ./),
      });
      enough.abort();
      expect((await all).filter(({ status }) => status === 'fulfilled')).toEqual([]);
    });
  },
);
