import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import { testHost } from '../contract/host.ts';
import { agentHost } from '../support/agent-host.ts';
import { shimBuilds } from '../support/shim-call.ts';

describe.each(Object.entries(shimBuilds))('the remote host (host link, native executable in agent mode, %s) is a host', (_title, shim) => {
  const dir = mkdtempSync(join(tmpdir(), 'plexus-remote-host-'));
  const agent = agentHost(dir, shim);
  afterAll(async () => {
    await agent.close();
    rmSync(dir, { recursive: true });
    expect(agent.problems).toEqual([]);
  });
  testHost(() => agent.host);
});
