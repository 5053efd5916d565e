import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import { testHost } from '../contract/host.ts';
import { agentHost } from '../support/agent-host.ts';

const dir = mkdtempSync(join(tmpdir(), 'plexus-remote-host-'));
const agent = agentHost(dir);
afterAll(async () => {
  await agent.close();
  rmSync(dir, { recursive: true });
  expect(agent.problems).toEqual([]);
});

describe('the remote host (host link, native executable in agent mode) is a host', () => testHost(() => agent.host));
